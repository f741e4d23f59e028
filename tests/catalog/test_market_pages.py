"""The market's pages: what is on sale, whether it can come here and for which fee, one listing, and who sells."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from pyld import jsonld

from agrimarket.accounts.service import sellers
from agrimarket.accounts.states import Standing
from agrimarket.catalog.service import listings, lots
from agrimarket.catalog.types.listings import Markdown
from agrimarket.drive import drive
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from agrimarket.regions.fees import delivery_fee
from tests.factories import accounts, catalog, regions
from tests.factories.accounts import Somebody
from tests.support.page import Page
from tests.support.statements import statements

Client = TestClient[Litestar]
ENGLISH = {"accept": "text/html", "accept-language": "en"}
JIANGAN = "420102"
WUCHANG = "420106"


def at(code: str, **more: str) -> dict[str, str]:
    """Headers of a reader who chose that place."""
    return ENGLISH | {"cookie": f"place={code}"} | more


def page(client: Client, path: str, headers: dict[str, str] = ENGLISH) -> str:
    """Text of a page, as a reader sees it."""
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def shown(client: Client, path: str, headers: dict[str, str] = ENGLISH) -> list[str]:
    """Titles of the cards of a page, in their order."""
    return re.findall(r'<h3><a href="/listings/[^"]+">([^<]+)</a></h3>', page(client, path, headers))


def path_of(listing: Any) -> str:
    return f"/listings/{encode('lst', listing.id)}"


def test_a_card_says_what_sending_it_to_my_place_costs(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
    assert "Delivery to" not in page(client, "/")
    cost = delivery_fee(listing.pack_grams, listing.region_code, WUCHANG, drive().fees.delivery)
    assert f"Delivery to Wuchang: CN¥{cost / 100:.2f}" in page(client, "/", at(WUCHANG))
    assert f"Delivery of the smallest order (1): CN¥{cost / 100:.2f}" in page(client, path_of(listing), at(WUCHANG))
    assert "place=" in page(client, "/", at("999999")) or "Where should it go?" in page(client, "/", at("999999"))


def test_what_cannot_reach_my_place_is_said_before_it_is_ordered(
    client: Client, db: Database, farmer: Somebody
) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
        other = catalog.a_listing(session, farmer.principal, title="另一批")
        notice = regions.close(session)
    home = page(client, "/", at(JIANGAN))
    assert f"Cannot reach Jiang'an since December 1, 2022 (notice {notice.number})" in home.replace("’", "'")
    assert "Cannot reach" not in page(client, "/", at(WUCHANG))
    one = page(client, path_of(listing), at(JIANGAN))
    assert notice.number in one
    assert path_of(other) in one, "one like it is offered"
    assert "Delivery of the smallest order" not in one


def test_where_some_communities_are_closed_the_fee_is_told_with_that(
    client: Client, db: Database, farmer: Somebody
) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
        regions.close(session, "球场街道")
    assert "if your community is open" in page(client, "/", at(JIANGAN))
    assert "You can have these instead" not in page(client, path_of(listing), at(JIANGAN))


def test_a_buyer_who_chose_no_place_sees_that_of_their_account(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        catalog.a_listing(session, farmer.principal)
        buyer = accounts.a_buyer(session)
    cookie = {"cookie": f"session={buyer.token}"}
    with statements() as sent:
        home = page(client, "/", ENGLISH | cookie)
    assert "Delivery to" in home
    assert "Sign in" not in home
    assert len(sent) <= 9, sent
    elsewhere = page(client, "/", ENGLISH | {"cookie": f"session={buyer.token}; place={WUCHANG}"})
    assert "Delivery to Wuchang" in elsewhere


def test_a_price_that_falls_says_what_it_was_and_what_it_will_be(
    client: Client, db: Database, farmer: Somebody
) -> None:
    with db.transaction() as session:
        lot = catalog.a_lot(session, farmer.principal)
        draft = catalog.a_draft(session, farmer.principal, lot.id)
        listings.change(session, farmer.principal, draft.id, draft.version, {"markdown": Markdown(3_000, 30)})
        listing = listings.publish(session, farmer.principal, draft.id)
    assert listing.price < listing.full_price
    assert "CN¥68.00</s>" in page(client, "/")
    one = page(client, path_of(listing))
    assert "CN¥68.00</s>" in one
    assert "Tomorrow: CN¥" in one


def test_a_market_page_asks_few_statements_however_many_cards(
    client: Client, db: Database, farmer: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.transaction() as session:
        made = [catalog.a_listing(session, farmer.principal, title=f"草莓{n}") for n in range(14)]
        catalog.a_listing(session, farmer.principal, title="橘", region="420525")
    monkeypatch.setattr("agrimarket.catalog.pages.search.time.monotonic", lambda: 7.0)
    counts: dict[str, int] = {}
    for name, headers in (("first", ENGLISH), ("kept", ENGLISH), ("place", at(WUCHANG))):
        with statements() as sent:
            assert len(shown(client, "/", headers)) == 12
        counts[name] = len(sent)
    # Version, page, facets, names of provinces and of origins; then the version and names; with a place, it and what
    # can reach it.
    assert counts == {"first": 5, "kept": 2, "place": 4}
    with statements() as sent:
        page(client, "/", {"accept": "text/html", "accept-language": "zh-Hans"})
    assert len(sent) == 1, "the version alone: Chinese names stand in the listings"
    with statements() as sent:
        page(client, path_of(made[0]), at(WUCHANG))
    assert len(sent) == 5


def test_the_search_narrows_down_and_every_filter_can_be_taken_off(
    client: Client, db: Database, farmer: Somebody
) -> None:
    with db.transaction() as session:
        catalog.a_listing(session, farmer.principal, title="莓")
        catalog.a_listing(session, farmer.principal, code="garlic", title="蒜", price=1_000, region="420525")
        expected = lots.add(
            session,
            farmer.principal,
            catalog.NewLot(
                catalog.product(session, "garlic").id, "420525", catalog.today(session) + timedelta(days=9), 900_000
            ),
        )
        draft = catalog.a_draft(session, farmer.principal, expected.id, title="新蒜")
        listings.publish(session, farmer.principal, draft.id)
    assert shown(client, "/") == ["莓", "蒜", "新蒜"]
    home = client.get("/", headers=ENGLISH).text
    links = [unescape(href) for href in re.findall(r'href="(/\?[^"]+)"', home)]
    assert {"/?category=fruit", "/?product=garlic", "/?region=42", "/?expected=true"} <= set(links)
    for link in links:
        assert client.get(link, headers=ENGLISH).status_code == 200, link
    assert shown(client, "/?category=fruit") == ["莓"]
    assert shown(client, "/?region=42&expected=true") == ["新蒜"]
    assert shown(client, "/?spoils=7") == ["莓"]
    assert shown(client, "/?price=500") == ["蒜"]
    assert shown(client, "/?mode=pick_up") == []
    assert shown(client, "/?q=莓&sort=cheapest") == ["莓"]
    both = page(client, "/?region=42&expected=true&sort=newest")
    assert 'href="/?region=42&sort=newest" aria-current="true"' in both
    assert 'href="/?expected=true&sort=newest" aria-current="true"' in both
    assert "From Hubei" in both
    assert 'class="empty"' in page(client, "/?q=nothinglikeit")


def test_only_what_reaches_my_place_is_a_filter(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        catalog.a_listing(session, farmer.principal)
        regions.close(session)
    assert shown(client, "/?reach=true", at(JIANGAN)) == []
    assert shown(client, "/?reach=true", at(WUCHANG)) == ["東港草莓"]
    assert "/?reach=true" in page(client, "/", at(WUCHANG))


def test_pages_go_on_by_cursor(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        for number in range(15):
            catalog.a_listing(session, farmer.principal, title=f"莓{number}")
    first = client.get("/", headers=ENGLISH).text
    (more,) = re.findall(r'href="(/\?cursor=[^"]+)"', first)
    titles = [*shown(client, "/"), *shown(client, unescape(more))]
    assert len(set(titles)) == len(titles) == 15


def test_what_has_ended_says_so_and_offers_others(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
        other = catalog.a_listing(session, farmer.principal, title="另一批")
        lots.recall(session, farmer.principal, listing.lot_id, "農殘")
    text = page(client, path_of(listing))
    assert "Do not eat it" in text
    assert path_of(other) in text
    assert "You can have these instead" in text
    assert path_of(listing) + '"' not in page(client, "/")


def test_a_program_reads_product_and_offer(client: Client, db: Database, farmer: Somebody) -> None:
    """By pyld, which reads JSON-LD as its standard says. schema.org's context is one vocabulary; nothing is fetched."""
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal, title="</script><b>莓</b>")
    raw = client.get(path_of(listing), headers=ENGLISH).text
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', raw, re.DOTALL)
    context = {"@context": {"@vocab": "https://schema.org/"}}
    told = jsonld.expand(
        json.loads(block),
        {"documentLoader": lambda url, _: {"contextUrl": None, "documentUrl": url, "document": context}},
    )
    (product,) = told
    (offer,) = product["https://schema.org/offers"]
    said = {name.rpartition("/")[2]: values[0].get("@value") for name, values in offer.items() if name[0] != "@"}
    assert product["@type"] == ["https://schema.org/Product"]
    assert product["https://schema.org/name"] == [{"@value": "</script><b>莓</b>"}]
    assert (said["price"], said["priceCurrency"]) == ("68.00", "CNY")
    assert said["availability"] == "https://schema.org/InStock"
    assert offer["https://schema.org/seller"][0]["https://schema.org/name"] == [{"@value": "李家果园"}]


def test_a_shared_link_has_a_card(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
    raw = client.get(path_of(listing), headers=ENGLISH).text
    card = dict(re.findall(r'<meta property="og:([a-z]+)" content="([^"]*)">', raw))
    assert card["title"] == "東港草莓, CN¥68.00"
    assert card["url"].startswith("http")
    assert card["image"] == f"{card['url']}/card.png"
    with db.transaction() as session:
        draft = catalog.a_draft(session, farmer.principal, catalog.a_lot(session, farmer.principal).id)
    hidden = client.get(path_of(draft), headers=ENGLISH | {"cookie": f"session={farmer.token}"})
    assert (hidden.status_code, "og:title" in hidden.text) == (200, False)


def test_a_sellers_page_says_who_they_are_and_what_they_sell(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        catalog.a_listing(session, farmer.principal)
        other = accounts.a_seller(session)
        catalog.a_listing(session, other.principal, title="別家")
        phone = session.connection().exec_driver_sql("SELECT phone FROM person WHERE phone IS NOT NULL").scalars().all()
        seller_id = farmer.principal.require_seller()
    path = f"/sellers/{encode('sel', seller_id)}"
    text = page(client, path)
    assert "李家果园" in text
    assert "Sells here since" in text
    assert shown(client, path) == ["東港草莓"]
    assert not [number for number in phone if number in text]
    with db.transaction() as session:
        sellers.set_standing(session, seller_id, Standing.SUSPENDED)
    assert shown(client, path) == []
    assert client.get(f"/sellers/{encode('sel', seller_id)}x", headers=ENGLISH).status_code == 404


def test_a_seller_who_is_not_decided_on_has_no_page(client: Client, db: Database) -> None:
    with db.transaction() as session:
        waiting = accounts.a_seller(session, standing=Standing.PENDING)
    path = f"/sellers/{encode('sel', waiting.principal.require_seller())}"
    assert client.get(path, headers=ENGLISH).status_code == 404


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_the_pages_are_written_in_every_language(client: Client, db: Database, farmer: Somebody, language: str) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
    headers = {"accept": "text/html", "cookie": f"language={language}; place={WUCHANG}"}
    seller = f"/sellers/{encode('sel', farmer.principal.require_seller())}"
    for path in ("/", "/?q=莓&spoils=7&reach=true&mode=truck&price=5000", path_of(listing), seller, "/place"):
        answer = client.get(path, headers=headers)
        words = Page(answer.text)
        assert (answer.status_code, words.language) == (200, language)
        assert not re.findall(
            r"\b(?:market|listing|near|reach|seller|category|storage|grade|place)\.[a-z_]+", answer.text
        )
