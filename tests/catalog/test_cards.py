"""Share cards and price labels of listings, as a chat and a printer are given them."""

import io
from datetime import timedelta

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from PIL import Image
from pypdf import PdfReader

from agrimarket.catalog.flows import photos
from agrimarket.catalog.service import listings
from agrimarket.catalog.types.listings import ListingView, Markdown, NewListing
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.ids import encode
from agrimarket.kernel.money import Money
from agrimarket.printing import posters
from agrimarket.settings import get_settings
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody
from tests.factories.files import jpeg

Client = TestClient[Litestar]


@pytest.fixture
def listing(db: Database, farmer: Somebody) -> ListingView:
    """A listing of the farmer that is on sale."""
    with db.transaction() as session:
        return catalog.a_listing(session, farmer.principal)


def test_a_card_is_drawn_once_until_its_words_change(
    db: Database, client: Client, farmer: Somebody, listing: ListingView, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[posters.Poster] = []
    draw = posters.png
    monkeypatch.setattr(posters, "png", lambda poster: drawn.append(poster) or draw(poster))
    path = f"/listings/{encode('lst', listing.id)}/card.png?lang=zh-Hans"
    first = client.get(path)
    assert (first.status_code, first.headers["content-type"]) == (200, "image/png")
    assert first.headers["cache-control"] == "public, max-age=300"
    assert {"set-cookie", "content-encoding"} & first.headers.keys() == set()
    assert first.headers["vary"] == "Accept-Encoding"
    assert Image.open(io.BytesIO(first.content)).size == (1080, 1440)
    assert client.get(path).content == first.content
    assert client.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert [(poster.price, poster.place, poster.photo) for poster in drawn] == [("¥68.00", "辽宁省丹东市东港市", None)]
    assert drawn[0].qr.endswith(f"/listings/{encode('lst', listing.id)}")
    assert "每斤 ¥13.60" in drawn[0].per_unit
    photos.add(db, get_settings(), farmer.principal, listing.id, jpeg(400))
    second = client.get(path)
    assert second.headers["etag"] != first.headers["etag"]
    assert drawn[1].photo is not None
    with db.transaction() as session:
        listings.change(session, farmer.principal, listing.id, listing.version + 1, {"price": Money(6_600)})
    assert client.get(path).headers["etag"] != second.headers["etag"]
    assert drawn[2].price == "¥66.00"


def test_nobody_keeps_a_card_past_the_moment_at_which_its_price_falls(
    db: Database, client: Client, farmer: Somebody
) -> None:
    with db.transaction() as session:
        now = clock.read(session).astimezone(PEOPLES_ZONE)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        lot = catalog.a_lot(session, farmer.principal, perish_by=midnight + timedelta(days=2))
        falling = NewListing(lot.id, "東港草莓", 2_500, Money(6_800), markdown=Markdown(4_000, 1))
        draft = listings.add(session, farmer.principal, falling)
        listings.publish(session, farmer.principal, draft.id)
        clock.advance(session, midnight + timedelta(days=1, minutes=-1) - now)
    path = f"/listings/{encode('lst', draft.id)}/card.png?lang=en"
    kept = int(client.get(path).headers["cache-control"].removeprefix("public, max-age="))
    assert 0 < kept <= 60
    with db.transaction() as session:
        clock.advance(session, timedelta(minutes=2))
    assert client.get(path).headers["cache-control"] == "public, max-age=300"


def test_a_drafts_card_is_its_sellers(db: Database, client: Client, farmer: Somebody) -> None:
    with db.transaction() as session:
        draft = catalog.a_draft(session, farmer.principal, catalog.a_lot(session, farmer.principal).id)
    path = f"/listings/{encode('lst', draft.id)}/card.png?lang=en"
    assert client.get(path).status_code == 404
    client.cookies.set("session", farmer.token)
    assert (client.get(path).status_code, client.get(path).headers["cache-control"]) == (200, "no-store")


def test_a_price_label_names_price_unit_origin_and_what_is_added(
    db: Database, client: Client, farmer: Somebody, listing: ListingView
) -> None:
    path = f"/listings/{encode('lst', listing.id)}/label.pdf"
    with db.transaction() as session:
        other = accounts.a_seller(session)
    client.cookies.set("session", other.token)
    assert client.get(path).status_code == 404
    client.cookies.set("session", farmer.token)
    answer = client.get(path, headers={"Accept-Language": "zh-Hant"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    (page,) = PdfReader(io.BytesIO(answer.content)).pages
    read = page.extract_text().replace("\n", "")
    for told in ("東港草莓", "68.00", "每份 5 斤", "每斤", "遼寧省丹東市東港市", "運費", "不向買家收", "賣家"):
        assert told in read, told
    client.cookies.clear()
    assert client.get(path, follow_redirects=False).status_code in (303, 401)
