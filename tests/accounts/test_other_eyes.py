"""The second pair of eyes is another person's: nobody makes one for themselves."""

from datetime import timedelta
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts.errors import NewcomerOfFirst
from agrimarket.accounts.service import other_eyes, staff
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import Conflict
from agrimarket.kernel.principal import Principal, Role
from agrimarket.onboarding.service import review
from tests.factories import onboarding as make
from tests.factories.accounts import Somebody, a_seller, signed_in, somebody
from tests.factories.bank_accounts import FIELDS
from tests.support.rows import later, states

Client = TestClient[Litestar]


class Same(Conflict):
    """What the rule raises for the same person."""

    code = "same"


def _made(db: Database, by: Principal | None, email: str, *roles: Role) -> Principal:
    with db.transaction() as session:
        person_id = staff.enrol(session, email, "A", "en", roles or [Role.OPERATOR], by=by).person_id
        return signed_in(session, person_id).principal


def _may(db: Database, who: Principal, first: UUID) -> str:
    try:
        with db.reading() as session:
            other_eyes.require(session, who, first, Same)
    except (Same, NewcomerOfFirst) as refusal:
        return type(refusal).__name__
    return "may"


def test_who_was_made_by_the_first_is_no_second_for_seven_days(db: Database) -> None:
    boss, other = somebody(db, Role.OPERATOR).principal, somebody(db, Role.OPERATOR).principal
    made = _made(db, boss, "a@b.cn")
    assert _may(db, boss, boss.person_id) == "Same"
    assert _may(db, made, boss.person_id) == "NewcomerOfFirst"
    assert _may(db, boss, made.person_id) == "NewcomerOfFirst"
    assert (
        _may(db, made, other.person_id) == _may(db, other, made.person_id) == _may(db, boss, other.person_id) == "may"
    )
    later(db, timedelta(days=7, minutes=1))
    assert _may(db, made, boss.person_id) == _may(db, boss, made.person_id) == "may"


def test_neither_are_two_of_one_makers_nor_whom_those_made(db: Database) -> None:
    boss = somebody(db, Role.OPERATOR).principal
    one, two = _made(db, boss, "a@b.cn"), _made(db, boss, "c@d.cn")
    grandchild = _made(db, one, "e@f.cn")
    for pair in ((one, two), (two, one), (grandchild, boss), (boss, grandchild), (grandchild, two)):
        assert _may(db, pair[0], pair[1].person_id) == "NewcomerOfFirst"


def test_a_role_given_to_who_is_there_counts_as_making(db: Database) -> None:
    boss = somebody(db, Role.OPERATOR).principal
    with db.transaction() as session:
        second = staff.enrol(session, "a@b.cn", "A", "en", [], by=None).person_id
        staff.appoint(session, boss, second, Role.COACH)
        who = signed_in(session, second).principal
    assert _may(db, who, boss.person_id) == "may"  # not as an operator
    with db.transaction() as session:
        staff.appoint(session, boss, second, Role.OPERATOR)
    assert _may(db, who, boss.person_id) == "NewcomerOfFirst"


def test_whom_the_command_line_made_is_nobodys_newcomer(db: Database) -> None:
    one, two = _made(db, None, "a@b.cn"), _made(db, None, "c@d.cn")
    assert _may(db, one, two.person_id) == _may(db, two, one.person_id) == "may"


@pytest.mark.parametrize("way", ["enrolled", "appointed"])
def test_one_operator_verifies_no_bank_account_with_two_accounts(client: Client, db: Database, way: str) -> None:
    boss = somebody(db, Role.OPERATOR)
    with db.transaction() as session:
        seller = a_seller(session)
    puppet = _puppet(db, boss, way)
    bank = client.post("/v1/payout-account/bank", json=FIELDS, headers=seller.headers).json()
    path = f"/v1/review/payout-accounts/{bank['id']}/verify"
    assert client.post(path, json={"note": "mine"}, headers=boss.headers).status_code == 200
    refused = client.post(path, json={"note": "mine too"}, headers=puppet.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden.newcomer")
    assert refused.json()["details"] == {"days": 7}
    assert states(db, "bank_account") == ["checked"]
    third = somebody(db, Role.OPERATOR)
    assert client.post(path, json={"note": "holder matches"}, headers=third.headers).json()["state"] == "verified"


def _puppet(db: Database, boss: Somebody, way: str) -> Somebody:
    with db.transaction() as session:
        if way == "enrolled":
            person_id = staff.enrol(session, "a@b.cn", "A", "en", [Role.OPERATOR], by=boss.principal).person_id
        else:
            person_id = staff.enrol(session, "a@b.cn", "A", "en", [Role.COACH], by=None).person_id
            staff.appoint(session, boss.principal, person_id, Role.OPERATOR)
        return signed_in(session, person_id)


def test_a_newcomer_reviews_no_application_of_their_makers(db: Database) -> None:
    boss = somebody(db, Role.OPERATOR)
    puppet = _puppet(db, boss, "enrolled")
    with db.transaction() as session:
        application_id = make.submitted(session, boss.principal, 11).application.id
    with pytest.raises(NewcomerOfFirst), db.transaction() as session:
        review.hold(session, puppet.principal, application_id)
    with db.transaction() as session:
        assert review.hold(session, somebody(db, Role.OPERATOR).principal, application_id)
