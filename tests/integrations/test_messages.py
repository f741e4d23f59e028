"""The senders keep their contract, fake and real alike, and tell temporary failures from final ones."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from litestar.testing import TestClient

from agrimarket.embedded.mailbox.handlers import create_app
from agrimarket.integrations.email import EmailSender, FakeEmail, MailboxEmail, SmtpEmail
from agrimarket.integrations.sending import SendFailed
from agrimarket.integrations.sms import FakeSms, GatewaySms, MailboxSms, SmsSender

TO, BODY = "+8613800000001", "您的验证码是 482913"
Sent = Callable[[], list[tuple[str, str]]]


class MailServer:
    """A mail server of one thread, enough of RFC 5321 for one client; `refusal` answers each recipient."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = []
        self.refusal = ""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                self._talk(lambda line: (stream.write(line.encode() + b"\r\n"), stream.flush()), stream.readline)

    def _talk(self, say: Callable[[str], object], hear: Callable[[], bytes]) -> None:
        say("220 test")
        to = ""
        while line := hear().decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT":
                to = line.partition("<")[2].partition(">")[0]
                say(self.refusal or "250 ok")
            elif verb == "DATA":
                say("354 go on")
                lines = iter(hear, b".\r\n")
                self.letters.append((to, b"".join(lines).decode()))
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.listener.close()


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[httpx.Client]:
    with TestClient(create_app(tmp_path / "box.sqlite3")) as client:
        yield client


@pytest.fixture(params=["fake", "mailbox", "gateway"])
def sms(request: pytest.FixtureRequest, mailbox: httpx.Client) -> tuple[SmsSender, Sent]:
    if request.param == "fake":
        fake = FakeSms()
        return fake, lambda: [(to, body) for to, body, _ in fake.sent]
    if request.param == "mailbox":
        return MailboxSms(mailbox, ""), lambda: [
            (one["to"], one["body"]) for one in mailbox.get("/messages").json()["items"]
        ]
    taken: list[tuple[str, str]] = []

    def gateway(call: httpx.Request) -> httpx.Response:
        assert call.headers["authorization"] == "Bearer secret"
        assert call.headers["idempotency-key"] == "k1"
        message = httpx.Response(200, content=call.content).json()
        taken.append((message["to"], message["text"]))
        return httpx.Response(202, json={"id": "gw-1"})

    client = httpx.Client(transport=httpx.MockTransport(gateway))
    return GatewaySms(client, "https://gateway.example/sms", "secret"), lambda: taken


def test_an_sms_arrives_and_has_a_reference(sms: tuple[SmsSender, Sent]) -> None:
    sender, sent = sms
    assert sender.send(TO, BODY, language="zh-Hans", key="k1")
    assert sent() == [(TO, BODY)]


@pytest.fixture(params=["fake", "mailbox", "smtp"])
def email(request: pytest.FixtureRequest, mailbox: httpx.Client, mail_server: MailServer) -> tuple[EmailSender, Sent]:
    if request.param == "fake":
        fake = FakeEmail()
        return fake, lambda: [(to, f"{subject} {body}") for to, subject, body, _ in fake.sent]
    if request.param == "mailbox":
        return MailboxEmail(mailbox, ""), lambda: [
            (one["to"], f"{one['subject']} {one['body']}") for one in mailbox.get("/messages").json()["items"]
        ]
    return SmtpEmail(f"smtp://127.0.0.1:{mail_server.port}", "example.org"), lambda: mail_server.letters


def test_an_email_arrives_and_has_a_reference(email: tuple[EmailSender, Sent]) -> None:
    sender, sent = email
    assert sender.send("chen@example.org", "Hello", "It is sold.", language="en", key="k1")
    ((to, letter),) = sent()
    assert to == "chen@example.org"
    assert "Hello" in letter
    assert "It is sold." in letter


@pytest.mark.parametrize(("status", "final"), [(400, True), (404, True), (401, False), (429, False), (503, False)])
def test_a_gateways_refusal_is_final_or_not(status: int, final: bool) -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(status)))
    with pytest.raises(SendFailed) as failed:
        GatewaySms(client, "https://gateway.example/sms", "").send(TO, BODY, language="en", key="k1")
    assert failed.value.final is final


def test_a_gateway_that_does_not_answer_may_be_asked_again() -> None:
    def away(call: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=call)

    with pytest.raises(SendFailed) as failed:
        MailboxSms(httpx.Client(transport=httpx.MockTransport(away)), "http://box").send(
            TO, BODY, language="en", key="k1"
        )
    assert not failed.value.final


@pytest.mark.parametrize(("refusal", "final"), [("550 no such user", True), ("451 later", False)])
def test_a_mail_servers_refusal_is_final_or_not(mail_server: MailServer, refusal: str, final: bool) -> None:
    mail_server.refusal = refusal
    with pytest.raises(SendFailed) as failed:
        SmtpEmail(f"smtp://127.0.0.1:{mail_server.port}", "example.org").send(
            "a@b.cn", "Hello", "Body", language="en", key="k1"
        )
    assert failed.value.final is final
    assert mail_server.letters == []


def test_no_mail_server_may_pass_and_a_forged_header_will_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    sender = SmtpEmail(f"smtp://127.0.0.1:{port}", "example.org")
    for subject, final in (("Hello", False), ("Hello\nBcc: all@example.org", True)):
        with pytest.raises(SendFailed) as failed:
            sender.send("a@b.cn", subject, "Body", language="en", key="k1")
        assert failed.value.final is final
