"""People are told once, in their language, and what cannot be sent is seen."""

import re
from datetime import UTC, datetime
from string import Formatter
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from sqlmodel import Session

from agrimarket.accounts.events import CodeRequested
from agrimarket.accounts.service import people, sellers, sign_in, staff
from agrimarket.accounts.states import SellerKind
from agrimarket.integrations.email import FakeEmail
from agrimarket.integrations.sending import SendFailed
from agrimarket.integrations.sms import FakeSms, sms_sender
from agrimarket.kernel import ids, outbox
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES, catalogue
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.outbox import Event
from agrimarket.kernel.principal import Role
from agrimarket.notifications import flows, service
from agrimarket.notifications.flows import Senders
from agrimarket.notifications.rules import NEWS, params_of, words
from agrimarket.orders.events import OrderPlaced
from agrimarket.payments.events import PayoutPaid
from tests.factories.accounts import Somebody, a_buyer, a_seller, new_phone
from workers.inline import drain
from workers.subscriptions import SUBSCRIPTIONS

Row = Any


@pytest.fixture
def outside() -> Senders:
    return Senders(FakeSms(), FakeEmail())


def _sms(senders: Senders) -> list[tuple[str, str, str]]:
    assert isinstance(senders.sms, FakeSms)
    return senders.sms.sent


def _rows(db: Database, channel: str) -> list[Row]:
    with db.transaction() as session:
        statement = text("SELECT * FROM notification WHERE channel = :channel ORDER BY id")
        return list(session.connection().execute(statement, {"channel": channel}))


def _order(session: Session) -> tuple[OrderPlaced, Somebody, Somebody]:
    seller, buyer = a_seller(session), a_buyer(session)
    event = OrderPlaced(
        seller_order_id=new_id(),
        group_id=new_id(),
        seller_id=seller.principal.seller_id or new_id(),
        seller_person_id=seller.person_id,
        buyer_id=buyer.principal.buyer_id or new_id(),
        buyer_person_id=buyer.person_id,
        answer_by=datetime(2020, 2, 17, 8, tzinfo=UTC),
    )
    return event, seller, buyer


def test_an_event_that_comes_twice_tells_once(db: Database, outside: Senders) -> None:
    with db.transaction() as session:
        event, seller, _ = _order(session)
        phone = people.contact(session, seller.person_id).phone
    for _ in range(2):
        flows.tell(db, outside, event)
    ((to, body, language),) = _sms(outside)
    assert (to, language) == (phone, "zh-Hans")
    assert event.seller_order_id.hex[-6:].upper() in body
    assert "16:00" in body  # in the seller's zone
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
        assert sign_in.confirm_phone(session, phone, code, "zh-Hant")


def test_a_code_that_was_replaced_is_not_sent(db: Database, outside: Senders) -> None:
    flows.send_code(db, outside, new_id())
    assert _sms(outside) == []
    assert [row.state for row in _rows(db, "sms")] == ["failed"]


def test_what_may_pass_is_tried_again_and_what_will_not_is_not(db: Database, outside: Senders) -> None:
    assert isinstance(outside.sms, FakeSms)
    with db.transaction() as session:
        first, _, _ = _order(session)
        second, _, _ = _order(session)
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
        event, _, _ = _order(session)
        (notification_id,) = service.queue_news(session, event)
        assert service.begin(session, notification_id)
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


def test_the_inbox_is_ones_own(client: TestClient[Litestar], db: Database, outside: Senders) -> None:
    with db.transaction() as session:
        event, seller, buyer = _order(session)
    flows.tell(db, outside, event)
    english = seller.headers | {"accept-language": "en"}
    (mine,) = client.get("/v1/notifications", headers=english).json()["items"]
    assert (mine["template"], mine["read_at"]) == ("order_placed", None)
    assert mine["text"].startswith("You have an order")
    path = f"/v1/notifications/{mine['id']}/read"
    assert client.post(path, headers=buyer.headers).status_code == 404
    assert client.get("/v1/notifications", headers=english).json()["items"][0]["read_at"] is None
    assert client.post(path, headers=seller.headers).status_code == 204
    assert client.get("/v1/notifications", headers=english).json()["items"][0]["read_at"]
    (sent,) = _rows(db, "sms")
    assert (
        client.post(f"/v1/notifications/{ids.encode('ntf', sent.id)}/read", headers=seller.headers).status_code == 404
    )
    assert client.get("/v1/notifications").status_code == 401


def _sample(kind: type[Event]) -> Event:
    values: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        described = str(field.annotation)
        if field.annotation is UUID or "UUID" in described:
            values[name] = new_id()
        elif "datetime" in described:
            values[name] = datetime(2020, 2, 17, tzinfo=UTC)
        elif "bool" in described:
            values[name] = False
        elif "int" in described:
            values[name] = 100
        elif "list" in described:
            values[name] = []
        else:
            values[name] = "CNY" if name == "currency" else "x"
    return kind(**values)


@pytest.mark.parametrize("kind", NEWS, ids=lambda kind: kind.__name__)
def test_every_event_has_its_words_and_its_handler(kind: type[Event]) -> None:
    event = _sample(kind)
    for news in NEWS[kind]:
        assert news.to in kind.model_fields
        for language in LANGUAGES:
            told = words(news.template, params_of(event), language)
            assert not told.startswith("sms.")
            assert "{" not in told
    assert SUBSCRIPTIONS[kind.topic]
    assert SUBSCRIPTIONS[CodeRequested.topic]


def test_each_language_uses_the_same_parameters() -> None:
    for key, sentence in catalogue("en").items():
        if key.startswith("sms."):
            wanted = {name for _, name, _, _ in Formatter().parse(sentence) if name}
            for language in LANGUAGES:
                found = {name for _, name, _, _ in Formatter().parse(catalogue(language)[key]) if name}
                assert found == wanted, (key, language)


def test_two_transactions_queue_one_message(db: Database) -> None:
    with db.transaction() as session:
        event, _, _ = _order(session)
        outbox.record(session, event)
        first = service.queue_news(session, event)
    with db.transaction() as session:
        assert service.queue_news(session, event) == first
