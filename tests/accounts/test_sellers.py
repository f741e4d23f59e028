"""Sellers: at most one account for each person, with standings as their table allows."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts.errors import SellerUnknown
from agrimarket.accounts.service import people, sellers
from agrimarket.accounts.states import SellerKind, Standing
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.kernel.states import IllegalTransition

Client = TestClient[Litestar]
PHONE = "+8613800000001"


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
