"""A seller's lots by days left; and what is said to whoever may not sell yet."""

from datetime import timedelta

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts.states import Standing
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody
from tests.support.browser import Browser

Client = TestClient[Litestar]


def test_what_spoils_first_is_on_top(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        now = clock.read(session)
        for days, title in ((3, "后坏的"), (1, "先坏的")):
            catalog.a_listing(session, farmer.principal, title=title, perish_by=now + timedelta(days=days))
    web = Browser(client, session=farmer.token)
    web.get("/sell")
    assert web.words.index("先坏的") < web.words.index("后坏的")
    with db.transaction() as session:
        catalog.perish(session, 6)
    web.get("/sell")
    assert "Nothing here yet" in web.words
    web.get("/sell?ended=1")
    assert "先坏的" in web.words


def test_who_may_not_sell_is_told_what_to_do_first(client: Client, db: Database) -> None:
    with db.transaction() as session:
        catalog.load_catalogue(session)
        nobody = accounts.a_person(session).token
        pending = accounts.a_seller(session, standing=Standing.PENDING).token
    web = Browser(client, session=nobody)
    web.get("/sell/new")
    assert web.path == "/sell" and 'href="/applications"' in web.page
    web.become(pending).get("/sell")
    assert "still being looked at" in web.words


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_a_seller_with_nothing_on_sale_is_led_there(client: Client, farmer: Somebody, language: str) -> None:
    web = Browser(client, session=farmer.token, language=language)
    web.get("/me")
    assert 'href="/sell/new"' in web.page
