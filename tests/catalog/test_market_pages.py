"""The market's pages: what is on sale, whether it can come here and for which fee, one listing, and who sells."""

import json
import re
from datetime import date, timedelta

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody
from tests.support.page import Page, submit
from tests.support.statements import statements

Client = TestClient[Litestar]
ENGLISH = {"accept": "text/html", "accept-language": "en"}
WUHAN = "420102"


def to(code: str = WUHAN, **more: str) -> dict[str, str]:
    """Headers of a reader who chose that place."""
    return ENGLISH | {"cookie": f"place={code}"} | more


def test_home_shows_cards_with_price_and_place(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        catalog.a_listing(session, farmer.principal)
    home = client.get("/", headers=ENGLISH)
    assert home.status_code == 200, home.text
    print(home.text)
    assert 0
