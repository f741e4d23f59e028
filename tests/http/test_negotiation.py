"""What caches and other sites' scripts are told: `Vary`, entity tags, CORS."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.catalog.service import stock
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from tests.factories import accounts, catalog

SITE = {"Origin": "https://county.example"}


def _vary(client: TestClient[Litestar], path: str, **headers: str) -> set[str]:
    return set(client.get(path, headers=headers).headers.get("vary", "").split(", "))


def test_an_answer_names_what_it_was_chosen_by(client: TestClient[Litestar]) -> None:
    assert _vary(client, "/v1/forms/farmer") == {"Accept-Encoding", "Accept-Language"}
    assert "Authorization" in _vary(client, "/v1/me")
    assert "Accept-Language" not in _vary(client, "/v1/products")
    assert {"Accept-Language", "Cookie"} <= _vary(client, "/sign-in", accept="text/html")


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_what_could_be_compressed_says_so_either_way(client: TestClient[Litestar], encoding: str) -> None:
    answer = client.get("/v1/forms/farmer", headers={"accept-encoding": encoding})
    assert ("gzip" in answer.headers.get("content-encoding", "")) == (encoding == "gzip")
    assert "Accept-Encoding" in answer.headers["vary"]


def test_the_document_is_kept_and_asked_after(client: TestClient[Litestar]) -> None:
    first = client.get("/schema/openapi.json")
    assert first.headers["cache-control"] == "public, max-age=300"
    again = client.get("/schema/openapi.json", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-type" not in again.headers
    assert client.get("/schema/openapi.json", headers={"if-none-match": '"another"'}).status_code == 200


def test_any_sites_script_may_read_the_api_but_brings_no_cookie(client: TestClient[Litestar]) -> None:
    answer = client.get("/v1/products", headers=SITE)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "RateLimit" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    assert client.get("/v1/me", headers=SITE).headers["access-control-allow-origin"] == "*"
    assert client.get("/schema/openapi.json", headers=SITE).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/schema", "/health", "/webhooks/stripe"])
def test_pages_and_tools_belong_to_their_own_site(client: TestClient[Litestar], path: str) -> None:
    assert "access-control-allow-origin" not in client.get(path, headers=SITE).headers
    asked = {**SITE, "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-methods" not in client.options(path, headers=asked).headers


def test_a_script_may_send_what_the_api_reads(client: TestClient[Litestar]) -> None:
    asked = {**SITE, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match"}
    answer = client.options("/v1/listings/lst_01m8504b7ye8nbqetv75q9crjn", headers=asked)
    assert answer.status_code == 204
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    allowed = {name.strip() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert {"Authorization", "Content-Type", "If-Match", "Idempotency-Key", "Accept-Language"} <= allowed
    assert "access-control-allow-credentials" not in answer.headers


def test_credentials_that_are_no_token_are_not_taken_for_none(client: TestClient[Litestar]) -> None:
    for given in ("Basic eDp5", "Bearer", "Bearer "):
        refused = client.get("/v1/products", headers={"authorization": given})
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")


def test_an_answer_that_is_known_already_is_not_sent_again(client: TestClient[Litestar], db: Database) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, accounts.a_seller(session).principal)
    address = f"/v1/listings/{encode('lst', listing.id)}"
    first, kept = (client.get(address) for _ in range(2))
    assert kept.headers["etag"] == first.headers["etag"]
    again = client.get(address, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])


def test_what_is_left_of_a_lot_is_no_version_but_is_news(
    fresh_client: TestClient[Litestar], fresh_db: Database
) -> None:
    """A caller who has the listing is told 304 only while what it says is the same."""
    with fresh_db.transaction() as session:
        listing = catalog.a_listing(session, accounts.a_seller(session).principal)
    address, fresh = f"/v1/listings/{encode('lst', listing.id)}", {"cache-control": "no-cache"}
    first = fresh_client.get(address, headers=fresh)
    with fresh_db.transaction() as session:
        stock.reserve(session, {listing.lot_id: 50_000})
    again = fresh_client.get(address, headers={**fresh, "if-none-match": first.headers["etag"]})
    assert again.status_code == 200
    assert again.json()["version"] == first.json()["version"]
    assert again.json()["available_packs"] < first.json()["available_packs"]


def test_an_application_that_is_known_in_one_language_is_not_known_in_another(
    client: TestClient[Litestar], db: Database
) -> None:
    who = accounts.somebody(db)
    made = client.post("/v1/applications", json={"kind": "farmer"}, headers=who.headers).json()
    address, english = f"/v1/applications/{made['id']}", {**who.headers, "accept-language": "en"}
    known = {"if-none-match": client.get(address, headers=english).headers["etag"]}
    assert client.get(address, headers={**english, **known}).status_code == 304
    chinese = client.get(address, headers={**who.headers, **known, "accept-language": "zh-Hans"})
    assert (chinese.status_code, chinese.json()["id"]) == (200, made["id"])
