"""The appeals desk: one holder, every call kept, and the promise of a call with what happens when it is broken."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts.service import audit
from agrimarket.drive import drive
from agrimarket.kernel import clock, ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Role
from agrimarket.onboarding import rules
from agrimarket.onboarding.errors import AppealHeld, AppealNotHeld, AppealNotReached, AppealOver, OwnApplication
from agrimarket.onboarding.service import appeals, applications, review, steps, triage
from agrimarket.onboarding.states import APPEAL_TRANSITIONS, AppealState, ApplicationKind, CallOutcome
from agrimarket.onboarding.types import QueueCounts
from tests.factories import onboarding as make
from tests.factories import triage as desk
from workers.inline import drain

NOTHING = "SELECT state, fence, held_until, reviewer_id, called_at, call_outcome, call_again_at, answer_by FROM appeal"


def _told(client: TestClient[Litestar], who: make.SignedIn, appeal_id: UUID) -> dict[str, Any]:
    return client.get(f"/v1/appeals/{ids.encode('apl', appeal_id)}", headers=who.headers).json()["next"]


def test_an_appeal_waits_until_a_person_calls(placed: Database, farmer: make.SignedIn) -> None:
    appeal_id = desk.file(placed, farmer)
    drain(placed)
    assert desk.rows(placed, "SELECT state FROM appeal") == [("received",)]
    assert [waiting.id for waiting in desk.queue(placed)] == [appeal_id]
    assert ("appeal_received", "sms") in desk.rows(placed, "SELECT template, channel FROM notification")


def test_eight_operators_at_once_one_holds(fresh_db: Database) -> None:
    farmer = make.sign_in(fresh_db, 1)
    operators = [make.sign_in(fresh_db, 100 + i, Role.OPERATOR) for i in range(8)]
    appeal_id = desk.file(fresh_db, farmer)

    def claim(who: make.SignedIn) -> int:
        try:
            return desk.hold(fresh_db, who, appeal_id)
        except AppealHeld as refusal:
            assert refusal.values["until"]
            return 0

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(claim, operators)) == [0] * 7 + [1]
    assert desk.rows(fresh_db, "SELECT fence FROM appeal") == [(1,)]


def test_the_same_call_posted_ten_times_at_once_is_one(fresh_db: Database) -> None:
    farmer, operator = make.sign_in(fresh_db, 1), make.sign_in(fresh_db, 2, Role.OPERATOR)
    appeal_id = desk.file(fresh_db, farmer)
    fence = desk.hold(fresh_db, operator, appeal_id)

    def record(_: int) -> str:
        found = desk.record(fresh_db, operator, appeal_id, fence, CallOutcome.SOLD_MEANWHILE, "卖给了邻居")
        return found.filed.appeal.state

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(record, range(10))) == {"closed"}
    assert desk.rows(fresh_db, "SELECT outcome, note FROM appeal_call") == [("sold_meanwhile", "卖给了邻居")]
    assert desk.rows(fresh_db, "SELECT count(*) FROM audit_entry WHERE action = 'appeal.called'") == [(1,)]


def test_a_lapsed_claim_is_lost_to_who_comes_next(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    """Row 25 of the fault matrix for callers: one who slept past the hold changes nothing and sees no number."""
    other = make.sign_in(placed, 5, Role.OPERATOR)
    appeal_id = desk.file(placed, farmer)
    first = desk.hold(placed, reviewer, appeal_id)
    assert desk.hold(placed, reviewer, appeal_id) == first, "claiming again holds it longer, under the same fence"
    assert desk.queue(placed) == []
    desk.wait(placed, drive().windows.hold + timedelta(seconds=1))
    assert [waiting.id for waiting in desk.queue(placed)] == [appeal_id]
    with pytest.raises(AppealNotHeld), placed.transaction() as session:
        triage.reveal(session, reviewer.principal, appeal_id)
    assert desk.hold(placed, other, appeal_id) == first + 1
    before = desk.rows(placed, NOTHING)
    path = f"/v1/review/appeals/{ids.encode('apl', appeal_id)}"
    for who, fence in ((reviewer, first), (reviewer, first + 1), (other, first), (other, first + 2)):
        body = {"fence": fence, "outcome": "reached", "note": "x"}
        stale = client.post(f"{path}/calls", json=body, headers=who.headers)
        assert (stale.status_code, stale.json()["code"]) == (409, "appeal.not_held")
    assert client.post(f"{path}/reveal", headers=reviewer.headers).status_code == 409
    assert client.post(f"{path}/claim", headers=reviewer.headers).json()["code"] == "appeal.held"
    assert desk.rows(placed, NOTHING) == before
    assert desk.rows(placed, "SELECT count(*) FROM appeal_call") == [(0,)]
    assert desk.rows(placed, "SELECT count(*) FROM audit_entry WHERE action LIKE 'appeal.%'") == [(0,)]


def test_who_talks_longer_than_the_hold_keeps_the_call(
    placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    appeal_id = desk.file(placed, farmer)
    fence = desk.hold(placed, reviewer, appeal_id)
    desk.wait(placed, drive().windows.hold * 2)
    assert desk.record(placed, reviewer, appeal_id, fence, CallOutcome.REACHED).filed.appeal.state == "triaged"


@pytest.mark.parametrize(
    ("outcome", "state", "waits"),
    [
        (CallOutcome.REACHED, "triaged", True),
        (CallOutcome.NOT_REACHED, "received", False),
        (CallOutcome.SOLD_MEANWHILE, "closed", False),
        (CallOutcome.WRONG_NUMBER, "closed", False),
    ],
)
def test_what_came_of_it(
    client: TestClient[Litestar],
    placed: Database,
    farmer: make.SignedIn,
    reviewer: make.SignedIn,
    outcome: CallOutcome,
    state: str,
    waits: bool,
) -> None:
    appeal_id = desk.file(placed, farmer)
    path = f"/v1/review/appeals/{ids.encode('apl', appeal_id)}"
    fence = client.post(f"{path}/claim", headers=reviewer.headers).json()["fence"]
    body = {"fence": fence, "outcome": outcome.value, "note": "大棚在村口"}
    done = client.post(f"{path}/calls", json=body, headers=reviewer.headers)
    assert done.status_code == 200, done.text
    assert (done.json()["appeal"]["state"], done.json()["held_until"]) == (state, None)
    assert [(call["outcome"], call["note"]) for call in done.json()["calls"]] == [(outcome.value, "大棚在村口")]
    assert bool(desk.queue(placed)) == waits
    other = {**body, "outcome": next(each.value for each in CallOutcome if each != outcome)}
    before = desk.rows(placed, NOTHING)
    for again in (other, {**body, "note": "别的"}):
        refused = client.post(f"{path}/calls", json=again, headers=reviewer.headers)
        assert (refused.status_code, refused.json()["code"]) == (
            409,
            "appeal.over" if state == "closed" else "appeal.not_held",
        )
    assert desk.rows(placed, NOTHING) == before
    words = {
        "reached": "通过电话了",
        "not_reached": "没有打通",
        "sold_meanwhile": "已经卖掉了",
        "wrong_number": "接的人不是您",
    }
    told = _told(client, farmer, appeal_id)
    assert words[outcome] in told["text"]
    assert "2" in told["text"], "it says when"
    assert (told["by"] is not None) == (outcome == CallOutcome.NOT_REACHED)


def test_not_reached_comes_back_when_it_is_time_and_is_late_after_the_second_promise(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    appeal_id = desk.file(placed, farmer, spoils_in_days=3)
    desk.wait(placed, timedelta(hours=1))
    found = desk.call(placed, reviewer, appeal_id, CallOutcome.NOT_REACHED)
    again, by = found.filed.appeal.call_again_at, found.filed.appeal.answer_by
    assert again is not None
    assert found.calls[0].row.promised_by < by
    with placed.transaction() as session:
        now = clock.read(session)
    assert now < again < by
    assert _told(client, farmer, appeal_id)["by"] == by.isoformat().replace("+00:00", "Z")
    desk.wait(placed, again - now - timedelta(seconds=1))
    assert desk.queue(placed) == []
    desk.wait(placed, timedelta(seconds=1))
    (waiting,) = desk.queue(placed)
    assert (waiting.id, waiting.late, waiting.call_outcome) == (appeal_id, False, "not_reached")
    assert desk.queue(placed, only_late=True) == []
    desk.wait(placed, by - again)
    (waiting,) = desk.queue(placed, only_late=True)
    assert waiting.late
    late = desk.call(placed, reviewer, appeal_id, CallOutcome.REACHED)
    assert not late.late
    assert late.calls[0].row.promised_by == by
    assert late.calls[0].row.at >= by, "so one can count the promises that were kept"


def test_who_is_called_and_misses_it_is_told_by_text(
    placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    appeal_id = desk.file(placed, farmer)
    drain(placed)
    for _ in range(2):
        found = desk.call(placed, reviewer, appeal_id, CallOutcome.NOT_REACHED)
        drain(placed)
        desk.wait(placed, timedelta(hours=2))
    told = desk.rows(placed, "SELECT params FROM notification WHERE template = 'appeal_missed' AND channel = 'sms'")
    assert len(told) == 2
    assert max(datetime.fromisoformat(each.params["answer_by"]) for each in told) == found.filed.appeal.answer_by


def test_the_first_call_is_late_once_its_promise_has_passed(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    appeal_id = desk.file(placed, farmer, spoils_in_days=1)
    with placed.transaction() as session:
        promised = triage.read(session, appeal_id).filed.appeal.answer_by
        now = clock.read(session)
    desk.wait(placed, promised - now - timedelta(seconds=1))
    assert [waiting.late for waiting in desk.queue(placed)] == [False]
    now = desk.wait(placed, timedelta(seconds=1))
    assert [waiting.late for waiting in desk.queue(placed)] == [True]
    with placed.transaction() as session:
        assert triage.counts(session, now) == QueueCounts(1, 1)
    listed = client.get("/v1/review/appeals?late=true", headers=reviewer.headers).json()["items"]
    assert [(item["id"], item["late"]) for item in listed] == [(ids.encode("apl", appeal_id), True)]
    shown = client.get(f"/v1/review/appeals/{listed[0]['id']}", headers=reviewer.headers).json()
    assert (shown["late"], shown["answer_by"]) == (True, listed[0]["answer_by"])


def test_after_their_day_nobody_calls_again_until_they_ask(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    appeal_id = desk.file(placed, farmer, spoils_in_days=0)
    first = desk.call(placed, reviewer, appeal_id, CallOutcome.NOT_REACHED)
    assert first.filed.appeal.call_again_at is not None, "the days are guessed, so the day after counts"
    desk.wait(placed, rules.STILL_CALLED)
    assert [waiting.id for waiting in desk.queue(placed)] == [appeal_id], "what was promised is kept"
    found = desk.call(placed, reviewer, appeal_id, CallOutcome.NOT_REACHED)
    assert (found.filed.appeal.call_again_at, found.late) == (None, False)
    assert "再报一次" in _told(client, farmer, appeal_id)["text"]
    desk.wait(placed, timedelta(days=2))
    assert desk.queue(placed) == []
    drain(placed)
    assert desk.rows(placed, "SELECT count(*) FROM outbox_message WHERE topic = 'appeal.missed'") == [(1,)]
    again = client.post("/v1/appeals", json=make.appeal_body(), headers=make.sign_in(placed, 1).headers).json()
    assert (again["id"], again["joined"]) == (ids.encode("apl", appeal_id), True)
    (waiting,) = desk.queue(placed)
    assert (waiting.id, waiting.late) == (appeal_id, False), "who asks again is at the phone now"
    assert again["next"]["by"] == waiting.answer_by.isoformat().replace("+00:00", "Z")


def test_an_operator_begins_the_application_as_an_agent_does(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    appeal_id = desk.file(placed, farmer)
    path = f"/v1/review/appeals/{ids.encode('apl', appeal_id)}"
    early = client.post(f"{path}/application", json={"kind": "farmer"}, headers=reviewer.headers)
    assert (early.status_code, early.json()["code"]) == (409, AppealNotReached.code)
    assert desk.rows(placed, "SELECT count(*) FROM application") == [(0,)]
    desk.call(placed, reviewer, appeal_id, CallOutcome.REACHED)
    desk.call(placed, reviewer, appeal_id, CallOutcome.NOT_REACHED)
    other = make.sign_in(placed, 5, Role.OPERATOR)
    desk.hold(placed, other, appeal_id)
    assert client.post(f"{path}/application", json={"kind": "farmer"}, headers=reviewer.headers).status_code == 409
    desk.wait(placed, drive().windows.hold)
    begun = [client.post(f"{path}/application", json={"kind": "farmer"}, headers=reviewer.headers) for _ in range(2)]
    assert [answer.status_code for answer in begun] == [201, 201], begun[0].text
    assert begun[0].json()["id"] == begun[1].json()["id"]
    produce = next(step for step in begun[0].json()["steps"] if step["name"] == "produce")
    assert produce["answers"]["product"] == "草莓"
    refused = client.post(f"{path}/application", json={"kind": "farmer"}, headers=other.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, AppealOver.code)
    assert desk.rows(placed, "SELECT person_id, filed_by, language FROM application") == [
        (farmer.principal.person_id, reviewer.principal.person_id, "zh-Hans")
    ]
    assert desk.rows(placed, "SELECT state FROM appeal") == [("linked",)]
    assert desk.queue(placed) == []
    path = f"/v1/applications/{begun[0].json()['id']}"
    assert client.get(path, headers=farmer.headers).status_code == 200
    assert client.get(path, headers=other.headers).status_code == 404
    with placed.transaction() as session:
        application_id = ids.decode("app", begun[0].json()["id"])
        for step, given in make.farmer_answers().items():
            version = applications.read(session, farmer.principal, application_id).application.version
            steps.save(session, farmer.principal, application_id, step, version, given)
        applications.submit(session, farmer.principal, application_id)
    with pytest.raises(OwnApplication), placed.transaction() as session:
        review.hold(session, reviewer.principal, application_id)


def test_an_application_of_their_own_stays_theirs(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    with placed.transaction() as session:
        make.draft(session, farmer.principal, {})
    appeal_id = desk.file(placed, farmer)
    desk.call(placed, reviewer, appeal_id, CallOutcome.REACHED)
    path = f"/v1/review/appeals/{ids.encode('apl', appeal_id)}"
    refused = client.post(f"{path}/application", json={"kind": "farmer"}, headers=reviewer.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "application.filed_elsewhere")
    assert desk.rows(placed, "SELECT state, application_id FROM appeal") == [("triaged", None)]


def test_name_and_number_are_for_the_holder_and_audited(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    appeal_id = ids.encode("apl", desk.file(placed, farmer))
    path = f"/v1/review/appeals/{appeal_id}"
    assert client.post(f"{path}/reveal", headers=reviewer.headers).status_code == 409
    shown = client.post(f"{path}/claim", headers=reviewer.headers)
    assert (shown.json()["name"], shown.json()["phone"]) == ("王＊＊", "+86138****0001")
    for answer in (shown, client.get("/v1/review/appeals", headers=reviewer.headers)):
        assert farmer.phone not in answer.text
        assert "王大姐" not in answer.text
    opened = client.post(f"{path}/reveal", headers=reviewer.headers)
    assert opened.json() == {"name": "王大姐", "phone": farmer.phone}
    with placed.reading() as session:
        lines = audit.entries(session, subject=appeal_id)
    assert [(line.action, line.person_id) for line in lines] == [
        ("appeal.contact_opened", reviewer.principal.person_id)
    ]


@pytest.mark.parametrize("act", ["claim", "reveal", "calls", "application", ""])
def test_only_operators_come_to_the_desk(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn, act: str
) -> None:
    appeal_id = desk.file(placed, farmer)
    body = {"calls": {"fence": 1, "outcome": "reached"}, "application": {"kind": "farmer"}}.get(act)
    method = "POST" if act else "GET"
    path = f"/v1/review/appeals/{ids.encode('apl', appeal_id)}/{act}".rstrip("/")
    assert client.request(method, path, json=body, headers=farmer.headers).status_code == 403
    assert client.request(method, path, json=body).status_code == 401
    unknown = f"/v1/review/appeals/{ids.encode('apl', new_id())}/{act}".rstrip("/")
    assert client.request(method, unknown, json=body, headers=reviewer.headers).status_code == 404
    assert client.get("/v1/review/appeals", headers=farmer.headers).status_code == 403
    assert desk.rows(placed, "SELECT fence, state FROM appeal") == [(0, "received")]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"outcome": "maybe"}, "/outcome"),
        ({"outcome": None}, "/outcome"),
        ({"fence": None}, "/fence"),
        ({"fence": -1}, "/fence"),
        ({"fence": 2**31}, "/fence"),
        ({"fence": 10**30}, "/fence"),
        ({"note": "长" * 1_001}, "/note"),
        ({"note": "李\u202e家"}, "/note"),
        ({"note": "李\u200f家"}, "/note"),
        ({"operator_id": "x"}, "/operator_id"),
    ],
)
def test_bad_answers_are_told_and_nothing_is_kept(
    client: TestClient[Litestar],
    placed: Database,
    farmer: make.SignedIn,
    reviewer: make.SignedIn,
    changes: dict[str, Any],
    pointer: str,
) -> None:
    appeal_id = desk.file(placed, farmer)
    fence = desk.hold(placed, reviewer, appeal_id)
    before = desk.rows(placed, NOTHING)
    given = {"fence": fence, "outcome": "reached", "note": "x"} | changes
    body = {name: value for name, value in given.items() if value is not None}
    path = f"/v1/review/appeals/{ids.encode('apl', appeal_id)}/calls"
    answer = client.post(path, json=body, headers=reviewer.headers)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert desk.rows(placed, NOTHING) == before
    assert desk.rows(placed, "SELECT count(*) FROM appeal_call") == [(0,)]


FRESH = itertools.count(1_000_000)
ACTS = (*CallOutcome, "claim", "close", "begin", "apply", "lapse", "again")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(ACTS), max_size=10))
def test_no_other_path_than_the_table(placed: Database, reviewer: make.SignedIn, acts: list[str]) -> None:
    farmer = make.sign_in(placed, next(FRESH))
    appeal_id, state = desk.file(placed, farmer), AppealState.RECEIVED
    for act in acts:
        try:
            _act(placed, act, farmer, reviewer, appeal_id)
        except DomainError as refusal:
            assert refusal.code
        with placed.transaction() as session:
            after = AppealState(triage.read(session, appeal_id).filed.appeal.state)
        steps = {
            after
            for between in APPEAL_TRANSITIONS.get(state, ())
            for after in (between, *APPEAL_TRANSITIONS.get(between, ()))
        }
        assert after in {state, *steps}, (state, act, after)
        if act in (CallOutcome.NOT_REACHED, "claim", "lapse", "again"):
            assert after == state
        state = after


def _act(db: Database, act: str, farmer: make.SignedIn, reviewer: make.SignedIn, appeal_id: UUID) -> None:
    if act in list(CallOutcome):
        desk.call(db, reviewer, appeal_id, CallOutcome(act))
        return
    with db.transaction() as session:
        match act:
            case "claim":
                triage.hold(session, reviewer.principal, appeal_id)
            case "close":
                appeals.close(session, farmer.principal, appeal_id)
            case "begin":
                triage.begin(session, reviewer.principal, appeal_id, ApplicationKind.FARMER)
            case "apply":
                applications.begin(session, farmer.principal, ApplicationKind.FARMER, appeal_id, "zh-Hans")
            case "again":
                make.file_appeal(session, farmer.principal.person_id)
            case _:
                clock.advance(session, drive().windows.hold)
