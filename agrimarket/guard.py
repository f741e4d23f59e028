"""What a production process refuses to start with: a secret that is missing, weak or known, a door that stands open."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr, ValidationError

from agrimarket.settings import Settings, get_settings

_KNOWN = (
    *("changeme", "change-me", "change_me", "example", "secret key", "insecure", "default", "password", "sandbox"),
    *("agrimarket", "a secret of", "0123456789", "abcdefgh"),
)
"""Parts of values that everybody knows."""
_EVERYBODYS = frozenset({"", "guest", "postgres", "password", "agrimarket", "secret", "admin", "changeme", "redis"})
_HERE = frozenset({None, "", "localhost", "127.0.0.1", "::1"})
_LONG = 32
_SHORT = 16


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one setting, and what to do."""

    part: str
    """Which of the doctor's lines tells it."""
    setting: str
    said: str
    todo: str


def faults(settings: Settings) -> list[Fault]:
    """Everything for which production is refused; nothing in any other environment."""
    if settings.environment != "production":
        return []
    return [*_keys(settings), *_stripe(settings), *_doors(settings), *_servers(settings)]


def settings_or_exit() -> Settings:
    """The settings of a process that may start, or its end, with everything that is wrong and what to do about it.

    No value is told: what is wrong may be a secret, or a good part of one.
    """
    settings = readable_or_exit()
    if found := faults(settings):
        lines = [f"  AGRIMARKET_{each.setting.upper()} {each.said}.\n    → {each.todo}" for each in found]
        told = "\n".join(lines)
        raise SystemExit(f"A production system does not start like this:\n{told}\nSee docs/guides/deploy.md.")
    return settings


def readable_or_exit() -> Settings:
    """The settings, or the end of this process where one cannot be read."""
    try:
        return get_settings()
    except ValidationError as error:
        wrong = [
            f"  AGRIMARKET_{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}"
            for each in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        told = "\n".join(wrong)
    raise SystemExit(f"These settings cannot be read, so this does not start:\n{told}")


def _keys(settings: Settings) -> Iterator[Fault]:
    if said := _weak(settings.secret_key, _LONG):
        yield Fault("secrets", "secret_key", said, "Make one: openssl rand -hex 32")
    try:
        key = base64.urlsafe_b64decode(settings.encryption_key.get_secret_value())
    except (binascii.Error, ValueError):
        key = b""
    todo = "Make one, and keep a copy elsewhere: openssl rand -base64 32 | tr '+/' '-_'"
    if not settings.encryption_key.get_secret_value():
        yield Fault("secrets", "encryption_key", "is missing", todo)
    elif len(key) != _LONG:
        yield Fault("secrets", "encryption_key", "is not 32 bytes in URL-safe base64", todo)
    elif len(set(key)) < _SHORT:
        yield Fault("secrets", "encryption_key", "is not random", todo)
    if settings.metrics_token.get_secret_value() and (said := _weak(settings.metrics_token, _SHORT)):
        yield Fault("metrics", "metrics_token", said, "Make one: openssl rand -hex 24")


def _stripe(settings: Settings) -> Iterator[Fault]:
    key = settings.stripe_api_key.get_secret_value()
    todo = "Take it from dashboard.stripe.com → Developers → API keys."
    if said := _weak(settings.stripe_api_key, _SHORT):
        yield Fault("stripe", "stripe_api_key", said, todo)
    elif not key.startswith(("sk_live_", "sk_test_", "rk_live_", "rk_test_")):
        yield Fault("stripe", "stripe_api_key", "is no secret key of Stripe's (sk_live_… or sk_test_…)", todo)
    elif ("_live_" in key) is not settings.stripe_livemode:
        mode = "live" if "_live_" in key else "test"
        todo = f"Set it to {'true' if mode == 'live' else 'false'}, or use the other key."
        yield Fault("stripe", "stripe_livemode", f"does not go with a key of {mode} mode", todo)
    if said := _weak(settings.stripe_webhook_secret, _SHORT):
        todo = "At Stripe, add the endpoint /webhooks/stripe and take its signing secret (whsec_…)."
        yield Fault("stripe", "stripe_webhook_secret", said, todo)
    if settings.stripe_api_base:
        yield Fault("stripe", "stripe_api_base", "sends money's calls elsewhere than to Stripe", "Leave it out.")


def _doors(settings: Settings) -> Iterator[Fault]:
    if not settings.public_url.startswith("https://"):
        todo = "Set it to the https:// address that people type."
        yield Fault("address", "public_url", "is not HTTPS; cookies would go in the clear", todo)
    if "*" in settings.allowed_hosts:
        todo = 'Set it to a JSON list of the site\'s names: ["drive.example.org"]'
        yield Fault("address", "allowed_hosts", "lets every Host header be answered", todo)
    if settings.mailbox_url:
        todo = "Leave it out, and set AGRIMARKET_SMS_GATEWAY_URL and AGRIMARKET_SMTP_URL."
        yield Fault("sms", "mailbox_url", "shows everybody's messages on a page", todo)


def _servers(settings: Settings) -> Iterator[Fault]:
    if not settings.database_url:
        todo = "Set it to postgresql+psycopg://user:password@host/database"
        yield Fault("database", "database_url", "is missing", todo)
    for part, name in (("database", "database_url"), ("broker", "broker_url"), ("cache", "cache_url")):
        url = urlsplit(str(getattr(settings, name)))
        mine = url.scheme and url.hostname not in _HERE
        if mine and unquote(url.password or "").lower() in _EVERYBODYS:
            todo = "Give the server one, and write it into the address: openssl rand -hex 24"
            yield Fault(part, name, "has no password, or one that everybody knows", todo)


def _weak(secret: SecretStr, length: int) -> str:
    """What is wrong with it; nothing if it looks like chance."""
    value = secret.get_secret_value()
    if not value:
        return "is missing"
    if len(value) < length:
        return f"has fewer than {length} characters"
    if any(known in value.lower() for known in _KNOWN):
        return "is a value that everybody knows"
    return "is not random" if len(set(value)) < min(10, length // 2) else ""
