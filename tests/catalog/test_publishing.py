"""The last two pages before something goes on sale: condition with photos, and all of it as buyers will see it."""

from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import select

from agrimarket.catalog.models.listings import HarvestLot, Listing
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody
from tests.factories.files import jpeg
from tests.support.browser import Browser

Client = TestClient[Litestar]


@pytest.fixture
def web(client: Client, farmer: Somebody) -> Browser:
    return Browser(client, session=farmer.token)


@pytest.fixture
def path(db: Database, farmer: Somebody) -> str:
    """Address of the pages of a draft."""
    with db.transaction() as session:
        lot = catalog.a_lot(session, farmer.principal)
        catalog.a_draft(session, farmer.principal, lot.id)
    return f"/sell/new/{encode('lot', lot.id)}"


def _send(web: Browser, path: str, photo: bytes = b"", **said: object) -> None:
    """Send the condition page, as a browser does, in parts."""
    web.get(f"{path}/condition")
    token = web.page.partition('name="_csrf_token" value="')[2].partition('"')[0]
    answer = web.client.post(
        f"{path}/condition",
        data={"_csrf_token": token, **said},
        files={"photos": ("箱子.jpg", photo)},
        headers=web.headers,
        follow_redirects=True,
    )
    web._keep(answer)  # pyright: ignore[reportPrivateUsage]  # a form of several files, which only this page has


def _said(db: Database, days: int = 2, **changes: object) -> dict[str, Any]:
    with db.transaction() as session:
        day = catalog.today(session) + timedelta(days=days)
    base: dict[str, Any] = {"perish_by": day.isoformat(), "grade": "first", "storage": "chilled"}
    return base | {"title": "东港草莓", "description": "今早摘的"} | changes


def test_photo_condition_and_words_are_kept_and_it_goes_on_sale(web: Browser, path: str, db: Database) -> None:
    web.get(f"{path}/check")
    assert "There is no photo" in web.words and "no story" in web.words
    _send(web, path, jpeg(300), **_said(db))
    assert web.path == f"{path}/check" and "no photo" not in web.words
    assert "First: good" in web.words and "今早摘的" in web.words and 'class="photos"' in web.page
    web.post(f"{path}/publish")
    assert web.path.startswith("/sell/listings/lst_") and "On sale" in web.words
    web.get("/sell")
    assert "东港草莓" in web.words and "free 100 kg (200 jin)" in web.words
    web.become(None).get("/")
    assert "东港草莓" in web.words


def test_a_mistake_elsewhere_loses_no_photo(web: Browser, path: str, db: Database) -> None:
    _send(web, path, jpeg(300), **_said(db, title=""))
    assert web.status == 422 and web.page.count("<img") == 1 and "今早摘的" in web.page
    with db.transaction() as session:
        assert session.exec(select(HarvestLot)).one().grade is None


@pytest.mark.parametrize(("days", "field"), [(-3, "perish_by"), (99, "perish_by")])
def test_a_last_day_that_cannot_be_is_told(web: Browser, path: str, db: Database, days: int, field: str) -> None:
    _send(web, path, **_said(db, days))
    assert web.status // 100 == 4 and f'href="#{field}"' in web.page


def test_what_is_no_picture_is_told_at_the_photos(web: Browser, path: str, db: Database) -> None:
    _send(web, path, b"no picture", **_said(db))
    assert web.status == 422 and 'href="#photos"' in web.page and "<img" not in web.page


def test_pages_of_anothers_draft_are_not_found(web: Browser, path: str, db: Database) -> None:
    with db.transaction() as session:
        web.become(accounts.a_seller(session).token)
    for step in ("what", "price", "condition", "check"):
        web.get(f"{path}/{step}")
        assert web.status == 404


def test_what_has_spoiled_is_not_published(web: Browser, path: str, db: Database) -> None:
    web.get(f"{path}/check")
    with db.transaction() as session:
        catalog.perish(session, 6)
    web.post(f"{path}/publish")
    assert web.status == 409 and "last good day has passed" in web.words
    with db.transaction() as session:
        assert session.exec(select(Listing.state)).one() == "draft"


def test_produce_that_was_not_approved_goes_to_an_operator(web: Browser, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        lot = catalog.a_lot(session, farmer.principal, code="garlic", approved=False)
        catalog.a_draft(session, farmer.principal, lot.id, title="大蒜")
    path = f"/sell/new/{encode('lot', lot.id)}"
    web.get(f"{path}/check")
    assert "did not name this produce" in web.words
    web.post(f"{path}/publish")
    assert "we look at it first" in web.words
    web.get("/me")
    assert "We look at it" in web.words
