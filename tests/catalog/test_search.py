"""The search of the market: what is found by what was typed."""

import pytest
from sqlmodel import Session

from agrimarket.catalog.service import search
from agrimarket.catalog.types import Search, Sort
from agrimarket.kernel.db import Database
from tests.factories import catalog
from tests.factories.accounts import Somebody


def test_smoke(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        catalog.a_listing(session, farmer.principal)
        session.flush()
        for q in ("", "草莓", "草霉", "caomei", "strawbery", "丹东草莓", "东港"):
            for sort in Sort:
                found = search.find(session, Search(q=q, sort=sort))
                assert len(found.listings) == 1, (q, sort)
                print(q, sort, found.nearly, search.facets(session, Search(q=q, sort=sort)).total)
