"""Every page with bad addresses: the answer is clear, leads nobody to another site, and changes nothing."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from litestar import Litestar
from litestar.params import QueryParameter

from agrimarket.app import create_app
from agrimarket.kernel.db import Database
from agrimarket.settings import get_settings
from tests.api.page_world import Pages, clear
from tests.support.page import Page

WHO = {
    "/me/api-keys": "integrator",
    "/appeals": "appellant",
    "/documents": "appellant",
    "/review": "reviewer",
    "/desk": "reviewer",
    "/imports": "importer",
    "/coach/cases/{case_id:str}/listings": "editing_coach",
    "/coach": "coach",
    "/filings": "member",
    "/orders": "shopper",
    "/listings/{listing_id:str}/label.pdf": "offerer",
    "/sell/new": "offerer",
    "/sell/listings": "offerer",
    "/sell/proposals": "edited_seller",
    "/sell": "grower",
    "/claims": "shopper",
    "/deliveries": "shopper",
    "/lots": "grower",
    "/recalls": "reviewer",
}
"""Visitor of the pages below each address; the farmer visits all others."""
RIGHT = {
    "appeal_id": "{appeal}",
    "application_id": "{draft}",
    "bank_id": "{bank}",
    "delivery_id": "{dead}",
    "requirement_id": "{requirement}",
    "person_id": "{colleague}",
    "code": "420102",
    "import_id": "{checked}",
    "bulk_file_id": "{listing_file}",
    "lot_id": "{lot}",
    "document_id": "{photo}",
    "listing_id": "{listing}",
    "name": "getting-started",
    "payout_id": "{payout}",
    "order_id": "{arrived_order}",
    "claim_id": "{open_claim}",
    "photo_id": "{claim_photo}",
    "delivery_photo_id": "{delivery_photo}",
    "alert_id": "{alert}",
    "case_id": "{case}",
    "step": "produce",
    "bulletin_id": "{bulletin}",
    "rumour_id": "{answered_rumour}",
    "follow_id": "{follow}",
    "mandate_id": "{mandate}",
    "proposal_id": "{proposal}",
    "clearance_follow_id": "{clearance_follow}",
    "seller_id": "{seller}",
    "recall_id": "{recall}",
    "asked": "{today}",
    "hand_restriction_id": "{by_hand}",
}
"""Value of each parameter of a path; those that are not here have no valid value on this stage."""
THERE = {
    ("/lots", "lot_id"): "{bought_lot}",
    ("/desk/clearance", "lot_id"): "{listed_lot}",
    ("/sell/listings", "listing_id"): "{sold}",
    ("/listings/{listing_id:str}/label.pdf", "listing_id"): "{sold}",
    ("/sell/orders/bulk", "bulk_file_id"): "{order_file}",
    ("/coach/cases/{case_id:str}/listings", "case_id"): "{coached}",
    ("/photos", "listing_photo_id"): "{sold_photo}",
    ("/photos", "name"): "320.webp",
}
"""The value below some addresses, where it is another."""
QUERY = {"/sign-in/staff/invitation": "?token={invitation}"}
"""What an address needs beside its path."""
FILES = (
    "/weights",
    "/imports/template",
    "/imports/{import_id:str}/export",
    "/sell/import/template",
    "/sell/import/export",
    "/sell/import/{bulk_file_id:str}/faults",
    "/sell/orders/bulk/export",
    "/sell/orders/bulk/{bulk_file_id:str}/faults",
    "/lots/{lot_id:str}/trace/file",
    "/documents/{document_id:str}",
    "/documents/{document_id:str}/preview",
    "/claims/photos/{photo_id:str}",
    "/deliveries/photos/{delivery_photo_id:str}",
    "/sell/orders/{order_id:str}/label.pdf",
    "/sell/orders/{order_id:str}/slip.pdf",
    "/orders/{order_id:str}/slip.pdf",
    "/sell/pack/labels.pdf",
    "/sell/pack/slips.pdf",
    "/clearance/feed",
    "/listings/feed",
    "/sitemap.xml",
    "/robots.txt",
    "/photos/{listing_photo_id:str}/{name:str}",
    "/listings/{listing_id:str}/card.png",
    "/listings/{listing_id:str}/label.pdf",
)
FOR_ALL = ("/photos/{listing_photo_id:str}/{name:str}",)
"""What is the same for everybody, signed in or not, and never changes."""
AUDITED = ("/lots/{lot_id:str}/trace", "/lots/{lot_id:str}/trace/file")
"""Pages of others' addresses: whoever looks is written down."""
STRANGE = (
    "", "%00", "%ED%A0%80", "%FF", quote("王\u202e姐"), quote("'\"><script>"), "%25", "%5C", "-1", "0", "9" * 19,
    "9" * 5_000, "1e400", "NaN", quote("٣"), quote("²"), "null", "{{7*7}}", "%0d%0aSet-Cookie:a=b",
    "//evil.example", "/%5Cevil.example", "https://evil.example", "javascript:alert(1)", "../../etc/passwd",
    "eyJhIjoxfQ", "W10", "WyIiLCIiLCIiXQ", quote("草莓") * 500,
)  # fmt: skip


def _addresses(app: Litestar) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every page's route with the names of its query."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            function = getattr(handler.fn, "func", handler.fn)
            ours = getattr(function, "__module__", "").startswith("agrimarket.")
            if ours and "GET" in handler.http_methods and not handler.resolve_include_in_schema():
                asked = handler.parsed_fn_signature.parameters.items()
                given = [(name, field.kwarg_definition) for name, field in asked]
                yield route.path, tuple(kw.name or name for name, kw in given if isinstance(kw, QueryParameter))


ADDRESSES = dict(_addresses(create_app(get_settings(), Database("postgresql+psycopg://"))))


def _path(pages: Pages, route: str, **wrong: str) -> str:
    path = route
    for name in [part.strip("{}").partition(":")[0] for part in route.split("/") if part.startswith("{")]:
        there = next((value for (head, of), value in THERE.items() if of == name and route.startswith(head)), "")
        value = wrong.get(name) or pages.stage.fill(there or RIGHT.get(name, "doc_01m8504b7ye8nbqetv75q9crjn"))
        path = path.replace(f"{{{name}:str}}", value)
    return path


def _who(route: str) -> str:
    return next((who for head, who in WHO.items() if route.startswith(head)), "farmer")


def _clear(pages: Pages, route: str, path: str) -> tuple[Any, Page | None]:
    answer = pages.get(path, _who(route))
    if route in FILES and answer.status_code == 200:
        return answer, None
    return answer, clear(answer, path)


def test_there_are_pages() -> None:
    assert len(ADDRESSES) > 20
    assert ADDRESSES["/imports/{import_id:str}"] == ("state", "cursor")


@pytest.mark.parametrize("route", ADDRESSES)
def test_a_page_is_shown(pages: Pages, route: str) -> None:
    with pages.moment():
        answer, _ = _clear(pages, route, _path(pages, route) + pages.stage.fill(QUERY.get(route, "")))
        assert answer.status_code in (200, 303)
        assert pages.changed() == ({"audit_entry"} if route in AUDITED else set())


@pytest.mark.slow
@pytest.mark.parametrize("route", [route for route in ADDRESSES if route not in FOR_ALL])
def test_nobody_keeps_a_page_of_somebody_who_is_signed_in(pages: Pages, route: str) -> None:
    """Whatever the answer is: a page, a file, a redirect or a refusal."""
    with pages.moment():
        for who in pages.stage.tokens:
            answer = pages.get(_path(pages, route), who)
            assert "no-store" in answer.headers["cache-control"], who


@pytest.mark.slow
@pytest.mark.parametrize("route", [route for route, names in ADDRESSES.items() if names])
def test_whatever_stands_in_the_query(pages: Pages, route: str) -> None:
    with pages.moment():
        for name in ADDRESSES[route]:
            for value in STRANGE:
                path = f"{_path(pages, route)}?{name}={value}&{name}={value}&other=1"
                answer, page = _clear(pages, route, path[:9_000])
                assert answer.status_code in (200, 303, 400, 404, 414, 422), (name, value)
                assert "set-cookie" not in answer.headers or "a=b" not in answer.headers["set-cookie"]
                for field in page.fields.get("next", []) if page else []:
                    assert field.startswith("/"), (name, value, field)
                    assert not field.startswith(("//", "/\\")), (name, value, field)
        assert pages.changed() == set()


@pytest.mark.slow
@pytest.mark.parametrize("route", [route for route in ADDRESSES if "{" in route])
def test_whatever_stands_in_the_path(pages: Pages, route: str) -> None:
    with pages.moment():
        for name in RIGHT:
            for value in STRANGE:
                if f"{{{name}:" in route and value and "/" not in value:
                    answer, _ = _clear(pages, route, _path(pages, route, **{name: value}))
                    assert answer.status_code in (400, 404, 414), (name, value, answer.status_code)
        assert pages.changed() == set()


@pytest.mark.parametrize("route", ADDRESSES)
def test_a_page_of_somebody_elses_is_not_there(pages: Pages, route: str) -> None:
    with pages.moment():
        for name in ("draft", "appeal", "checked", "arrived_order"):
            placeholder = next(key for key, value in RIGHT.items() if value == f"{{{name}}}")
            if f"{{{placeholder}:" in route and _who(route) != "reviewer":
                path = _path(pages, route, **{placeholder: pages.stage.foreign[name]})
                answer, _ = _clear(pages, route, path)
                assert answer.status_code == 404, path


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_method_is_refused_clearly(pages: Pages, method: str) -> None:
    with pages.moment():
        for path in ("/", "/appeal/produce", "/sign-in", "/nothing"):
            answer = pages.client.request(method, path, headers={"accept": "text/html", "accept-language": "zh-Hant"})
            assert answer.status_code in (403, 404, 405)
            clear(answer, path)
