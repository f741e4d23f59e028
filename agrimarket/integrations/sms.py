"""Text messages: the port, the embedded mailbox, a gateway over HTTP, and a fake for tests."""

from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

import httpx

from agrimarket.integrations.sending import TIMEOUT, SendFailed, post
from agrimarket.settings import get_settings


class SmsSender(Protocol):
    """Sends text messages."""

    def send(self, to: str, body: str, *, language: str, key: str) -> str:
        """Send `body` to the E.164 number `to` and return the provider's reference.

        `key` is the same when a message is tried again, so that a provider that reads it sends the message once.
        `SendFailed`.
        """
        ...


@dataclass(frozen=True)
class MailboxSms:
    """Sender to the mailbox of the embedded run."""

    client: httpx.Client
    url: str

    def send(self, to: str, body: str, *, language: str, key: str) -> str:
        """Put the message on the mailbox's page."""
        letter = {"channel": "sms", "to": to, "body": body, "lang": language}
        return str(post(self.client, f"{self.url}/messages", letter, key=key).get("id", ""))


@dataclass(frozen=True)
class GatewaySms:
    """Sender through an SMS gateway: `POST {"to", "text", "language"}` with a bearer token and an `Idempotency-Key`."""

    client: httpx.Client
    url: str
    token: str

    def send(self, to: str, body: str, *, language: str, key: str) -> str:
        """Hand the message to the gateway."""
        message = {"to": to, "text": body, "language": language}
        return str(post(self.client, self.url, message, key=key, token=self.token).get("id", ""))


@dataclass
class FakeSms:
    """Keeps what was sent: (to, body, language). A `failure` that is set is raised instead, once."""

    sent: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    failure: SendFailed | None = None

    def send(self, to: str, body: str, *, language: str, key: str) -> str:
        """Keep the message."""
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        self.sent.append((to, body, language))
        return f"fake-{len(self.sent)}-{key}"


@cache
def sms_sender() -> SmsSender:
    """The configured sender: a gateway if there is one, else the mailbox.

    With neither, as in tests, messages stay in this process; production refuses that (`ValueError`).
    """
    settings = get_settings()
    if settings.sms_gateway_url:
        token = settings.sms_gateway_token.get_secret_value()
        return GatewaySms(httpx.Client(timeout=TIMEOUT), settings.sms_gateway_url, token)
    if settings.mailbox_url:
        return MailboxSms(httpx.Client(timeout=TIMEOUT), settings.mailbox_url)
    if settings.environment == "production":
        raise ValueError("AGRIMARKET_SMS_GATEWAY_URL is not set")
    return FakeSms()
