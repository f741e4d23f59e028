"""Counties' opinions about lots: dated, about what exists, and what nobody spoke of first."""

from datetime import timedelta

import pytest
from sqlmodel import select

from agrimarket.catalog.models.clearance import LotOpinion
from agrimarket.catalog.service import opinions
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.opinions import OpinionAhead
from tests.factories import clearance as make
from tests.factories.accounts import Somebody
from tests.factories.catalog import a_draft, a_listing, a_lot, today


def test_an_opinion_is_dated_by_today_and_about_a_lot_that_exists(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        listing = a_listing(session, farmer.principal)
        tomorrow = str(today(session) + timedelta(days=1))
        with pytest.raises(OpinionAhead):
            make.of_lot(session, listing.lot_id, given_on=tomorrow)
        with pytest.raises(NotFound):
            make.of_lot(session, new_id())
        assert session.exec(select(LotOpinion)).all() == []


def test_the_desk_shows_what_nobody_spoke_of_first(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        said, unsaid = a_listing(session, farmer.principal), a_listing(session, farmer.principal)
        make.of_lot(session, said.lot_id)
        shown = opinions.to_verify(session)
        assert [(each.lot_id, each.verified) for each in shown] == [(unsaid.lot_id, None), (said.lot_id, True)]
        (one,) = opinions.to_verify(session, said.lot_id)
        assert (one.office, one.listing_id) == (make.OFFICE, said.id)
        with pytest.raises(NotFound):
            opinions.to_verify(session, new_id())


def test_an_opinion_is_about_what_is_or_was_on_sale(db: Database, farmer: Somebody) -> None:
    """What was never on sale can be said anew: a county would vouch for what it has not seen."""
    with db.transaction() as session:
        lot = a_lot(session, farmer.principal)
        a_draft(session, farmer.principal, lot.id)
        with pytest.raises(NotFound):
            make.of_lot(session, lot.id)
        assert session.exec(select(LotOpinion)).all() == []
