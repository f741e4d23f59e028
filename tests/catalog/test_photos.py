"""Photos of produce: taken from the camera, kept without its notes, shown to everybody once the listing is."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from PIL import Image
from sqlmodel import col, select

from agrimarket.catalog.errors import ListingPhotoUnknown, TooManyPhotos
from agrimarket.catalog.flows import photos as flows
from agrimarket.catalog.models.listings import ListingPhoto
from agrimarket.catalog.service import listings, photos
from agrimarket.catalog.types.listings import ListingView
from agrimarket.catalog.types.photos import MAX_PHOTOS, PHOTO_SIZES, Placed
from agrimarket.http import readcache
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import decode, encode, new_id
from agrimarket.settings import get_settings
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody
from tests.factories.files import jpeg
from tests.integrations.pictures import halves, shown, written
from tests.support.statements import statements

Client = TestClient[Litestar]
COLOURS = ("red", "green", "blue", "white", "black", "yellow", "orange", "purple")


@pytest.fixture
def listing(db: Database, farmer: Somebody) -> ListingView:
    """A listing of the farmer that is on sale."""
    with db.transaction() as session:
        return catalog.a_listing(session, farmer.principal)


@pytest.fixture
def path(listing: ListingView) -> str:
    """Address of the listing."""
    return f"/v1/listings/{encode('lst', listing.id)}"


def send(client: Client, path: str, who: Somebody, content: bytes) -> Any:
    return client.post(f"{path}/photos", files={"data": ("IMG_0001", content)}, headers=who.headers)


def rows(db: Database) -> list[ListingPhoto]:
    with db.transaction() as session:
        return list(session.exec(select(ListingPhoto).order_by(col(ListingPhoto.position))))


def stored() -> int:
    """Number of pictures in storage."""
    return len(list((get_settings().data_dir / "files" / "produce").glob("*.webp")))


def test_a_photo_is_shown_upright_in_three_sizes_without_what_the_camera_wrote(
    db: Database, client: Client, farmer: Somebody, path: str
) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "王家门口"  # a quarter turn
    exif.get_ifd(0x8825)[1] = "N"
    sent = send(client, path, farmer, written(halves(size=(2_000, 1_000)), "JPEG", exif=exif))
    assert sent.status_code == 201, sent.text
    body = sent.json()
    assert (body["width"], body["height"], body["alt"]) == (800, 1600, "")
    for size, name in zip(PHOTO_SIZES, ("small", "medium", "large"), strict=True):
        answer = client.get(body[name])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
        picture = shown(answer.content)
        assert (picture.format, picture.size) == ("WEBP", (size // 2, size))
        assert not picture.getexif()
        assert "王家门口".encode() not in answer.content
    assert client.get(path).json()["photos"] == [body]
    assert client.get("/v1/listings").json()["items"][0]["photos"] == [body]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF", "AVIF", "16 bit"])
def test_every_camera_and_program_is_understood(client: Client, farmer: Somebody, path: str, kind: str) -> None:
    deep = Image.new("I;16", (64, 48), 40_000)
    content = written(deep, "PNG") if kind == "16 bit" else written(halves(), kind)
    body = send(client, path, farmer, content).json()
    picture = shown(client.get(body["large"]).content)
    assert picture.size == (64, 48)
    left, right = picture.getpixel((8, 20)), picture.getpixel((56, 20))
    if kind == "16 bit":
        assert left == right
        assert 140 < left[0] < 170
    else:
        assert left[0] > 200 > right[0]


def test_what_is_no_photo_is_refused_with_words(db: Database, client: Client, farmer: Somebody, path: str) -> None:
    before, words = stored(), {**farmer.headers, "Accept-Language": "zh-Hant"}
    for content, status, code in ((b"%PDF-1.7", 415, "photo.unreadable"), (bytes(12_000_001), 413, "photo.too_large")):
        answer = client.post(f"{path}/photos", files={"data": ("a.jpg", content)}, headers=words)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert "照片" in answer.json()["detail"]
    assert (rows(db), stored()) == ([], before)


def test_only_the_seller_may_and_strangers_find_nothing(
    db: Database, client: Client, farmer: Somebody, path: str
) -> None:
    with db.transaction() as session:
        other = accounts.a_seller(session)
    body = send(client, path, farmer, jpeg()).json()
    before = stored()
    assert send(client, path, other, jpeg()).status_code == 404
    placed = {"photos": [{"id": body["id"], "alt": "mine"}]}
    assert client.put(f"{path}/photos", json=placed, headers=other.headers).status_code == 404
    assert client.delete(f"/v1/listing-photos/{body['id']}", headers=other.headers).status_code == 404
    assert client.post(f"{path}/photos", files={"data": ("a", jpeg())}).status_code == 401
    assert (len(rows(db)), rows(db)[0].alt, stored()) == (1, "", before)


def test_a_photo_of_a_draft_is_shown_to_its_seller_only(db: Database, client: Client, farmer: Somebody) -> None:
    with db.transaction() as session:
        draft = catalog.a_draft(session, farmer.principal, catalog.a_lot(session, farmer.principal).id)
        other = accounts.a_seller(session)
    path = f"/v1/listings/{encode('lst', draft.id)}"
    small = send(client, path, farmer, jpeg()).json()["small"]
    assert client.get(small).status_code == 404
    client.cookies.set("session", other.token)
    assert client.get(small).status_code == 404
    client.cookies.set("session", farmer.token)
    mine = client.get(small)
    assert (mine.status_code, mine.headers["cache-control"]) == (200, "no-store")
    client.cookies.clear()
    client.post(f"{path}/publish", headers=farmer.headers)
    assert client.get(small).status_code == 200


def test_a_public_photo_may_be_kept_for_a_year_and_carries_no_cookie(
    client: Client, farmer: Somebody, path: str
) -> None:
    small = send(client, path, farmer, jpeg()).json()["small"]
    first = client.get(small)
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert {"set-cookie", "content-encoding"} & first.headers.keys() == set()
    assert first.headers.get("vary", "Accept-Encoding") == "Accept-Encoding"
    client.cookies.set("session", farmer.token)
    assert client.get(small).headers["cache-control"] == first.headers["cache-control"]
    again = client.get(small, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for wrong in ("/321.webp", "/320.png", "/a.webp", "/320", "/٣٢٠.webp"):
        assert client.get(small.replace("/320.webp", wrong)).status_code == 404


def test_six_photos_and_each_picture_once(db: Database, client: Client, farmer: Somebody, path: str) -> None:
    before = stored()
    sent = [send(client, path, farmer, jpeg(colour=colour)) for colour in COLOURS[:MAX_PHOTOS]]
    assert [answer.status_code for answer in sent] == [201] * MAX_PHOTOS
    again = send(client, path, farmer, jpeg(colour=COLOURS[0], place=False))
    assert again.status_code == 409  # looked at before it is decoded
    seventh = send(client, path, farmer, jpeg(colour=COLOURS[MAX_PHOTOS]))
    assert (seventh.status_code, seventh.json()["code"]) == (409, "listing.too_many_photos")
    removed = client.delete(f"/v1/listing-photos/{sent[2].json()['id']}", headers=farmer.headers)
    assert removed.status_code == 204
    again = send(client, path, farmer, jpeg(colour=COLOURS[0], place=False))
    assert again.json()["id"] == sent[0].json()["id"]
    assert [row.position for row in rows(db)] == [1, 2, 4, 5, 6]
    assert stored() == before + 3 * (MAX_PHOTOS - 1)
    seventh = send(client, path, farmer, jpeg(colour=COLOURS[MAX_PHOTOS]))
    assert seventh.status_code == 201, seventh.text
    assert [row.position for row in rows(db)] == [1, 2, 3, 4, 5, 6]


def test_they_are_put_in_order_and_described(db: Database, client: Client, farmer: Somebody, path: str) -> None:
    first, second, third = (send(client, path, farmer, jpeg(colour=colour)).json() for colour in COLOURS[:3])
    version = client.get(path).json()["version"]
    wanted = [{"id": third["id"], "alt": "一筐草莓"}, {"id": first["id"]}, {"id": second["id"]}]
    answer = client.put(f"{path}/photos", json={"photos": wanted}, headers=farmer.headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["photos"] == [third | {"alt": "一筐草莓"}, first, second]
    seen = client.get(path).json()
    assert (seen["photos"], seen["version"]) == (answer.json()["photos"], version + 1)
    for wrong, code in (
        (wanted[:2], "listing.photos_left_out"),
        ([*wanted, wanted[0]], "listing.photos_left_out"),
        ([*wanted, {"id": encode("lph", new_id())}], "listing.photo_unknown"),
    ):
        refused = client.put(f"{path}/photos", json={"photos": wrong}, headers=farmer.headers)
        assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
    assert client.get(path).json() == seen


def test_a_form_keeps_its_photos_until_there_is_a_listing(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        draft = catalog.a_draft(session, farmer.principal, catalog.a_lot(session, farmer.principal).id)
        other = accounts.a_seller(session).principal
    before, seller, settings = stored(), farmer.principal, get_settings()
    red, blue = (flows.keep(db, settings, seller, jpeg(colour=colour)).id for colour in ("red", "blue"))
    assert flows.keep(db, settings, seller, jpeg(colour="red")).id == red
    foreign = flows.keep(db, settings, other, jpeg(colour="red")).id
    assert stored() == before + 3 * 3
    with db.transaction() as session:
        photos.arrange(session, seller, draft.id, [Placed(blue, "藍"), Placed(red)])
        view = listings.view(session, draft.id, seller)
    assert [(photo.id, photo.alt) for photo in view.photos] == [(blue, "藍"), (red, "")]
    with pytest.raises(ListingPhotoUnknown), db.transaction() as session:
        photos.arrange(session, seller, draft.id, [Placed(blue), Placed(red), Placed(foreign)])


def test_kept_photos_that_no_listing_shows_go_after_a_day(db: Database, farmer: Somebody) -> None:
    seller, settings, before = farmer.principal, get_settings(), stored()
    old = flows.keep(db, settings, seller, jpeg(colour="red")).id
    with db.transaction() as session:
        clock.advance(session, photos.KEPT_FOR + timedelta(minutes=1))
    young = flows.keep(db, settings, seller, jpeg(colour="blue")).id
    assert flows.forget_kept(db, settings) == 1
    assert [row.id for row in rows(db)] == [young] != [old]
    assert stored() == before + 3
    assert flows.forget_kept(db, settings) == 0


def test_older_kept_photos_give_way(db: Database, farmer: Somebody, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "MOST_KEPT", 2)
    before = stored()
    kept = [flows.keep(db, get_settings(), farmer.principal, jpeg(colour=colour)).id for colour in COLOURS[:4]]
    assert {row.id for row in rows(db)} == set(kept[2:])
    assert stored() == before + 2 * 3


def test_an_ended_listing_takes_no_photo_but_gives_one_up(
    db: Database, client: Client, farmer: Somebody, path: str
) -> None:
    photo = send(client, path, farmer, jpeg()).json()
    with db.transaction() as session:
        catalog.perish(session, days=7)
        listings.expire(session)
    refused = send(client, path, farmer, jpeg(colour="blue"))
    assert (refused.status_code, refused.json()["code"]) == (409, "listing.closed")
    assert client.delete(f"/v1/listing-photos/{photo['id']}", headers=farmer.headers).status_code == 204
    assert client.get(photo["small"]).status_code == 404
    assert rows(db) == []


def test_eight_at_once_leave_six(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        seller = accounts.a_seller(session).principal
        listing = catalog.a_listing(session, seller)
    before = stored()

    def add(colour: str) -> bool:
        try:
            flows.add(fresh_db, get_settings(), seller, listing.id, jpeg(colour=colour))
        except TooManyPhotos:
            return False
        return True

    with ThreadPoolExecutor(len(COLOURS)) as threads:
        added = list(threads.map(add, COLOURS))
    assert sum(added) == MAX_PHOTOS
    assert [row.position for row in rows(fresh_db)] == [1, 2, 3, 4, 5, 6]
    assert stored() == before + 3 * MAX_PHOTOS


def test_the_same_picture_sent_twice_at_once_is_kept_once(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        seller = accounts.a_seller(session).principal
        listing = catalog.a_listing(session, seller)
    before = stored()
    with ThreadPoolExecutor(4) as threads:
        sent = [threads.submit(flows.add, fresh_db, get_settings(), seller, listing.id, jpeg()) for _ in range(4)]
        assert len({each.result().id for each in sent}) == 1
    assert (len(rows(fresh_db)), stored()) == (1, before + 3)


def test_kept_answers_show_a_new_photo_with_the_next_request(
    fresh_db: Database, fresh_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readcache, "SECONDS", 3_600)
    with fresh_db.transaction() as session:
        seller = accounts.a_seller(session).principal
        path = f"/v1/listings/{encode('lst', catalog.a_listing(session, seller).id)}"
    listing_id = decode("lst", path.rpartition("/")[2])
    for colours in (0, 1, 2):
        assert len(fresh_client.get(path).json()["photos"]) == colours
        with statements() as seen:
            assert len(fresh_client.get(path).json()["photos"]) == colours
        assert not any("FROM listing" in statement for statement in seen)
        flows.add(fresh_db, get_settings(), seller, listing_id, jpeg(colour=COLOURS[colours]))


def test_lists_with_photos_still_take_one_statement(db: Database, client: Client, farmer: Somebody, path: str) -> None:
    send(client, path, farmer, jpeg())
    with statements() as seen:
        assert client.get("/v1/listings").json()["items"][0]["photos"]
    assert len([statement for statement in seen if "listing_photo" in statement]) == 1
    assert len(seen) == 2  # the version of kept answers, and the list


def test_a_picture_is_never_larger_than_it_was_sent(client: Client, farmer: Somebody, path: str) -> None:
    body = send(client, path, farmer, jpeg(64)).json()
    sizes = [Image.open(io.BytesIO(client.get(body[name]).content)).size for name in ("small", "medium", "large")]
    assert sizes == [(64, 64)] * 3
