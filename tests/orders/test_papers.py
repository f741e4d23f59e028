"""One number for one order, on pages, in texts, on paper and in the API; like lots; arrivals with photos."""

import re
from typing import Any

import pytest

from agrimarket.catalog.service import listings
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import decode, read_number, short_number
from agrimarket.kernel.money import Money
from agrimarket.orders.flows import papers
from tests.factories.accounts import a_seller
from tests.factories.catalog import a_listing
from tests.factories.files import jpeg
from tests.factories.orders import ADDRESS
from tests.orders.conftest import Shop, bought, rows
from tests.support.browser import Browser
from workers.inline import drain


@pytest.fixture
def sent(shop: Shop, db: Database) -> str:
    """An order of two packs by weight, weighed and on the road."""
    seller, order = shop.market.sellers[1], bought(shop, db, 0, 2)["orders"][0]["id"]
    path = f"/seller-orders/{order}"
    shop.done(seller, f"{path}/accept")
    for number in (1, 2):
        shop.done(seller, f"{path}/boxes", {"number": number, "weight": "2.4kg"})
    shop.done(seller, f"{path}/boxes/finish", {})
    drain(db)
    shop.done(seller, f"{path}/dispatch", {"carrier": "顺丰"})
    drain(db)
    return order


def test_an_order_has_one_number_everywhere(
    shop: Shop, db: Database, sent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller, buyer, number = shop.market.sellers[1], shop.market.buyer, short_number(decode("sor", sent))
    seen: list[str] = []

    def drawn(made: Any, *_: Any) -> bytes:
        seen.extend(each.number for each in made)
        return b"%PDF-"

    monkeypatch.setattr(papers.papers.labels, "pdf", drawn)
    monkeypatch.setattr(papers.papers.slips, "pdf", drawn)
    for who, paper in ((seller, "label.pdf?paper=a4"), (seller, "slip.pdf"), (buyer, "slip.pdf")):
        answer = shop.get(who, f"/seller-orders/{sent}/{paper}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert number in answer.headers["content-disposition"]
    assert seen == [number] * 4
    assert shop.get(buyer, f"/seller-orders/{sent}/label.pdf").status_code == 404
    assert shop.get(seller, f"/seller-orders/{sent}").json()["number"] == number
    group = shop.get(buyer, "/order-groups").json()["items"][0]
    assert (group["orders"][0]["number"], group["number"]) == (number, short_number(decode("grp", group["id"])))
    web = Browser(shop.client)
    for who, paths in ((seller, ("/sell/orders", "/me")), (buyer, ("/orders", "/me", "/me/messages"))):
        web.become(who.token)
        for path in (*paths, f"{paths[0]}/{sent}"):
            assert number in web.get(path), path
    texts = rows(db, "SELECT params->>'number' FROM notification WHERE params->>'page' IN ('sold', 'bought')")
    assert texts
    assert set(texts) == {(number,)}
    assert read_number(f" #{number.lower()}") == number


def test_the_pdfs_are_pdfs_with_an_a6_page_for_each_box(shop: Shop, sent: str) -> None:
    seller = shop.market.sellers[1]
    label = shop.get(seller, f"/seller-orders/{sent}/label.pdf").content
    assert label.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", label)) == 2
    assert shop.get(shop.market.buyer, f"/seller-orders/{sent}/slip.pdf?paper=a6").content.startswith(b"%PDF")
    web = Browser(shop.client).become(seller.token)
    web.client.get("/sell/pack/labels.pdf")
    web.get("/sell/pack/labels.pdf")
    assert web.status == 409
    assert "no labels to print" in web.words


def test_who_is_declined_is_offered_the_same_not_dearer(shop: Shop, db: Database) -> None:
    farmer, buyer = shop.market.sellers[0], shop.market.buyer
    with db.transaction() as session:
        neighbour, dear = a_seller(session, name="王家蘋果"), a_seller(session, name="張家蘋果")
        alike = a_listing(session, neighbour.principal, code="apple", title="王家蘋果")
        listing = a_listing(session, dear.principal, code="apple", title="張家蘋果")
        listings.change(session, dear.principal, listing.id, listing.version, {"price": Money(9_900)})
        a_listing(session, neighbour.principal, code="strawberry", title="草莓")
    order = bought(shop, db, 1)["orders"][0]["id"]
    assert shop.get(buyer, f"/seller-orders/{order}").json()["alternatives"] == []
    said = shop.done(farmer, f"/seller-orders/{order}/decline", {"reason": "冰雹"})
    assert said["alternatives"] == []
    drain(db)
    offered = shop.get(buyer, f"/seller-orders/{order}").json()["alternatives"]
    assert [each["title"] for each in offered] == [alike.title]
    assert shop.get(buyer, "/order-groups").json()["items"][0]["orders"][0]["state"] == "declined"
    web = Browser(shop.client).become(buyer.token)
    web.get(f"/orders/{order}")
    assert "There is more like it" in web.words
    assert offered[0]["url"] in web.page
    web.get("/me/messages")
    assert "1 like it can be sent to you" in web.words
    web.become(farmer.token).get(f"/sell/orders/{order}")
    assert "There is more like it" not in web.words


def test_an_arrival_is_shown_by_photos(shop: Shop, db: Database, sent: str) -> None:
    seller, buyer, path = shop.market.sellers[1], shop.market.buyer, f"/v1/seller-orders/{sent}/delivery-photos"

    def send(who: Any, content: bytes) -> Any:
        return shop.client.post(path, files={"file": ("door.jpg", content, "image/jpeg")}, headers=who.headers)

    assert send(buyer, jpeg()).status_code in (403, 404)
    assert send(seller, b"no picture").status_code == 415
    assert rows(db, "SELECT count(*) FROM delivery_photo") == [(0,)]
    photo = send(seller, jpeg()).json()
    shop.done(seller, f"/seller-orders/{sent}/deliver")
    assert shop.get(buyer, f"/seller-orders/{sent}").json()["delivery_photos"] == [photo]
    for who, status in ((buyer, 200), (shop.market.operator, 200), (shop.market.sellers[0], 404)):
        assert shop.client.get(photo["url"], headers=who.headers).status_code == status
    for _ in range(5):
        assert send(seller, jpeg()).status_code == 201
    assert send(seller, jpeg()).json()["code"] == "delivery_photo.too_many"
    web = Browser(shop.client).become(buyer.token)
    web.get(f"/orders/{sent}")
    assert f"/deliveries/photos/{photo['id']}" in web.page


def test_the_packing_list_goes_by_place_and_building(shop: Shop, db: Database) -> None:
    for packs in (1, 2):
        order = bought(shop, db, packs)["orders"][0]["id"]
        shop.done(shop.market.sellers[0], f"/seller-orders/{order}/accept")
    web = Browser(shop.client).become(shop.market.sellers[0].token)
    web.get("/sell/pack")
    assert "3 × 東港蘋果, 7.5 kg" in web.words
    assert f"{ADDRESS.community} 中山大道1號" in web.words
    assert web.page.count("<h3>") == 1


def test_a_list_takes_an_order_on_in_one_tap(shop: Shop, db: Database) -> None:
    order = bought(shop, db, 1)["orders"][0]["id"]
    web = Browser(shop.client).become(shop.market.sellers[0].token)
    web.get("/sell/orders?stage=answer")
    assert "12 hours left" in web.words or "11 hours left" in web.words
    web.post(f"/sell/orders/{order}/accept", **{"from": "list"})  # type: ignore[arg-type]  # a word of Python
    assert (web.path, web.status) == ("/sell/orders", 200)
    assert rows(db, "SELECT state FROM seller_order") == [("accepted",)]
