"""Sign-in codes, sessions, parties and the audit log through the services."""

from datetime import timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from agrimarket.accounts.errors import CodeExpired, CodeTooSoon, CodeWrong, PhoneUnreadable, SellerUnknown
from agrimarket.accounts.service import audit, buyers, people, sellers, sign_in
from agrimarket.accounts.states import BuyerKind, SellerKind, Standing
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Role
from agrimarket.kernel.states import IllegalTransition

PHONE = "+8613800000001"


def _code(session: Session, phone: str = PHONE) -> str:
    issued = sign_in.request_code(session, phone, "zh-Hans")
    message = sign_in.code_message(session, issued.id)
    assert message is not None
    assert message.phone == issued.phone
    return message.code


def test_a_code_signs_in_once_and_makes_the_person(db: Database) -> None:
    with db.transaction() as session:
        code = _code(session, "138 0000 0001")
        token, principal = sign_in.with_code(session, "１３８００００００01", f" {code[:3]} {code[3:]}", "zh-Hans")
        assert sign_in.authenticate(session, token) == principal
        assert people.contact(session, principal.person_id).phone == PHONE
        with pytest.raises(CodeExpired):
            sign_in.confirm_phone(session, PHONE, code, "zh-Hans")


def test_five_wrong_tries_use_a_code_up(db: Database) -> None:
    with db.transaction() as session:
        code = _code(session)
        wrong = f"{(int(code) + 1) % 10**6:06}"
        for left in (4, 3, 2, 1, 0):
            with pytest.raises(CodeWrong) as refused:
                sign_in.confirm_phone(session, PHONE, wrong, "en")
            assert refused.value.values == {"left": left}
        with pytest.raises(CodeExpired):
            sign_in.confirm_phone(session, PHONE, code, "en")
        assert session.connection().execute(text("SELECT count(*) FROM person")).scalar_one() == 0


def test_a_code_ends_after_ten_minutes_and_can_be_asked_for_again_after_one(db: Database) -> None:
    with db.transaction() as session:
        code = _code(session)
        with pytest.raises(CodeTooSoon):
            sign_in.request_code(session, PHONE, "en")
        clock.advance(session, timedelta(seconds=61))
        newer = _code(session)
        clock.advance(session, timedelta(minutes=10))
        for old in (code, newer):
            with pytest.raises(CodeExpired):
                sign_in.confirm_phone(session, PHONE, old, "en")


@pytest.mark.parametrize("written", ["", "hello", "123", "010-12345678", "+86 138 0000", "0" * 200])
def test_what_is_no_mobile_number_is_refused(db: Database, written: str) -> None:
    with db.transaction() as session, pytest.raises(PhoneUnreadable):
        sign_in.request_code(session, written, "en")


def test_authenticate_is_one_statement_and_knows_the_parties(db: Database) -> None:
    with db.transaction() as session:
        person = people.with_phone(session, PHONE, "en")
        seller_id = sellers.register(session, person, SellerKind.FARMER, "Li", "420100")
        buyer_id = buyers.register(session, person, BuyerKind.DONOR, "Li", "420100")
        token, _ = sign_in.open_session(session, person)
        statements: list[str] = []
        event.listen(session.connection(), "before_cursor_execute", lambda *a: statements.append(a[2]))
        principal = sign_in.authenticate(session, token)
        assert principal is not None
        assert len(statements) == 1
        assert (principal.seller_id, principal.buyer_id) == (seller_id, buyer_id)
        assert principal.roles == {Role.SELLER, Role.BUYER}
        assert sign_in.authenticate(session, token + "x") is None


def test_sessions_end_idle_and_absolutely(db: Database) -> None:
    with db.transaction() as session:
        person = people.with_phone(session, PHONE, "en")
        idle, _ = sign_in.open_session(session, person, idle=timedelta(hours=1), life=timedelta(hours=12))
        used, _ = sign_in.open_session(session, person, idle=timedelta(hours=1), life=timedelta(hours=2))
        clock.advance(session, timedelta(minutes=50))
        assert sign_in.authenticate(session, used)
        clock.advance(session, timedelta(minutes=50))
        assert sign_in.authenticate(session, idle) is None
        assert sign_in.authenticate(session, used)
        clock.advance(session, timedelta(minutes=30))
        assert sign_in.authenticate(session, used) is None


def test_a_seller_is_opened_once_and_its_standing_moves_by_the_table(db: Database) -> None:
    with db.transaction() as session:
        person = people.with_phone(session, PHONE, "en")
        seller_id = sellers.register(session, person, SellerKind.FARMER, "Li", "420100")
        assert sellers.register(session, person, SellerKind.COOPERATIVE, "Other", "420101") == seller_id
        sellers.set_standing(session, seller_id, Standing.LIMITED, Money(500_000))
        info = sellers.get(session, seller_id)
        assert (info.display_name, info.standing, info.exposure_limit) == ("Li", Standing.LIMITED, Money(500_000))
        with pytest.raises(IllegalTransition):
            sellers.set_standing(session, seller_id, Standing.PENDING)
        with pytest.raises(SellerUnknown):
            sellers.get(session, new_id())


@pytest.mark.parametrize(
    "change", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
def test_the_audit_log_only_grows(db: Database, change: str) -> None:
    with db.transaction() as session:
        audit.record(session, None, "thing.done", "thg_1", {"why": "test"})
    with pytest.raises(DBAPIError, match="append-only"), db.transaction() as session:
        session.connection().execute(text(change))
    with db.transaction() as session:
        assert [line.action for line in audit.entries(session)] == ["thing.done"]
