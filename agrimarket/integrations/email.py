"""E-mail: the port, the embedded mailbox, SMTP, and a fake for tests."""

import smtplib
import ssl
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cache
from typing import Protocol
from urllib.parse import unquote, urlsplit

import httpx

from agrimarket.drive import drive
from agrimarket.integrations.sending import TIMEOUT, SendFailed, post
from agrimarket.settings import get_settings


class EmailSender(Protocol):
    """Sends plain-text e-mail."""

    def send(self, to: str, subject: str, body: str, *, language: str, key: str) -> str:
        """Send the message and return the provider's reference; `key` is as in `SmsSender`. `SendFailed`."""
        ...


@dataclass(frozen=True)
class MailboxEmail:
    """Sender to the mailbox of the embedded run."""

    client: httpx.Client
    url: str

    def send(self, to: str, subject: str, body: str, *, language: str, key: str) -> str:
        """Put the message on the mailbox's page."""
        letter = {"channel": "email", "to": to, "subject": subject, "body": body, "lang": language}
        return str(post(self.client, f"{self.url}/messages", letter, key=key).get("id", ""))


@dataclass(frozen=True)
class SmtpEmail:
    """Sender through a mail server: `smtp://user:password@host:port` (STARTTLS if there is a user) or `smtps://…`."""

    url: str
    domain: str

    def send(self, to: str, subject: str, body: str, *, language: str, key: str) -> str:
        """Hand the message to the server. The reference is the Message-ID, made from `key`."""
        try:
            message = self._message(to, subject, body, language, key)
        except ValueError as error:  # a header has a line break
            raise SendFailed(str(error), final=True) from error
        try:
            with self._connect() as server:
                server.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            codes = [error.smtp_code] if isinstance(error, smtplib.SMTPDataError) else _codes(error)
            raise SendFailed(str(error), final=all(code >= 500 for code in codes)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise SendFailed(f"{type(error).__name__}: {error}", final=False) from error
        return str(message["Message-ID"])

    def _message(self, to: str, subject: str, body: str, language: str, key: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = Address(drive().name.in_(language), "no-reply", self.domain)
        message["To"] = to
        message["Subject"] = subject
        message["Message-ID"] = f"<{key}@{self.domain}>"
        message["Content-Language"] = language
        message.set_content(body)
        return message

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, seconds, context = parts.hostname or "", TIMEOUT.read or 10, ssl.create_default_context()
        with ExitStack() as unless_ready:
            if parts.scheme == "smtps":
                server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=seconds, context=context)
            else:
                server = smtplib.SMTP(host, parts.port or 587, timeout=seconds)
            unless_ready.callback(server.close)
            if parts.username:
                if parts.scheme != "smtps":
                    server.starttls(context=context)
                server.login(unquote(parts.username), unquote(parts.password or ""))
            unless_ready.pop_all()
        return server


def _codes(error: smtplib.SMTPRecipientsRefused) -> list[int]:
    return [code for code, _ in error.recipients.values()]


@dataclass
class FakeEmail:
    """Keeps what was sent: (to, subject, body, language). A `failure` that is set is raised instead, once."""

    sent: list[tuple[str, str, str, str]] = field(default_factory=list[tuple[str, str, str, str]])
    failure: SendFailed | None = None

    def send(self, to: str, subject: str, body: str, *, language: str, key: str) -> str:
        """Keep the message."""
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        self.sent.append((to, subject, body, language))
        return f"fake-{len(self.sent)}-{key}"


@cache
def email_sender() -> EmailSender:
    """The configured sender: SMTP if there is a server, else the mailbox; with neither, as in `sms_sender`."""
    settings = get_settings()
    if url := settings.smtp_url.get_secret_value():
        return SmtpEmail(url, urlsplit(settings.base_url).hostname or "localhost")
    if settings.mailbox_url:
        return MailboxEmail(httpx.Client(timeout=TIMEOUT), settings.mailbox_url)
    if settings.environment == "production":
        raise ValueError("AGRIMARKET_SMTP_URL is not set")
    return FakeEmail()
