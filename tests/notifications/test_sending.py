"""People are told once, in their language, and messages that cannot be sent are shown."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from agrimarket.accounts.service import people, sellers, sign_in, staff
from agrimarket.accounts.states import SellerKind
from agrimarket.integrations.email import FakeEmail
from agrimarket.integrations.sending import SendFailed
from agrimarket.integrations.sms import FakeSms, sms_sender
from agrimarket.kernel import outbox
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Role
from agrimarket.notifications.flows import sending as flows
from agrimarket.notifications.flows.sending import Senders
from agrimarket.notifications.service import sending
from agrimarket.payments.events import PayoutPaid
from tests.factories.accounts import new_phone
from tests.factories.notifications import an_order_placed
from workers.inline import drain

Row = Any


def _rows(db: Database, channel: str) -> list[Row]:
    with db.transaction() as session:
        statement = text("SELECT * FROM notification WHERE channel = :channel ORDER BY id")
        return list(session.connection().execute(statement, {"channel": channel}))


def _sms(senders: Senders) -> list[tuple[str, str, str]]:
    assert isinstance(senders.sms, FakeSms)
    return senders.sms.sent


def test_an_event_that_comes_twice_tells_once(db: Database, outside: Senders) -> None:
    with db.transaction() as session:
        event, seller, _ = an_order_placed(session)
        phone = people.contact(session, seller.person_id).phone
    for _ in range(2):
        flows.tell(db, outside, event)
    ((to, body, language),) = _sms(outside)
    assert (to, language) == (phone, "zh-Hans")
    assert event.seller_order_id.hex[-6:].upper() in body
    assert "16:00" in body  # in the seller's time zone
    assert [row.state for row in _rows(db, "sms")] == ["sent"]
    assert len(_rows(db, "in_app")) == 2


def test_a_code_is_sent_through_the_outbox_and_stored_nowhere(db: Database) -> None:
    sender = sms_sender()
    assert isinstance(sender, FakeSms)
    phone = new_phone()
    with db.transaction() as session:
        sign_in.request_code(session, phone, "zh-Hant")
    drain(db)
    ((to, body, language),) = [sent for sent in sender.sent if sent[0] == phone]
    assert (to, language) == (phone, "zh-Hant")
    (code,) = re.findall(r"\d{6}", body)
    (row,) = _rows(db, "sms")
    assert row.state == "sent"
    assert code not in str(row)
    with db.transaction() as session:
        assert sign_in.try_code(session, phone, code) is None


def test_a_code_that_was_replaced_is_not_sent(db: Database, outside: Senders) -> None:
    flows.send_code(db, outside, new_id())
    assert _sms(outside) == []
    assert [row.state for row in _rows(db, "sms")] == ["failed"]


def test_what_may_pass_is_tried_again_and_what_will_not_is_not(db: Database, outside: Senders) -> None:
    assert isinstance(outside.sms, FakeSms)
    with db.transaction() as session:
        first, _, _ = an_order_placed(session)
        second, _, _ = an_order_placed(session)
    outside.sms.failure = SendFailed("away", final=False)
    with pytest.raises(SendFailed):
        flows.tell(db, outside, first)
    assert [(row.state, row.last_error) for row in _rows(db, "sms")] == [("sending", "away")]
    flows.tell(db, outside, first)
    outside.sms.failure = SendFailed("no such number", final=True)
    for _ in range(2):
        flows.tell(db, outside, second)
    assert [(row.state, row.attempts, row.last_error) for row in _rows(db, "sms")] == [
        ("sent", 2, None),
        ("failed", 1, "no such number"),
    ]
    assert len(_sms(outside)) == 1


def test_after_a_crash_in_sending_it_is_sent_again_under_the_same_key(db: Database, outside: Senders) -> None:
    with db.transaction() as session:
        event, _, _ = an_order_placed(session)
        (notification_id,) = sending.queue_news(session, event)
        assert sending.begin(session, notification_id)
    flows.tell(db, outside, event)
    (row,) = _rows(db, "sms")
    assert (row.id, row.state, row.attempts) == (notification_id, "sent", 2)
    assert str(notification_id) in row.provider_ref


def test_a_seller_is_found_by_the_account_and_who_has_no_phone_gets_mail(db: Database, outside: Senders) -> None:
    with db.transaction() as session:
        made = staff.enrol(session, "chen@example.org", "Chen", "en", [Role.COACH])
        seller_id = sellers.register(session, made.person_id, SellerKind.ENTERPRISE, "Chen", "420106")
    flows.tell(db, outside, PayoutPaid(payout_id=new_id(), seller_id=seller_id, amount=125_000, currency="CNY"))
    assert isinstance(outside.email, FakeEmail)
    ((to, _, body, _),) = outside.email.sent
    assert to == "chen@example.org"
    assert "1,250.00" in body


def test_two_transactions_queue_one_message(db: Database) -> None:
    with db.transaction() as session:
        event, _, _ = an_order_placed(session)
        outbox.record(session, event)
        first = sending.queue_news(session, event)
    with db.transaction() as session:
        assert sending.queue_news(session, event) == first
