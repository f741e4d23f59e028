"""What is on sale in the words of the Data Food Consortium, as JSON-LD.

Terms and their IRIs are those of its business ontology and measures in version 1.16; `CONTEXT` is our own document and
has those alone that are used. A grower who sells as a person is named by nothing but the county.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import ConfigDict, Field

from agrimarket.accounts.states import SellerKind
from agrimarket.accounts.types import SellerInfo
from agrimarket.catalog.types.listings import ListingView
from agrimarket.drive import drive
from agrimarket.kernel.i18n import last_day
from agrimarket.kernel.money import Money, minor_digits
from agrimarket.kernel.resources import reference
from agrimarket.kernel.wire import Out

ADDRESS: Final = "/v1/feeds/dfc"
"""Address of the feed; that of its context is below it."""
_RELEASED: Final = "https://github.com/datafoodconsortium/{}/releases/latest/download/{}#"
_LINKS: Final = (
    "hasAddress", "hasCountry", "hasPrice", "hasQuantity", "hasUnit", "lists", "managedBy", "offeredThrough", "offers",
    "references", "suppliedBy",
)  # fmt: skip
_TEXTS: Final = ("hasCity", "lifetime", "name", "region", "sku")
_NUMBERS: Final = {"stockLimitation": "double", "value": "double"}
_CLASSES: Final = (
    "Address", "Catalog", "CatalogItem", "Enterprise", "Offer", "Price", "QuantitativeValue", "SuppliedProduct",
)  # fmt: skip
CONTEXT: Final[Mapping[str, Any]] = {
    "@version": 1.1,
    "dfc-b": _RELEASED.format("ontology", "DFC_BusinessOntology.owl"),
    "dfc-m": _RELEASED.format("taxonomies", "measures.rdf"),
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    **{name: f"dfc-b:{name}" for name in _CLASSES},
    **{name: {"@id": f"dfc-b:{name}", "@type": "@id"} for name in _LINKS},
    **{name: {"@id": f"dfc-b:{name}", "@type": "xsd:string"} for name in _TEXTS},
    **{name: {"@id": f"dfc-b:{name}", "@type": f"xsd:{kind}"} for name, kind in _NUMBERS.items()},
    "next": {"@id": "http://www.w3.org/1999/xhtml/vocab#next", "@type": "@id"},
}
"""Every term of the feed with its IRI; nobody needs to fetch anything to read it."""
KILOGRAM: Final = "dfc-m:kilogram"
CURRENCY: Final = "http://qudt.org/vocab/currency/{}"
"""Units of prices: the consortium's measures have no yuan; QUDT's currencies have every one of ISO 4217."""
CHINA: Final = "http://publications.europa.eu/resource/authority/country/CHN"


class DfcContextOut(Out):
    """The JSON-LD context of the feed."""

    model_config = ConfigDict(populate_by_name=True)

    context: Annotated[dict[str, Any], Field(alias="@context", max_length=100)]


class DfcOut(Out):
    """A page of the feed: a graph of nodes, the first of them the catalogue with `lists` and the `next` page."""

    model_config = ConfigDict(populate_by_name=True)

    context: Annotated[str, Field(alias="@context", max_length=500)]
    graph: Annotated[list[dict[str, Any]], Field(alias="@graph", max_length=1_000)]


def graph_of(
    shown: Sequence[ListingView], sellers: Mapping[UUID, SellerInfo], following: str | None, site: str
) -> dict[str, Any]:
    """The JSON-LD document of a page of listings; `site` is the address of this one."""
    feed = f"{site}{ADDRESS}"
    catalogue: dict[str, Any] = {
        "@id": feed,
        "@type": "Catalog",
        "lists": [_listing(listing, site) for listing in shown],
        **({"next": f"{feed}?cursor={following}"} if following else {}),
    }
    offered = [node for listing in shown for node in _offered(listing, site)]
    return {
        "@context": f"{feed}/context",
        "@graph": [catalogue, *offered, *_enterprises(shown, sellers, site), *_addresses(shown, site)],
    }


def _offered(listing: ListingView, site: str) -> Iterable[dict[str, Any]]:
    item, seller = _listing(listing, site), _seller(listing.seller_id, site)
    product, offer = f"{item}#product", f"{item}#offer"
    yield {
        "@id": product,
        "@type": "SuppliedProduct",
        "name": listing.names[drive().languages[0]],
        "lifetime": last_day(listing.perish_by).isoformat(),
        "hasQuantity": {"@type": "QuantitativeValue", "value": _number(listing.pack_grams, 3), "hasUnit": KILOGRAM},
        "suppliedBy": seller,
    }
    yield {
        "@id": item,
        "@type": "CatalogItem",
        "sku": reference("listing", listing.id),
        "references": product,
        "managedBy": seller,
        "stockLimitation": listing.available_packs,
        "offeredThrough": offer,
    }
    yield {
        "@id": offer,
        "@type": "Offer",
        "offers": item,
        "stockLimitation": listing.available_packs,
        "hasPrice": _price(listing.price),
    }


def _price(price: Money) -> dict[str, Any]:
    value = _number(price.amount, minor_digits(price.currency))
    return {"@type": "Price", "value": value, "hasUnit": CURRENCY.format(price.currency)}


def _enterprises(
    shown: Sequence[ListingView], sellers: Mapping[UUID, SellerInfo], site: str
) -> Iterable[dict[str, Any]]:
    grown: dict[UUID, set[str]] = {}
    for listing in shown:
        grown.setdefault(listing.seller_id, set()).add(listing.region_code)
    for seller_id, codes in grown.items():
        seller = sellers[seller_id]
        named = {} if seller.kind is SellerKind.FARMER else {"name": seller.display_name}
        addresses = [_address(code, site) for code in sorted(codes)]
        yield {"@id": _seller(seller_id, site), "@type": "Enterprise", **named, "hasAddress": addresses}


def _addresses(shown: Sequence[ListingView], site: str) -> Iterable[dict[str, Any]]:
    names = {listing.region_code: listing.origin_name for listing in shown}
    for code, name in sorted(names.items()):
        facts = {"region": code, "hasCity": name, "hasCountry": CHINA}
        yield {"@id": _address(code, site), "@type": "Address", **facts}


def _listing(listing: ListingView, site: str) -> str:
    return f"{site}/listings/{reference('listing', listing.id)}"


def _seller(seller_id: UUID, site: str) -> str:
    return f"{site}{ADDRESS}#{reference('seller', seller_id)}"


def _address(code: str, site: str) -> str:
    return f"{site}/regions/{code}#county"


def _number(amount: int, digits: int) -> float:
    return float(Decimal(amount).scaleb(-digits))
