"""The feed in the Data Food Consortium's words, held against judges from outside: pyld and pyshacl."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pyshacl
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from pyld import jsonld
from rdflib import Graph

from agrimarket.accounts.states import SellerKind
from agrimarket.catalog.schemas.feeds import CONTEXT
from agrimarket.catalog.service import listings, search, stock
from agrimarket.catalog.types.search import Search
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from agrimarket.settings import get_settings
from tests.factories.accounts import Somebody, a_seller
from tests.factories.catalog import a_draft, a_listing, a_lot
from tests.support.statements import statements

Client = TestClient[Litestar]
FEED = "/v1/feeds/dfc"
SHAPES = Path(__file__).with_name("shapes") / "dfc.ttl"
DFC = "https://github.com/datafoodconsortium/ontology/releases/latest/download/DFC_BusinessOntology.owl#"
_ld: Any = jsonld
_shacl: Any = pyshacl


def _loader(client: Client) -> Any:
    """Reads our own context and nothing else, as nothing else is needed."""

    def load(url: str, _options: Any) -> dict[str, Any]:
        assert url == f"{get_settings().base_url}{FEED}/context"
        return {"document": client.get(f"{FEED}/context").json(), "documentUrl": url, "contextUrl": None}

    return load


def _judged(client: Client, document: Any) -> tuple[bool, str]:
    quads = _ld.to_rdf(document, {"format": "application/n-quads", "documentLoader": _loader(client)})
    data = Graph().parse(data=quads, format="nquads")
    conforms, _, words = _shacl.validate(data, shacl_graph=Graph().parse(SHAPES))
    return cast("bool", conforms), cast("str", words)


@pytest.fixture
def market(db: Database, farmer: Somebody) -> list[str]:
    """Three listings on sale, of a farmer in two counties and of a cooperative, one of them sold out to a pack."""
    with db.transaction() as session:
        cooperative = a_seller(session, kind=SellerKind.COOPERATIVE, name="徐聞菠蘿合作社")
        first = a_listing(session, farmer.principal, title="王大姐 13800001111")
        second = a_listing(session, farmer.principal, code="pineapple", region="440825", pack_grams=2_345, price=1)
        third = a_listing(session, cooperative.principal, code="pineapple", region="440825")
        stock.reserve(session, {first.lot_id: 97_500})
        a_draft(session, farmer.principal, a_lot(session, farmer.principal).id)
        return [encode("lst", listing.id) for listing in (third, second, first)]


def _nodes(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [node for node in document["@graph"] if node["@type"] == kind]


def test_the_feed_says_what_is_on_sale(client: Client, market: list[str]) -> None:
    answer = client.get(FEED)
    assert answer.headers["content-type"].startswith("application/ld+json")
    document = answer.json()
    assert sorted(node["sku"] for node in _nodes(document, "CatalogItem")) == sorted(market)
    first = next(node for node in _nodes(document, "CatalogItem") if node["sku"] == market[2])
    offer = next(node for node in _nodes(document, "Offer") if node["@id"] == first["offeredThrough"])
    product = next(node for node in _nodes(document, "SuppliedProduct") if node["@id"] == first["references"])
    assert (first["stockLimitation"], offer["hasPrice"]["value"], product["hasQuantity"]["value"]) == (1, 68.0, 2.5)
    assert client.get(FEED, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_outside_judges_find_the_feed_well_formed(client: Client, market: list[str]) -> None:
    document = client.get(FEED).json()
    conforms, words = _judged(client, document)
    assert conforms, words
    document["@graph"][1]["hasQuantity"]["value"] = -1
    assert _judged(client, document)[0] is False, "the judge would say so"


def test_every_term_is_an_iri_and_comes_back_as_it_was(client: Client, market: list[str]) -> None:
    document, loader = client.get(FEED).json(), {"documentLoader": _loader(client)}
    expanded = _ld.expand(document, loader)
    used = set(_terms(expanded))
    assert len(used) > 15
    assert [term for term in used if not term.startswith(("http://", "https://"))] == []
    assert f"{DFC}offeredThrough" in used
    again = _ld.compact(expanded, document["@context"], {**loader, "graph": True})
    assert sorted(map(str, _ld.expand(again, loader))) == sorted(map(str, expanded))
    written = {term for node in document["@graph"] for term in node if not term.startswith("@")}
    assert written <= set(CONTEXT)


def _terms(value: Any) -> Iterator[str]:
    match value:
        case dict():
            node = cast("dict[str, Any]", value)
            yield from node.get("@type", []) if "@value" not in node else [node.get("@type", DFC)]
            for name, inner in node.items():
                if not name.startswith("@"):
                    yield name
                    yield from _terms(inner)
        case list():
            for each in cast("list[Any]", value):
                yield from _terms(each)
        case _:
            pass


def test_pages_follow_each_other_and_take_two_statements(client: Client, market: list[str]) -> None:
    found: list[str] = []
    path = f"{FEED}?limit=2"
    for _ in range(2):
        client.get(path, headers={"Cache-Control": "no-cache"})
        with statements() as seen:
            document = client.get(path, headers={"Cache-Control": "no-cache"}).json()
        assert len(seen) == 2
        assert _judged(client, document)[0]
        found += [node["sku"] for node in _nodes(document, "CatalogItem")]
        path = _nodes(document, "Catalog")[0].get("next", "").removeprefix(get_settings().base_url)
    assert (sorted(found), path) == (sorted(market), "")


def test_who_sells_as_a_person_is_not_named(client: Client, market: list[str], farmer: Somebody) -> None:
    text = client.get(FEED).text
    named = [node.get("name") for node in _nodes(client.get(FEED).json(), "Enterprise")]
    assert sorted(named, key=str) == [None, "徐聞菠蘿合作社"]
    assert [secret for secret in ("王大姐", "13800001111", "李家果园") if secret in text] == []


def test_what_has_ended_is_out_of_the_feed_at_once(
    client: Client, market: list[str], db: Database, farmer: Somebody
) -> None:
    before = client.get(FEED)
    with db.transaction() as session:
        listing = search.find(session, Search()).listings[-1]
        listings.pause(session, farmer.principal, listing.id)
    after = client.get(FEED)
    assert len(_nodes(after.json(), "Offer")) == len(_nodes(before.json(), "Offer")) - 1
    assert after.headers["etag"] != before.headers["etag"]


def test_what_is_new_is_a_feed_and_a_map(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        made = a_listing(session, farmer.principal, title="东港草莓 & 礼盒")
        a_draft(session, farmer.principal, made.lot_id, title="草稿")
    atom = {"a": "http://www.w3.org/2005/Atom"}
    answer = client.get("/listings/feed", headers={"accept-language": "zh-Hans"})
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    (entry,) = ElementTree.fromstring(answer.content).findall("a:entry", atom)
    assert entry.findtext("a:title", namespaces=atom) == "东港草莓 & 礼盒"
    assert "草莓，每份 ¥68.00" in (entry.findtext("a:summary", namespaces=atom) or "")
    page = entry.findtext("a:id", namespaces=atom) or ""
    told = ElementTree.fromstring(client.get("/sitemap.xml").content)
    places = [each.text or "" for each in told.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert page in places
    for place in places:
        assert client.get(urlsplit(place).path, headers={"accept": "text/html"}).status_code == 200, place
    robots = client.get("/robots.txt").text
    assert robots.endswith("/sitemap.xml\n")
    assert not any(line.removeprefix("Disallow: ") in page for line in robots.splitlines()[1:-1])
