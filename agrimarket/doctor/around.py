"""What a system stands on: servers, files, secrets, providers."""

from uuid import uuid4

import psycopg
import redis
from kombu.connection import Connection
from sqlalchemy import make_url

from agrimarket import guard
from agrimarket.doctor.findings import Finding, failure, good, warning
from agrimarket.integrations.storage import storage
from agrimarket.integrations.stripe import gateway
from agrimarket.kernel.migrate import is_current
from agrimarket.settings import Settings

SECONDS = 5
OLDEST = 15
"""PostgreSQL's oldest version that is tested."""


def database(settings: Settings) -> Finding:
    """PostgreSQL answers, and is new enough."""
    if not settings.database_url:
        todo = "Start `agrimarket up`, or set AGRIMARKET_DATABASE_URL=postgresql+psycopg://user:password@host/database."
        return failure("database", "none is configured, and nothing runs here", todo)
    url = make_url(settings.database_url).set(drivername="postgresql")
    shown = f"{url.host or 'local'}/{url.database}"
    try:
        with psycopg.connect(url.render_as_string(hide_password=False), connect_timeout=SECONDS) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.OperationalError as error:
        return failure("database", f"{shown}: {_first(error)}", "Start PostgreSQL; compare AGRIMARKET_DATABASE_URL.")
    if version < OLDEST:
        return failure("database", f"{shown} is PostgreSQL {version}", f"Use PostgreSQL {OLDEST} or newer.")
    return good("database", f"PostgreSQL {version} at {shown}")


def schema(settings: Settings) -> Finding:
    """Every migration was applied."""
    if not is_current(settings.database_url):
        return failure("schema", "is not this version's", "Run `agrimarket migrate`.")
    return good("schema", "is up to date")


def drive(settings: Settings) -> Finding:
    """The drive file can be read."""
    from agrimarket.drive import SHIPPED, DriveFileWrong, load

    path = settings.drive_file or SHIPPED
    try:
        load(settings.drive_file)
    except (DriveFileWrong, OSError) as error:
        return failure("drive", str(error).replace("\n", "; "), f"Correct {path}.")
    if settings.drive_file is None:
        return warning("drive", "is the shipped one", "Write your own drive.toml and set AGRIMARKET_DRIVE_FILE to it.")
    return good("drive", str(path))


def address(settings: Settings) -> Finding:
    """People reach the service by HTTPS, under a name that is checked."""
    return good("address", settings.base_url)


def secrets(settings: Settings) -> Finding:
    """The signing and the encryption key are there, also where a production system's `guard` is not asked."""
    missing = [name for name in ("secret_key", "encryption_key") if not getattr(settings, name).get_secret_value()]
    if missing:
        said = " and ".join(f"AGRIMARKET_{name.upper()}" for name in missing)
        todo = "Make them as docs/guides/deploy.md says, and keep a copy elsewhere."
        return failure("secrets", f"{said} not set", todo)
    return good("secrets", "signing and encryption key are set")


def broker(settings: Settings) -> Finding:
    """The broker answers."""
    if not settings.broker_url:
        return failure("broker", "none is configured", "Set AGRIMARKET_BROKER_URL=amqp://user:password@host:5672//.")
    with Connection(settings.broker_url, connect_timeout=SECONDS) as connection:
        shown = connection.as_uri()
        try:
            connection.ensure_connection(max_retries=1, timeout=SECONDS)
        except Exception as error:  # each transport has its own
            return failure("broker", f"{shown}: {_first(error)}", "Start it; compare AGRIMARKET_BROKER_URL.")
    return good("broker", shown)


def cache(settings: Settings) -> Finding:
    """Valkey or Redis answers."""
    if not settings.cache_url:
        todo = "Set AGRIMARKET_CACHE_URL=redis://host:6379/0; without it rate limits hold for one process only."
        return warning("cache", "none is configured", todo)
    server = redis.Redis.from_url(settings.cache_url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
    try:
        server.ping()  # pyright: ignore[reportUnknownMemberType]
    except redis.RedisError as error:
        return failure("cache", _first(error), "Start Valkey or Redis; compare AGRIMARKET_CACHE_URL.")
    finally:
        server.close()
    return good("cache", "answers")


def files(settings: Settings) -> Finding:
    """A file can be written, read and deleted where uploads are kept."""
    folder = settings.data_dir.absolute()
    if not folder.is_dir():
        return failure("files", f"{folder} does not exist", "Make it, or set AGRIMARKET_DATA_DIR to one that does.")
    store, key = storage(settings), f"doctor-{uuid4().hex}.txt"
    try:
        store.put(key, b"doctor")
        same = store.get(key) == b"doctor"
        store.delete(key)
    except OSError as error:
        todo = "Make AGRIMARKET_DATA_DIR a folder that API and worker share and may write to."
        return failure("files", f"{folder}: {error.strerror}", todo)
    return good("files", f"{folder} can be written") if same else failure("files", "come back changed", "See the disk.")


def stripe(settings: Settings) -> Finding:
    """Stripe takes the key, its mode is the configured one, and webhooks can be checked."""
    key = settings.stripe_api_key.get_secret_value()
    if not key:
        return failure("stripe", "no key is set", "Set AGRIMARKET_STRIPE_API_KEY; dashboard.stripe.com → Developers.")
    if not settings.stripe_webhook_secret.get_secret_value():
        todo = "Add the endpoint /webhooks/stripe at Stripe; set AGRIMARKET_STRIPE_WEBHOOK_SECRET to its secret."
        return failure("stripe", "no webhook secret is set", todo)
    gateway(settings).balance()
    if settings.environment == "production" and not settings.stripe_livemode:
        return warning("stripe", "takes the key, in test mode: no money moves", "Use the live key when you open.")
    return good("stripe", "takes the key")


def sms(settings: Settings) -> Finding:
    """Text messages, without which nobody can sign in by phone, go somewhere."""
    if settings.sms_gateway_url:
        return good("sms", settings.sms_gateway_url)
    if settings.mailbox_url and settings.environment != "production":
        return good("sms", f"mailbox at {settings.mailbox_url}")
    todo = "Set AGRIMARKET_SMS_GATEWAY_URL and AGRIMARKET_SMS_GATEWAY_TOKEN."
    return failure("sms", "no gateway is set; nobody can sign in by phone", todo)


def email(settings: Settings) -> Finding:
    """E-mail goes somewhere."""
    if settings.smtp_url.get_secret_value():
        return good("e-mail", "a mail server is set")
    if settings.mailbox_url and settings.environment != "production":
        return good("e-mail", f"mailbox at {settings.mailbox_url}")
    return failure("e-mail", "no mail server is set", "Set AGRIMARKET_SMTP_URL=smtps://user:password@host:465.")


def metrics(settings: Settings) -> Finding:
    """Somebody can read the figures of a production system, and not everybody."""
    if settings.environment == "production" and not settings.metrics_token.get_secret_value():
        todo = "Set AGRIMARKET_METRICS_TOKEN, and give it to the monitoring: openssl rand -hex 24"
        return warning("metrics", "/metrics is closed to everybody", todo)
    return good("metrics", "as they should be")


def refused(settings: Settings, part: str) -> Finding | None:
    """What keeps a production system from starting, as far as it concerns that part."""
    found = [fault for fault in guard.faults(settings) if fault.part == part]
    if not found:
        return None
    said = "; ".join(f"AGRIMARKET_{fault.setting.upper()} {fault.said}" for fault in found)
    return failure(part, f"{said}: nothing starts", " ".join(dict.fromkeys(fault.todo for fault in found)))


def _first(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
