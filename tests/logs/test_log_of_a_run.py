"""The log of a run has none of the telephones, tokens, codes and names that were used in it."""

import base64
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from agrimarket.accounts.service import sign_in, staff
from agrimarket.kernel.principal import Role
from agrimarket.settings import get_settings
from tests.support.running import Running, running, wait_until

NAMES = ("王小明", "Mary Quitecontrary", "遼寧省東港市某村一號")
IDENTITY = "11010519491231002X"
PASSWORD, TOTP = "a-password-Aa1-of-mary", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
BANK = "6222021234567890123"
COOKIE = "appeal-cookie-Aa1" + "x9Y" * 12


@pytest.fixture(params=["json", "console"])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    more = {"AGRIMARKET_TRUSTED_PROXIES": "1", "AGRIMARKET_LOG_FORMAT": request.param}
    with running(tmp_path, **more, GRANIAN_LOG_ACCESS_ENABLED="true") as system:
        yield system


class Run:
    """Requests to a system, and everything in them that its log must not have."""

    def __init__(self, system: Running) -> None:
        self.system, self.used, self.statuses = system, set[str](), list[int]()
        self.code = ""
        self._networks = itertools.count(1)

    def ask(self, method: str, path: str, **options: object) -> httpx.Response:
        """Send one request, from a network of its own."""
        headers = {"X-Forwarded-For": f"10.0.0.{next(self._networks)}", **options.pop("headers", {})}  # type: ignore[dict-item]
        address = f"http://127.0.0.1:{self.system.port}{path}"
        answer = httpx.request(method, address, headers=headers, timeout=30, **options)  # type: ignore[arg-type]
        self.statuses.append(answer.status_code)
        return answer

    def sign_in(self, phone: str) -> str:
        """Sign in by telephone; the token."""
        self.used |= {phone, phone.removeprefix("+86")}
        self.ask("POST", "/v1/auth/codes", json={"phone": phone})
        with self.system.db.transaction() as session:
            row = session.connection().execute(text("SELECT id FROM sign_in_code WHERE phone = :p"), {"p": phone}).one()
            message = sign_in.code_message(session, UUID(str(row.id)))
        assert message is not None
        self.ask("POST", "/v1/auth/sessions", json={"phone": phone, "code": "000000"})
        answer = self.ask("POST", "/v1/auth/sessions", json={"phone": phone, "code": message.code})
        token = answer.json()["token"]
        self.used.add(token)
        self.code = message.code
        return token


def _ordinary(run: Run) -> None:
    token = run.sign_in("+8613912345671")
    signed = {"Authorization": f"Bearer {token}"}
    key = run.ask("POST", "/v1/api-keys", json={"name": NAMES[1], "roles": ["buyer"]}, headers=signed)
    if key.status_code == 201:
        run.used.add(key.json()["key"])
    run.ask("GET", "/v1/me", headers=signed)
    run.ask("GET", "/v1/me", headers={"Authorization": "Bearer not-a-token-Aa1" + "b2C" * 12})
    run.used.add("not-a-token-Aa1" + "b2C" * 12)
    with run.system.db.transaction() as session:
        made = staff.enrol(session, "first@example.org", NAMES[1], "en", [Role.OPERATOR])
        staff.enrol(session, "mary@example.org", NAMES[1], "en", [], password=PASSWORD, totp_secret=TOTP)
    link = (made.link or "").partition("token=")[2]
    run.ask("GET", f"/sign-in/staff/invitation?token={link}", headers={"Accept": "text/html"})
    run.used |= {link, PASSWORD, TOTP, "mary@example.org", "first@example.org"}
    typed = {"email": "mary@example.org", "password": PASSWORD, "totp": "123456"}
    run.ask("POST", "/v1/auth/sessions", json=typed)
    run.ask(
        "POST",
        "/sign-in/staff",
        data={**typed, "_csrf_token": "csrf-Aa1" + "z7Q" * 20},
        headers={"Accept": "text/html"},
    )
    run.used.add("csrf-Aa1" + "z7Q" * 20)


def _strange(run: Run) -> None:
    for path in ("/v1/listings", "/health", "/no-such-page", "/appeal"):
        run.ask(
            "GET", f"{path}?phone=13912345672&token={COOKIE}&name={NAMES[0]}", headers={"Cookie": f"appeal={COOKIE}"}
        )
    run.ask("POST", "/v1/auth/codes", content=f'{{"phone": "+8613912345673", "name": "{NAMES[0]}"'.encode())
    run.ask("POST", "/v1/auth/codes", json={"phone": [NAMES[1]], "identity_number": IDENTITY, NAMES[0]: BANK})
    run.ask("POST", "/v1/appeals", json={"phone": "+8613912345674", "name": NAMES[0], "address": NAMES[2]})
    run.ask("POST", "/webhooks/stripe", content=NAMES[1].encode(), headers={"Stripe-Signature": "t=1,v1=" + "ab" * 32})
    run.ask("GET", "/metrics", headers={"Authorization": "Basic " + base64.b64encode(b"mary:secret-word").decode()})
    run.used |= {"13912345672", "13912345673", "13912345674", COOKIE, IDENTITY, BANK, *NAMES, "secret-word", "ab" * 32}
    run.used.add(base64.b64encode(b"mary:secret-word").decode())


def _failing(run: Run) -> None:
    """A defect of ours, in the API and in the worker, with somebody's data at hand."""
    with run.system.db.transaction() as session:
        session.connection().execute(text("ALTER TABLE sign_in_code ADD CHECK (phone NOT LIKE '%5675')"))
    run.ask("POST", "/v1/auth/codes", json={"phone": "+8613912345675"})
    with run.system.db.transaction() as session:
        session.connection().execute(text("ALTER TABLE sign_in_code DROP COLUMN code_sealed"))
    run.ask("POST", "/v1/auth/codes", json={"phone": "+8613912345676"})
    run.used |= {"13912345675", "13912345676"}


@pytest.mark.slow
def test_nothing_that_was_used_is_in_any_log(system: Running) -> None:
    system.relay()
    system.worker()
    system.api()
    run = Run(system)
    _ordinary(run)
    _strange(run)
    _failing(run)
    assert run.statuses.count(500) == 2
    assert {201, 202, 401, 404, 422} <= set(run.statuses)
    wait_until(lambda: "unexpected_error" in (system.folder / "api.log").read_text(), 10, "the defect's line")
    told = "".join(path.read_text(errors="replace") for path in system.folder.rglob("*.log"))
    assert "sign_in.py" in told
    settings = get_settings()
    secrets = {settings.secret_key, settings.encryption_key, settings.stripe_webhook_secret}
    run.used |= {secret.get_secret_value() for secret in secrets}
    assert {used for used in run.used if used in told} == set()
    assert not re.search(
        rf"(?<![\w.-]){run.code}(?!\w)", told
    )  # six digits: ids and fractions of seconds have them too
