"""Edits that coaches propose: made with one tap, only by the seller, and only while nothing else has changed."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session

from agrimarket.catalog.errors import ProposalEmpty, ProposalOutdated
from agrimarket.catalog.service import listings
from agrimarket.catalog.service import proposals as edits
from agrimarket.catalog.types.listings import ListingView
from agrimarket.coaching.models import CoachingCase
from agrimarket.coaching.service import matching, proposals
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import SellerNeeded
from agrimarket.kernel.resources import reference
from agrimarket.kernel.states import IllegalTransition
from tests.factories.accounts import Somebody, a_person, a_seller
from tests.factories.catalog import a_listing
from tests.factories.coaching import a_case, a_coach
from tests.support.page import submit

Client = TestClient[Litestar]
CHEAPER = {"price": 5_800, "title": "東港草莓 · 今日採"}


def _coached(session: Session) -> tuple[Somebody, Somebody, ListingView, CoachingCase]:
    """A seller with a listing, their coach, and the case."""
    seller = a_seller(session)
    listing = a_listing(session, seller.principal)
    coach = a_coach(session)
    case = a_case(session, seller.person_id)
    case.seller_id = seller.principal.seller_id
    session.flush()
    matching.match(session, case.id)
    return seller, coach, listing, case


def test_accepted_with_one_tap(db: Database) -> None:
    with db.transaction() as session:
        seller, coach, listing, case = _coached(session)
        made = proposals.add(session, coach.principal, case.id, listing.id, CHEAPER, "附近都賣 58 元")
        assert listings.view(session, listing.id).price == Money(6_800)
        (line,) = edits.lines(session, seller.principal)
        assert line.path == f"/sell/proposals/{reference('proposal', made.id)}"
        changed = edits.accept(session, seller.principal, made.id)
        assert (changed.price, changed.title) == (Money(5_800), CHEAPER["title"])
        assert edits.lines(session, seller.principal) == []
        with pytest.raises(IllegalTransition):
            edits.accept(session, seller.principal, made.id)


def test_declined_changes_nothing(db: Database) -> None:
    with db.transaction() as session:
        seller, coach, listing, case = _coached(session)
        made = proposals.add(session, coach.principal, case.id, listing.id, CHEAPER, "why")
        edits.decline(session, seller.principal, made.id)
        assert listings.view(session, listing.id).version == listing.version
        with pytest.raises(IllegalTransition):
            edits.accept(session, seller.principal, made.id)


def test_outdated_once_the_seller_has_changed_the_same(db: Database) -> None:
    with db.transaction() as session:
        seller, coach, listing, case = _coached(session)
        made = proposals.add(session, coach.principal, case.id, listing.id, CHEAPER, "why")
        listings.change(session, seller.principal, listing.id, listing.version, {"price": Money(6_000)})
        with pytest.raises(ProposalOutdated), session.begin_nested():
            edits.accept(session, seller.principal, made.id)
        assert listings.view(session, listing.id).price == Money(6_000)
        assert len(edits.lines(session, seller.principal)) == 1
        elsewhere = proposals.add(session, coach.principal, case.id, listing.id, {"title": "新名"}, "why")
        assert [line.id for line in edits.lines(session, seller.principal)] == [elsewhere.id]
        assert edits.accept(session, seller.principal, elsewhere.id).price == Money(6_000)


def test_nobody_but_the_coach_proposes_and_nobody_but_the_seller_answers(db: Database) -> None:
    with db.transaction() as session:
        seller, coach, listing, case = _coached(session)
        other, stranger, rival = a_coach(session), a_person(session), a_seller(session)
        theirs = a_listing(session, rival.principal)
        with pytest.raises(NotFound):
            proposals.add(session, other.principal, case.id, listing.id, CHEAPER, "why")
        with pytest.raises(NotFound):
            proposals.add(session, seller.principal, case.id, listing.id, CHEAPER, "why")
        with pytest.raises(NotFound):
            proposals.add(session, coach.principal, case.id, theirs.id, CHEAPER, "why")
        with pytest.raises(ProposalEmpty):
            proposals.add(session, coach.principal, case.id, listing.id, {"price": 6_800}, "why")
        made = proposals.add(session, coach.principal, case.id, listing.id, CHEAPER, "why")
        for who in (rival, coach):
            with pytest.raises((NotFound, SellerNeeded)):
                edits.accept(session, who.principal, made.id)
        with pytest.raises(NotFound):
            edits.read(session, stranger.principal, made.id)
        assert listings.view(session, listing.id).version == listing.version


def test_by_pages_alone(client: Client, db: Database) -> None:
    with db.transaction() as session:
        seller, coach, listing, case = _coached(session)
    case_path = f"/coach/cases/{reference('case', case.id)}/listings"
    key = reference("listing", listing.id)
    client.cookies.set("session", coach.token)
    assert "東港草莓" in client.get(case_path).text
    typed = {"listing_id": key, "title": "東港草莓", "note": "附近都賣 58 元"}
    wrong = submit(client, case_path, **typed, price="很多")
    assert wrong.status_code == 422 and "附近都賣 58 元" in wrong.text and "很多" in wrong.text
    sent = submit(client, case_path, **typed, price="58元")
    assert sent.status_code == 303, sent.text
    client.cookies.set("session", seller.token)
    with db.reading() as session:
        (line,) = edits.lines(session, seller.principal)
    page = client.get(line.path, headers={"accept-language": "zh-Hant"})
    assert "¥68.00" in page.text and "¥58.00" in page.text
    done = submit(client, f"{line.path}/accept")
    assert (done.status_code, done.headers["location"]) == (303, f"/sell/listings/{key}")
    client.cookies.set("session", coach.token)
    assert client.get(line.path).status_code == 200
    assert client.get(f"/v1/listings/{key}").json()["price"] == {"amount": 5_800, "currency": "CNY"}
