"""The triage desk, as an operator's browser without scripts uses it."""

import re
from datetime import timedelta

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.drive import drive
from agrimarket.kernel import clock, ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES
from agrimarket.kernel.principal import Role
from agrimarket.onboarding import rules
from agrimarket.onboarding.pages import triage as pages
from agrimarket.onboarding.service import triage
from agrimarket.onboarding.states import CallOutcome
from tests.factories import onboarding as make
from tests.support.browser import Browser


@pytest.fixture
def desk(client: TestClient[Litestar], placed: Database, reviewer: make.SignedIn) -> Browser:
    """A browser in which the reviewer is signed in."""
    client.cookies.set("session", reviewer.token)
    return Browser(client, language="zh-Hans")


@pytest.fixture
def path(placed: Database, farmer: make.SignedIn) -> str:
    """Address of the farmer's appeal on the desk."""
    with placed.transaction() as session:
        return f"/review/appeals/{ids.encode('apl', make.file_appeal(session, farmer.principal.person_id).appeal.id)}"


def _fence(desk: Browser) -> str:
    found = re.search(r'name="fence" value="(\d+)"', desk.page)
    assert found, desk.page
    return found[1]


def _calls(db: Database) -> list[tuple[str, str]]:
    with db.reading() as session:
        rows = session.connection().execute(text("SELECT outcome, note FROM appeal_call ORDER BY id"))
        return [tuple(row) for row in rows]


def test_from_the_queue_to_a_call(desk: Browser, placed: Database, farmer: make.SignedIn, path: str) -> None:
    assert 'href="/review/appeals"' in desk.get("/review")
    assert path in desk.get("/review/appeals")
    desk.get(path)
    assert farmer.phone not in desk.page
    desk.post(f"{path}/claim")
    assert desk.path == path
    assert "全部 0" in desk.page, "what is held is not in the queue"
    assert f'href="{path}#at-hand"' in desk.get("/review/appeals"), "but among what one holds"
    desk.get(path)
    assert f'href="tel:{farmer.phone}"' in desk.post(f"{path}/reveal")
    assert "王大姐" in desk.page
    shown = desk.post(f"{path}/calls", fence=_fence(desk), note="响了很久")
    assert (desk.status, 'href="#outcome"' in shown, "响了很久" in shown) == (422, True, True)
    assert _calls(placed) == []
    desk.post(f"{path}/calls", fence=_fence(desk), outcome="not_reached", note="响了很久")
    assert (desk.path, desk.status) == (path, 200)
    assert "会回到这里" in desk.page
    assert "响了很久" in desk.page
    assert _calls(placed) == [("not_reached", "响了很久")]
    assert f'href="{path}#at-hand"' not in desk.get("/review/appeals")
    with placed.transaction() as session:
        clock.advance(session, rules.CALL_AGAIN)
    assert f'href="{path}#at-hand"' in desk.get("/review/appeals")
    assert "再打一次" in desk.page
    assert "会回到这里" not in desk.get(path), "it is back"


def test_a_hold_that_was_lost_changes_nothing_and_the_note_comes_back(
    desk: Browser, placed: Database, path: str
) -> None:
    desk.get(path)
    desk.post(f"{path}/claim")
    fence = _fence(desk)
    other = make.sign_in(placed, 5, Role.OPERATOR)
    with placed.transaction() as session:
        clock.advance(session, drive().windows.hold)
        triage.hold(session, other.principal, ids.parse("apl", path.rpartition("/")[2]))
    shown = desk.post(f"{path}/calls", fence=fence, outcome="reached", note="住在村口")
    assert desk.status == 409
    assert "刚才的操作没有生效" in shown
    assert "另一位同事正在处理" in shown
    assert _calls(placed) == []
    desk.post(f"{path}/claim", from_page=False)
    assert (desk.status, "请先看下一件" in desk.page) == (409, True)
    shown = desk.post(f"{path}/calls", from_page=False, fence=fence, outcome="called", note="响" * 1_001)
    assert desk.status == 422
    assert "请从这些里面选：reached, not_reached, sold_meanwhile, wrong_number。" in shown
    assert "最多 1,000 个字" in shown
    for fence in ("", "x", "-1", "9" * 40):
        desk.post(f"{path}/calls", from_page=False, fence=fence, outcome="reached")
        assert desk.status == 409
        assert "刚才的操作没有生效" in desk.page
    assert _calls(placed) == []


def test_ones_own_lapsed_hold_can_be_taken_up_again(desk: Browser, placed: Database, path: str) -> None:
    desk.get(path)
    desk.post(f"{path}/claim")
    with placed.transaction() as session:
        clock.advance(session, drive().windows.hold)
    assert "/reveal" not in desk.get(path)
    assert "由您处理的" not in desk.page
    desk.post(f"{path}/claim")
    assert "/reveal" in desk.page
    assert "由您处理的" in desk.page


def test_late_ones_are_marked_and_can_be_listed_alone(desk: Browser, placed: Database, path: str) -> None:
    assert "没有晚了的电话" in desk.get("/review/appeals?late=true")
    with placed.transaction() as session:
        clock.advance(session, timedelta(days=1))
        fresh = make.file_appeal(session, make.sign_in(placed, 3).principal.person_id).appeal.id
    whole = desk.get("/review/appeals")
    assert "全部 2" in whole
    assert "已晚 1" in whole
    assert len(re.findall(r'class="tag bad">晚了<', whole)) == 1
    late = desk.get("/review/appeals?late=true")
    assert path in late
    assert ids.encode("apl", fresh) not in late


def test_a_long_queue_goes_on(desk: Browser, placed: Database, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SHOWN", 2)
    for number in range(3, 6):
        with placed.transaction() as session:
            make.file_appeal(session, make.sign_in(placed, number).principal.person_id, quantity=f"{number}t")
    with placed.transaction() as session:
        clock.advance(session, timedelta(days=2))
    seen: list[str] = []
    following = "/review/appeals?late=true"
    while following:
        desk.get(following)
        seen += re.findall(r'href="(/review/appeals/apl_\w+)', desk.page)
        more = re.search(r'href="([^"]+)" rel="next"', desk.page)
        following = more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) == 4
    assert seen[-1] == path
    assert desk.client.get("/review/appeals?cursor=abc", headers=desk.headers).status_code == 422


def test_what_the_farmer_reads_after_each_call(
    desk: Browser, placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn, path: str
) -> None:
    appeal_id = ids.parse("apl", path.rpartition("/")[2])
    desk.client.cookies.set("session", farmer.token)
    mine = f"/appeals/{path.rpartition('/')[2]}"
    for outcome, words in (
        (CallOutcome.NOT_REACHED, ("We called you on", "call again by")),
        (CallOutcome.REACHED, ("We spoke on", "begin it here")),
        (CallOutcome.SOLD_MEANWHILE, ("it had sold",)),
    ):
        with placed.transaction() as session:
            fence = triage.hold(session, reviewer.principal, appeal_id).filed.appeal.fence
            triage.record_call(session, reviewer.principal, appeal_id, fence, outcome, "内部的话")
        page = desk.client.get(mine, headers={**desk.headers, "Accept-Language": "en"}).text
        for part in words:
            assert part in page
        assert "内部的话" not in page, "notes are the operators'"


def test_every_state_of_the_desk_is_in_every_language(desk: Browser, placed: Database, reviewer: make.SignedIn) -> None:
    shown: list[str] = []
    for number, outcome in enumerate([None, *CallOutcome]):
        with placed.transaction() as session:
            who = make.sign_in(placed, 30 + number).principal.person_id
            appeal_id = make.file_appeal(session, who, quantity=None).appeal.id
            fence = triage.hold(session, reviewer.principal, appeal_id).filed.appeal.fence
            if outcome:
                triage.record_call(session, reviewer.principal, appeal_id, fence, outcome, "")
        shown.append(f"/review/appeals/{ids.encode('apl', appeal_id)}")
    for language in LANGUAGES:
        for page in ("/review/appeals", "/review/appeals?late=true", *shown):
            answer = desk.client.get(page, headers={**desk.headers, "Accept-Language": language})
            assert answer.status_code == 200
            assert f'<html lang="{language}">' in answer.text
            assert not re.findall(r"\b(?:triage|review|appeal|form|apply|site)\.(?!css|js)[a-z_.]+", answer.text)


def test_the_desk_is_for_operators(desk: Browser, farmer: make.SignedIn, path: str) -> None:
    desk.client.cookies.set("session", farmer.token)
    for page in ("/review/appeals", path):
        desk.get(page)
        assert desk.status == 403
        assert farmer.phone not in desk.page


def test_what_is_not_there_is_not_there(desk: Browser) -> None:
    desk.get("/review/appeals")
    for page in ("/review/appeals/nonsense", "/review/appeals/apl_01m8504b7ye8nbqetv75q9crjn"):
        assert desk.client.get(page, headers=desk.headers).status_code == 404
    desk.post("/review/appeals/apl_01m8504b7ye8nbqetv75q9crjn/claim", from_page=False)
    assert desk.status == 404
