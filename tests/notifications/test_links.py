"""Every text that can be sent: in three languages it carries a number and a link that its recipient can follow."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any, cast
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session

from agrimarket.accounts.service import mandates, people
from agrimarket.catalog.events import ClearanceFollowed
from agrimarket.catalog.queries import clearance_follows
from agrimarket.catalog.service import proposals
from agrimarket.integrations.email import FakeEmail
from agrimarket.integrations.sms import FakeSms
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.outbox import Event
from agrimarket.notifications.flows import sending as flows
from agrimarket.notifications.flows.sending import Senders
from agrimarket.notifications.rules import NEWS, linked, params_of, signed, words
from agrimarket.onboarding.rules import appeal_number
from agrimarket.orders.models.claims import Claim
from agrimarket.payments.models.payout_accounts import PayoutAccount
from agrimarket.payments.models.payouts import Payout
from agrimarket.payments.states import PayoutState
from agrimarket.regions.variants import simplified
from agrimarket.settings import get_settings
from tests.factories import onboarding as make
from tests.factories.accounts import Somebody, a_person, a_seller, signed_in
from tests.factories.catalog import a_listing
from tests.factories.coaching import a_case, a_coach
from tests.factories.follows import a_follow
from tests.factories.orders import a_market, a_purchase, authorise

Client = TestClient[Litestar]
WHEN = datetime(2022, 12, 2, 10, tzinfo=UTC)
PUBLIC = "https://market.example.org"
UCS2_PART, LATIN_PART = 67, 153
"""Characters in one part of a text of several, Chinese and Latin."""


def _facts(session: Session) -> tuple[dict[str, Any], list[Somebody]]:
    """One of everything that messages are about, as fields of events; the seller is the grower, too."""
    market = a_market(session)
    group = a_purchase(session, market, (2, 0))
    authorise(session, group)
    order = group.orders[0].order
    seller, buyer = signed_in(session, market.sellers[0].person_id), market.buyer
    filed = make.file_appeal(session, seller.person_id).appeal
    # Whoever sells already cannot apply; the application is the grower's of before, so to say.
    grower = a_person(session)
    application = make.submitted(session, grower.principal, 21).application
    application.person_id = seller.person_id
    claim = Claim(
        seller_order_id=order.id,
        buyer_id=order.buyer_id,
        reason="spoiled",
        description="三盒压坏了",
        affected_bps=1_000,
        claimed=500,
    )
    account = PayoutAccount(seller_id=order.seller_id, country="CN")
    session.add_all([claim, account])
    session.flush()
    payout = Payout(payout_account_id=account.id, seller_id=order.seller_id, amount=20_354, state=PayoutState.PAID)
    session.add(payout)
    session.flush()
    listing = a_listing(session, market.sellers[0].principal)
    coach = a_coach(session)
    edit = proposals.add(session, coach.person_id, listing.seller_id, listing.id, {"price": 5_000}, "太貴")
    clearance_follows.begin(session, new_id(), seller.person_id)
    facts = {
        "proposal_id": edit.id,
        "appeal_id": filed.id,
        "number": appeal_number(filed.number),
        "application_id": application.id,
        "seller_order_id": order.id,
        "listing_id": group.orders[0].lines[0].listing_id,
        "claim_id": claim.id,
        "case_id": a_case(session, seller.person_id).id,
        "payout_id": payout.id,
        "follow_id": a_follow(session, seller.principal),
        "mandate_id": mandates.give(session, a_seller(session, name="王大姐").principal, seller.person_id).id,
        "name": "王大姐",
        "by_agent": False,
        "clearance_follow": clearance_follows.everybody(session)[0][0],
        "day": WHEN.date(),
        "region_name": "江岸区",
        "region_latin": "Jiang'an",
        "bulletin_number": "2022120208",
        "verdict": "partial",
        "seller_id": order.seller_id,
        "buyer_id": order.buyer_id,
        "person_id": seller.person_id,
        "seller_person_id": seller.person_id,
        "buyer_person_id": buyer.person_id,
        "product": "草莓",
        "question": "哪一箱？",
        "currency": "CNY",
        "amount": 20_354,
        "ceiling": 22_000,
    }
    return facts, [seller, buyer]


def _event(kind: type[Event], facts: dict[str, Any], **changes: Any) -> Event:
    values: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        described = str(field.annotation)
        if kind is ClearanceFollowed and name == "follow_id":
            values[name] = facts["clearance_follow"]
        elif name in facts:
            values[name] = facts[name]
        elif field.annotation is UUID:
            values[name] = new_id()
        elif "datetime" in described:
            values[name] = WHEN
        elif "bool" in described:
            values[name] = True
        elif "list" in described:
            values[name] = []
        elif "int" in described:
            values[name] = 500
        else:
            values[name] = "x"
    return kind(**{**values, **changes})


def _events(facts: dict[str, Any]) -> Iterator[Event]:
    for kind in NEWS:
        yield _event(kind, facts)
        if "approved" in kind.model_fields:
            yield _event(kind, facts, approved=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_leads_its_reader_to_the_page_with_its_number(
    client: Client, db: Database, outside: Senders, language: str
) -> None:
    with db.transaction() as session:
        facts, readers = _facts(session)
        for reader in readers:
            people.describe(session, reader.person_id, language=language)
    tokens = {reader.person_id: reader.token for reader in readers}
    followed = 0
    for event in _events(facts):
        for news in NEWS[type(event)]:
            params = params_of(event, news)
            said = words(news.template, params, language)
            number = params["number"] if language != "en" else params.get("region_latin", params["number"])
            assert simplified(number) in simplified(said), said
            assert not re.search(r"sms\.|told\.|titled\.|[{}]", said), said
            person_id = facts["seller_person_id"] if news.to == "seller_id" else getattr(event, news.to)
            client.cookies.set("session", tokens[person_id])
            path = params["path"].partition("#")[0]
            page = client.get(
                path, headers={"accept": "text/html", "accept-language": language}, follow_redirects=False
            )
            assert page.status_code == 200, (path, news)
            assert simplified(number) in simplified(unescape(page.text)), (path, news)
            followed += 1
    assert followed >= sum(map(len, NEWS.values()))
    client.cookies.clear()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_leaves_the_house_ends_with_the_same_link(db: Database, outside: Senders, language: str) -> None:
    with db.transaction() as session:
        facts, readers = _facts(session)
        for reader in readers:
            people.describe(session, reader.person_id, language=language)
    for event in _events(facts):
        flows.tell(db, outside, event)
    sms = cast("FakeSms", outside.sms)
    urgent = sum(news.urgent for told in NEWS.values() for news in told)
    assert len(sms.sent) >= urgent
    for _, body, spoken in sms.sent:
        assert spoken == language
        link = body.rpartition(" ")[2]
        assert link.startswith(f"{get_settings().base_url}/"), body
    assert cast("FakeEmail", outside.email).sent == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_fits_two_parts(db: Database, language: str) -> None:
    with db.transaction() as session:
        facts, _ = _facts(session)
    part = UCS2_PART if language.startswith("zh") else LATIN_PART
    for event in _events(facts):
        for news in NEWS[type(event)]:
            params = params_of(event, news)
            text = linked(words(news.template, params, language), PUBLIC + params["path"], language)
            if news.urgent:
                assert len(signed("sms", text, language)) <= 2 * part, text


def test_a_message_of_before_is_still_read() -> None:
    old = {"product": "草莓", "region_code": "210681", "grams": None, "spoils_at": "2022-12-03T00:00:00Z"}
    assert "草莓" in words("appeal_received", old, "zh-Hans")
    order = {"order": "8C9993", "answer_by": "2022-12-03T00:00:00Z"}
    assert words("order_paid", order, "en").startswith("Order 8C9993: Your payment went through.")
