"""Any text typed into an appeal or an application: it never causes a failure, and is kept as it was typed."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.kernel import ids, ratelimit
from agrimarket.kernel.crypto import decrypt
from agrimarket.kernel.db import Database
from agrimarket.onboarding.service import applications, drafts
from agrimarket.typed.text import line, paragraphs, trimmed
from tests.factories import onboarding as make
from tests.support.page import Page

HTML = {"Accept": "text/html", "Accept-Language": "en"}
NASTY = (
    "\0\x01\x07\x0b\x1b\x7f\x85\u00a0\u00ad\u034f\u061c\u180e\u200b\u200d\u200e\u202a\u202e\u2028\u2029\u2066\ufeff"
    "\ufffd\uffff\U000e0001\U0001f469\u200d\U0001f33e\u0301\u0e33\u1100\u3164\u4e00\ufa0e\U00020bb7"
    "<>&\"'`\\/%+=;#{}$|\r\n\t 草莓Ⅷ²٣"
)
TEXTS = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=70)
    | st.text(st.sampled_from(NASTY), max_size=12)
    | st.tuples(st.text("草莓abc", min_size=1, max_size=3), st.text(st.sampled_from(NASTY), max_size=2)).map("".join)
)
SETTINGS = settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@dataclass
class Typist:
    """Typist who posts one field among correct ones, and looks up what was kept of it."""

    client: TestClient[Litestar]
    db: Database
    farmer: make.SignedIn

    def post(self, path: str, fields: dict[str, str]) -> Any:
        ratelimit._limiters.cache_clear()  # pyright: ignore[reportPrivateUsage]
        if "csrftoken" not in self.client.cookies:
            self.client.get("/sign-in", headers=HTML)
        data = {**fields, "_csrf_token": self.client.cookies["csrftoken"]}
        return self.client.post(path, data=data, headers=HTML, follow_redirects=False)

    def draft(self) -> dict[str, str]:
        """Fields of an appeal that is not signed yet."""
        with self.db.reading() as session:
            return drafts.load(session, self.client.cookies.get("appeal"))


@pytest.fixture
def typist(client: TestClient[Litestar], placed: Database, farmer: make.SignedIn) -> Typist:
    return Typist(client, placed, farmer)


def _normal(typed: str) -> str:
    return unicodedata.normalize("NFC", trimmed(typed.replace("\r\n", "\n").replace("\r", "\n")).strip())


def _clean(name: str, typed: str) -> str:
    """The text as it is kept; `tests/typed` says what that is."""
    return paragraphs(typed) if name in ("note", "needs_note") else line(typed)


def _judged(answer: Any, name: str, typed: str) -> bool:
    """Whether the text was accepted; if not, asserts that the page says so at its field and holds what was typed."""
    assert answer.status_code in (303, 422), answer.text
    if answer.status_code == 303:
        return True
    page = Page(answer.text)
    assert page.errors or page.paragraphs
    if "\0" not in typed:
        assert _normal(page.typed(name)) == _normal(typed), (page.typed(name), typed)
    return False


APPEAL: dict[str, tuple[str, dict[str, str]]] = {
    "product": ("/appeal/produce", {"quantity": "500", "quantity_unit": "jin", "spoils_in_days": "3"}),
    "note": ("/appeal/place", {"region": "丹东 东港", "truck_access": "small"}),
    "name": ("/appeal/person", {"phone": "13800138000"}),
}


@pytest.mark.parametrize("name", APPEAL)
def test_an_appeal_takes_any_text_or_says_why_not(typist: Typist, name: str) -> None:
    path, others = APPEAL[name]

    @SETTINGS
    @given(TEXTS)
    @example("两行\r\n都要留下")
    @example("é")
    def typed_in(typed: str) -> None:
        taken = _judged(typist.post(path, {**others, name: typed}), name, typed)
        if taken:
            assert _normal(typist.draft().get(name, "")) == _normal(typed)

    typed_in()


@pytest.mark.parametrize("name", ["product", "note", "name"])
def test_what_an_appeal_keeps_is_what_was_typed(typist: Typist, name: str) -> None:
    """The test goes to the end: signed in, filed, and read back from its row."""
    typist.client.cookies.set("session", typist.farmer.token)
    right = {path: {**others, field: "草莓"} for field, (path, others) in APPEAL.items()}

    @settings(SETTINGS, max_examples=12)
    @given(TEXTS)
    @example("两行\r\n都要留下")
    def filed(typed: str) -> None:
        place = APPEAL[name][0]
        for path, fields in right.items():
            given_ = {**fields, name: typed} if path == place else fields
            answer = typist.post(path, given_)
            if not _judged(answer, name, typed if path == place else "草莓"):
                return
        assert answer.headers["location"] == "/appeal/check"
        answer = typist.post("/appeal/check", {})
        assert answer.headers["location"].startswith("/appeals/apl_")
        appeal_id = ids.parse("apl", answer.headers["location"].removeprefix("/appeals/"))
        with typist.db.reading() as session:
            row = session.connection().execute(text("SELECT * FROM appeal WHERE id = :id"), {"id": appeal_id}).one()
        kept = {"product": row.product, "note": row.note, "name": decrypt(bytes(row.name), context="appeal.name")}
        assert _clean(name, typed) in kept[name]

    filed()


STEPS: dict[str, tuple[str, dict[str, str], Callable[[dict[str, Any]], str]]] = {
    "farm_name": ("farm", {"region": "丹东 东港"}, lambda answers: answers["farm"].get("farm_name", "")),
    "village": (
        "farm",
        {"farm_name": "王家", "region": "丹东 东港"},
        lambda answers: answers["farm"].get("village", ""),
    ),
    "product": (
        "produce",
        {"quantity": "5", "quantity_unit": "t", "spoils_on": make.SPOILS_ON, "right_to_sell": "yes"},
        lambda answers: answers["produce"].get("product", ""),
    ),
    "needs_note": ("needs", {"needs": "packaging"}, lambda answers: answers["needs"].get("needs_note", "")),
    "bank_name": ("payout", {"payout_method": "later"}, lambda answers: answers["payout"].get("bank_name", "")),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_takes_any_text_or_says_why_not(typist: Typist, name: str) -> None:
    step, others, kept = STEPS[name]
    typist.client.cookies.set("session", typist.farmer.token)
    with typist.db.transaction() as session:
        application_id = make.draft(session, typist.farmer.principal, make.farmer_answers(3)).application.id

    @SETTINGS
    @given(TEXTS)
    @example("两行\r\n都要留下")
    @example("é")
    def typed_in(typed: str) -> None:
        with typist.db.reading() as session:
            found = applications.read(session, typist.farmer.principal, application_id)
        path = f"/applications/{ids.encode('app', application_id)}/{step}"
        answer = typist.post(path, {**others, "version": str(found.application.version), name: typed})
        if _judged(answer, name, typed):
            with typist.db.reading() as session:
                answers = applications.read(session, typist.farmer.principal, application_id).application.answers
            assert kept(answers) == _clean(name, typed)
            shown = Page(typist.client.get(path, headers=HTML).text)
            assert _normal(shown.typed(name)) == _clean(name, typed)

    typed_in()
