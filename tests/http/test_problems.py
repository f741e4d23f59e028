"""Bad input gets a clear 4xx in the caller's language, and nothing is written."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from pydantic import BaseModel, ValidationError

from agrimarket.http.problems import findings_of
from agrimarket.kernel.errors import InvalidFields
from agrimarket.kernel.i18n import catalogue
from agrimarket.kernel.wire import In
from tests.support.current import CurrentDatabase

PATH = "/v1/coaching/coaches"
STRANGE: list[tuple[str, bytes, str, int, str]] = [
    ("malformed", b'{"a":', "application/json", 422, "body.unreadable"),
    ("empty", b"", "application/json", 422, "body.missing"),
    ("nan", b'{"a": NaN}', "application/json", 422, "body.unreadable"),
    ("infinity", b'{"a": Infinity}', "application/json", 422, "body.unreadable"),
    ("1e400", b'{"a": 1e400}', "application/json", 422, "body.unreadable"),
    ("deep", b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}", "application/json", 422, "body.unreadable"),
    ("key twice", b'{"a": 1, "a": 2}', "application/json", 422, "body.key_twice"),
    ("lone surrogate", rb'{"a": "\ud800"}', "application/json", 422, "body.unreadable"),
    ("nul", rb'{"a": "x\u0000"}', "application/json", 422, "body.unreadable"),
    ("not utf-8", b'{"a": "\xff"}', "application/json", 422, "body.unreadable"),
    ("a list", b"[]", "application/json", 422, "invalid_fields"),
    ("form", b"a=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    ("too large", b'{"a": "' + b"x" * 1_100_000 + b'"}', "application/json", 413, "too_large"),
]


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"), [row[1:] for row in STRANGE], ids=[row[0] for row in STRANGE]
)
def test_a_strange_body_is_refused_clearly(
    client: TestClient[Litestar], operator_headers: dict[str, str], body: bytes, kind: str, status: int, code: str
) -> None:
    answer = client.post(PATH, content=body, headers={**operator_headers, "content-type": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem: dict[str, Any] = answer.json()
    assert problem["code"] == code
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("zh-TW", "這一項要填。"), ("zh-CN", "这一项要填。"), ("en", "This needs an answer.")],
)
def test_every_wrong_field_is_told_at_once_in_the_callers_language(
    client: TestClient[Litestar], operator_headers: dict[str, str], language: str, sentence: str
) -> None:
    body = {"capacity": 0, "is_admin": True, "languages": []}
    answer = client.post(PATH, json=body, headers={**operator_headers, "accept-language": language})
    found = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert found["/person_id"] == sentence
    assert {"/capacity", "/is_admin", "/languages", "/display_name", "/skills", "/region_code"} <= set(found)


def test_nobody_and_the_wrong_person_are_told_apart(client: TestClient[Litestar]) -> None:
    assert client.post(PATH, json={}).status_code == 401
    assert client.get("/v1/nothing").status_code == 404
    assert client.put(PATH, json={}).status_code == 405


def test_a_page_for_people_and_a_document_for_programs(client: TestClient[Litestar]) -> None:
    page = client.get("/nothing", headers={"accept": "text/html", "accept-language": "zh-TW"})
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (404, "text/html")
    assert 'lang="zh-Hant"' in page.text
    assert client.get("/nothing").headers["content-type"] == "application/problem+json"


def test_a_given_request_id_is_kept_only_if_well_formed(client: TestClient[Litestar]) -> None:
    assert client.get("/health", headers={"x-request-id": "abc-12345"}).headers["x-request-id"] == "abc-12345"
    assert client.get("/health", headers={"x-request-id": "a b\nc"}).headers["x-request-id"] != "a b\nc"


def test_ready_and_metrics(client: TestClient[Litestar]) -> None:
    assert client.get("/ready").json() == {"status": "ok"}
    assert "agrimarket_deliveries_dead 0.0" in client.get("/metrics").text


def test_the_openapi_document_declares_its_errors(client: TestClient[Litestar]) -> None:
    document = json.loads(client.get("/schema/openapi.json").text)
    assert document["openapi"].startswith("3.1")
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if path.startswith("/v1/") and method in {"get", "post", "put", "patch", "delete"}:
                assert {"400", "401", "422", "429", "500"} <= operation["responses"].keys(), (method, path)
                assert operation["summary"], (method, path)


def test_an_unknown_query_parameter_is_refused_and_the_known_ones_are_told(client: TestClient[Litestar]) -> None:
    refused = client.get("/v1/listings?query=草莓&sort=newest", headers={"accept-language": "en"})
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/query", "parameter_unknown")
    assert {"cursor", "limit", "product", "q", "region", "sort"} <= set(re.findall(r"[a-z_]+", error["detail"]))
    assert client.get("/v1/listings?sort=newest").status_code == 200
    assert client.get("/?utm_source=wechat", headers={"accept": "text/html"}).status_code == 200


@pytest.mark.parametrize("path", ["/health", "/ready", "/v1/listings", "/v1/products", "/", "/sign-in", "/schema"])
def test_head_is_answered_wherever_get_is(client: TestClient[Litestar], path: str) -> None:
    got, head = (client.request(method, path, headers={"accept": "*/*"}) for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert got.status_code == 200
    for name in ("content-type", "content-length", "cache-control"):
        assert head.headers.get(name) == got.headers.get(name)


def test_head_of_nothing_is_not_found(client: TestClient[Litestar]) -> None:
    assert client.head("/v1/nothing").status_code == 404
    assert client.head("/v1/auth/codes").status_code == 405


WRONG: list[Any] = [
    *(None, True, 0, -1, 1.5, 2**70, "", "x", "x" * 5_000, "2020-13-01", "9999-12-31", "a:x", "//x"),
    *([], [None], ["x"] * 2_000, {}, {"grams": 0}, {"amount": -1}, {"amount": 1, "currency": "?"}, {"x": 9}),
]


def _schemas(of: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in of.__subclasses__():
        if model.__module__.startswith("agrimarket."):
            yield model
        yield from _schemas(model)


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_every_way_to_be_wrong_has_a_sentence_of_its_own(
    language: str, shared_app: tuple[Litestar, CurrentDatabase]
) -> None:
    assert shared_app[0].routes  # with which all schemas are known
    schemas, unsaid = list(_schemas(In)), set[str]()
    assert len(schemas) > 40
    for schema in schemas:
        for name in schema.model_fields:
            for value in WRONG:
                try:
                    schema.model_validate({name: value})
                except (ValidationError, InvalidFields) as error:
                    found = findings_of(error) if isinstance(error, ValidationError) else error.fields
                    codes = {code for _, code, _ in found}
                    unsaid |= {f"{schema.__name__}.{name} {code}" for code in codes if not _is_said(code, language)}
    assert unsaid == set()


def _is_said(code: str, language: str) -> bool:
    return f"field.{code}" in catalogue(language)
