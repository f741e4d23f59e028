"""The review desk: one holder, the right order, decisions with their traces."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.accounts.service import audit, people, sellers
from agrimarket.drive import drive
from agrimarket.kernel import clock, ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import Conflict, DomainError
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Role
from agrimarket.onboarding import rules
from agrimarket.onboarding.errors import (
    ApplicationHeld,
    ApplicationNotHeld,
    IdentityInUse,
    OwnApplication,
)
from agrimarket.onboarding.service import applications, review, steps
from agrimarket.onboarding.states import APPLICATION_TRANSITIONS, ApplicationState
from agrimarket.onboarding.types import Question
from tests.factories import onboarding as make
from tests.factories import regions


def test_two_reviewers_cannot_hold_one(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        regions.load_tree(session)
    farmer = make.sign_in(fresh_db, 1).principal
    desk = [make.sign_in(fresh_db, 100 + i, Role.OPERATOR).principal for i in range(8)]
    with fresh_db.transaction() as session:
        application_id = make.submitted(session, farmer).application.id

    def hold(who):
        with fresh_db.transaction() as session:
            try:
                review.hold(session, who, application_id)
            except ApplicationHeld:
                return 0
            return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(hold, desk)) == 1


def test_a_lapsed_hold_is_lost_to_who_comes_next(
    placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    """Row 25 of the fault matrix for reviewers: one who slept past the hold changes nothing."""
    other = make.sign_in(placed, 5, Role.OPERATOR).principal
    with placed.transaction() as session:
        application_id = make.submitted(session, farmer.principal).application.id
        first = review.hold(session, reviewer.principal, application_id).dossier.application.fence
        assert review.queue(session, None, 10) == []
        clock.advance(session, drive().windows.hold + timedelta(seconds=1))
        assert [waiting.id for waiting in review.queue(session, None, 10)] == [application_id]
        assert review.hold(session, other, application_id).dossier.application.fence == first + 1
    for act in (
        lambda s: review.approve(s, reviewer.principal, application_id, None),
        lambda s: review.reject(s, reviewer.principal, application_id, "no", None),
        lambda s: review.reveal(s, reviewer.principal, application_id, "id_number"),
        lambda s: review.approve(s, other, application_id, None, first),
    ):
        with pytest.raises(ApplicationNotHeld), placed.transaction() as session:
            act(session)
    with placed.transaction() as session:
        assert review.read(session, application_id).dossier.application.state == "in_review"
        review.approve(session, other, application_id, None, first + 1)


def test_the_queue_is_by_urgency_in_pages_over_an_index(
    client: TestClient[Litestar], placed: Database, reviewer: make.SignedIn
) -> None:
    with placed.transaction() as session:
        soon = (clock.read(session) + timedelta(days=30)).date().isoformat()
        for i, (quantity, day) in enumerate([("1t", make.SPOILS_ON), ("50t", make.SPOILS_ON), ("3t", soon)]):
            person = people.with_phone(session, make.phone_of(50 + i), "en")
            who = make.Principal(person, frozenset(), "en")
            make.submitted(session, who, i, produce={"quantity": quantity, "spoils_on": day})
        clock.advance(session, timedelta(hours=2))
    whole = client.get("/v1/review/applications", headers=reviewer.headers).json()["items"]
    assert [item["urgency"] for item in whole] == sorted((item["urgency"] for item in whole), reverse=True)
    for item in whole:
        shown = item["tonnes"] * item["hours_waited"] / item["days_left"]
        assert item["urgency"] == pytest.approx(rules.score(shown), abs=1)
    pages: list[str] = []
    path = "/v1/review/applications?limit=1"
    while True:
        page = client.get(path, headers=reviewer.headers).json()
        pages += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        path = f"/v1/review/applications?limit=1&cursor={page['next']}"
    assert pages == [item["id"] for item in whole]
    assert client.get("/v1/review/applications?cursor=abc", headers=reviewer.headers).status_code == 422
    assert client.get("/v1/review/applications?limit=0", headers=reviewer.headers).status_code == 422


def test_asking_reopens_that_step_only(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    with placed.transaction() as session:
        application_id = ids.encode("app", make.submitted(session, farmer.principal).application.id)
    desk = f"/v1/review/applications/{application_id}"
    client.post(f"{desk}/claim", headers=reviewer.headers)
    bad = client.post(f"{desk}/ask", json={"items": [{"step": "x", "reason": "y"}]}, headers=reviewer.headers)
    assert [e["pointer"] for e in bad.json()["errors"]] == ["/items/0/step", "/items/0/reason"]
    items = [{"step": "identity", "reason": "id_unreadable", "note": "第三位"}]
    assert client.post(f"{desk}/ask", json={"items": items}, headers=reviewer.headers).status_code == 200
    mine = client.get(f"/v1/applications/{application_id}", headers=farmer.headers).json()
    assert mine["state"] == "info_requested"
    assert [step["name"] for step in mine["steps"] if step["open"]] == ["identity"]
    assert mine["requests"][0]["text"].startswith("身份证号码或照片看不清楚")
    base = f"/v1/applications/{application_id}"
    assert client.post(f"{base}/submit", headers=farmer.headers).status_code == 422
    headers = {**farmer.headers, "If-Match": f'"{mine["version"]}"'}
    closed = client.patch(f"{base}/steps/farm", json={"farm_name": "x"}, headers=headers)
    assert (closed.status_code, closed.json()["details"]["open"]) == (409, ["identity"])
    saved = client.patch(f"{base}/steps/identity", json={"id_number": make.ID_NUMBER}, headers=headers)
    assert saved.json()["requests"][0]["answered"]
    again = client.post(f"{base}/submit", headers=farmer.headers).json()
    assert (again["state"], [step["name"] for step in again["steps"] if step["open"]]) == ("in_review", [])


def test_opening_a_secret_is_for_the_holder_and_audited(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    with placed.transaction() as session:
        application_id = ids.encode("app", make.submitted(session, farmer.principal).application.id)
    desk = f"/v1/review/applications/{application_id}"
    wanted = {"field": "id_number"}
    assert client.post(f"{desk}/reveal", json=wanted, headers=reviewer.headers).status_code == 409
    shown = client.post(f"{desk}/claim", headers=reviewer.headers)
    assert make.id_number_of(0) not in shown.text
    assert client.post(f"{desk}/reveal", json=wanted, headers=reviewer.headers).json()["value"] == make.id_number_of(0)
    assert client.post(f"{desk}/reveal", json={"field": "x"}, headers=reviewer.headers).status_code == 404
    assert client.post(f"{desk}/reveal", json=wanted, headers=farmer.headers).status_code == 403
    with placed.reading() as session:
        lines = audit.entries(session, subject=application_id)
    opened = [line for line in lines if line.action == "application.secret_opened"]
    assert [(line.person_id, line.details) for line in opened] == [
        (reviewer.principal.person_id, {"field": "id_number"})
    ]


def test_full_verification_needs_no_limit(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    with placed.transaction() as session:
        application_id = ids.encode("app", make.submitted(session, farmer.principal).application.id)
    desk = f"/v1/review/applications/{application_id}"
    client.post(f"{desk}/claim", headers=reviewer.headers)
    for requirement in rules.VERIFIABLE["farmer"]:
        seen = client.put(f"{desk}/checks", json={"requirement": requirement, "seen": True}, headers=reviewer.headers)
        assert seen.status_code == 200, seen.text
    bad = client.put(f"{desk}/checks", json={"requirement": "money", "seen": True}, headers=reviewer.headers)
    assert bad.status_code == 422
    over = {"exposure_limit": {"amount": drive().limits.highest_exposure + 1}}
    assert (
        client.post(f"{desk}/approve", json=over, headers=reviewer.headers).json()["code"]
        == "application.limit_too_high"
    )
    done = client.post(f"{desk}/approve", json={}, headers=reviewer.headers).json()
    assert all(line["met"] for line in done["checklist"])
    with placed.reading() as session:
        seller = sellers.get(session, ids.decode("sel", done["application"]["seller_id"]))
    assert (seller.standing, seller.exposure_limit) == ("approved", None)


def test_unverified_gets_the_first_limit_and_one_identity_is_one_seller(
    placed: Database, reviewer: make.SignedIn
) -> None:
    with placed.transaction() as session:
        first = make.approved(session, make.sign_in(placed, 10).principal, reviewer.principal, 7)
        assert first.dossier.application.seller_id is not None
        seller = sellers.get(session, first.dossier.application.seller_id)
        assert (seller.standing, seller.exposure_limit) == ("limited", Money(drive().limits.first_exposure))
    with placed.transaction() as session:
        second = make.submitted(session, make.sign_in(placed, 11).principal, 7).application.id
        held = review.hold(session, reviewer.principal, second)
        assert {line.name: line.met for line in held.checklist}["identity_unique"] is False
    with pytest.raises(IdentityInUse), placed.transaction() as session:
        review.approve(session, reviewer.principal, second, Money(1))
    with placed.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM seller")).scalar_one() == 1


def test_nobody_reviews_their_own(placed: Database) -> None:
    both = make.sign_in(placed, 12, Role.OPERATOR).principal
    with placed.transaction() as session:
        application_id = make.submitted(session, both).application.id
    with pytest.raises(OwnApplication), placed.transaction() as session:
        review.hold(session, both, application_id)


def test_suspended_and_reinstated(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    with placed.transaction() as session:
        done = make.approved(session, farmer.principal, reviewer.principal).dossier.application
    desk = f"/v1/review/applications/{ids.encode('app', done.id)}"
    for act, body, state, standing in (
        ("suspend", {"reason": "投诉"}, "suspended", "suspended"),
        ("reinstate", None, "approved", "limited"),
    ):
        answer = client.post(f"{desk}/{act}", json=body, headers=reviewer.headers)
        assert (answer.status_code, answer.json()["application"]["state"]) == (200, state), answer.text
        assert client.post(f"{desk}/{act}", json=body, headers=reviewer.headers).status_code == 409
        assert client.post(f"{desk}/{act}", json=body, headers=farmer.headers).status_code == 403
        with placed.reading() as session:
            seller = sellers.get(session, done.seller_id)
        assert (seller.standing, seller.exposure_limit) == (standing, Money(drive().limits.first_exposure))


FRESH = itertools.count()


ACTS = ("save", "submit", "withdraw", "hold", "approve", "reject", "ask", "lapse")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(ACTS), max_size=12))
def test_no_other_path_than_the_table(placed: Database, reviewer: make.SignedIn, acts: list[str]) -> None:
    start = next(FRESH)
    with placed.transaction() as session:
        person = people.with_phone(session, make.phone_of(1_000_000 + start), "en")
        who = make.Principal(person, frozenset(), "en")
        current = applications.begin(session, who, applications.ApplicationKind.FARMER, None, "en").application
        application_id, state = current.id, ApplicationState(current.state)
        for step, answers in make.farmer_answers(start).items():
            if current.state == ApplicationState.DRAFT:
                current = steps.save(session, who, application_id, step, current.version, answers).application
    for act in acts:
        try:
            with placed.transaction() as session:
                _act(session, act, who, reviewer.principal, application_id)
        except (Conflict, DomainError) as refusal:
            assert refusal.code
        with placed.transaction() as session:
            after = ApplicationState(review.read(session, application_id).dossier.application.state)
        assert after == state or after in APPLICATION_TRANSITIONS[state], (state, act, after)
        state = after


def _act(session, act, who, desk, application_id) -> None:
    match act:
        case "save":
            row = applications.read(session, who, application_id).application
            steps.save(session, who, application_id, "identity", row.version, {"legal_name": "王秀英"})
        case "submit":
            applications.submit(session, who, application_id)
        case "withdraw":
            applications.withdraw(session, who, application_id)
        case "hold":
            review.hold(session, desk, application_id)
        case "approve":
            review.approve(session, desk, application_id, None)
        case "reject":
            review.reject(session, desk, application_id, "no", None)
        case "ask":
            review.ask(session, desk, application_id, [Question("identity", "other")], None)
        case _:
            clock.advance(session, drive().windows.hold)
