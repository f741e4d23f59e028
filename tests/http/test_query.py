"""Queries are read strictly, and every fault is told at its parameter in the caller's language."""

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.params import QueryParameter
from litestar.testing import TestClient

from agrimarket.http.problems import ParametersWrong
from agrimarket.http.query import Query
from agrimarket.kernel.paging import MAX_CURSOR, CursorMalformed

Client = TestClient[Litestar]
LIST = "/v1/listings"
HINTS = {"n": Annotated[int, QueryParameter(ge=1, le=9)], "q": Annotated[str | None, QueryParameter(max_length=5)]}
QUERY = Query(HINTS, frozenset({"n"}))


def _errors(answer: Any) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("limit=1&limit=2", [("/limit", "parameter_repeated")]),
        ("limit=", [("/limit", "int_parsing")]),
        ("limit=%D9%A1", [("/limit", "int_parsing")]),
        ("limit=0", [("/limit", "greater_than_equal")]),
        ("limit=101&region=x", [("/limit", "less_than_equal"), ("/region", "string_pattern_mismatch")]),
        ("q=%00", [("/q", "parameter_unreadable")]),
        ("q=%FF", [("/q", "parameter_unreadable")]),
        ("sort=dear", [("/sort", "enum")]),
        ("utm_source=x", [("/utm_source", "parameter_unknown")]),
    ],
)
@pytest.mark.parametrize(("language", "letter"), [("zh-Hant", "請"), ("zh-Hans", "请"), ("en", "e")])
def test_faults_are_told_at_their_parameter(
    client: Client, query: str, errors: list[tuple[str, str]], language: str, letter: str
) -> None:
    answer = client.get(f"{LIST}?{query}", headers={"accept-language": language})
    assert (answer.status_code, answer.json()["code"], _errors(answer)) == (422, "bad_parameters", errors)
    told = [answer.json()["detail"], *(error["detail"] for error in answer.json()["errors"])]
    assert all(text.isascii() == (language == "en") or "–" in text for text in told), told


def test_what_is_missing_is_named(client: Client) -> None:
    answer = client.get("/v1/serviceability", headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert ("/origin", "missing") in _errors(answer)


@pytest.mark.parametrize(("language", "word"), [("en", "no body"), ("zh-Hant", "沒有內容"), ("zh-Hans", "没有内容")])
def test_an_empty_body_is_said_to_be_missing(
    client: Client, operator_headers: dict[str, str], language: str, word: str
) -> None:
    headers = {**operator_headers, "accept-language": language, "content-type": "application/json"}
    answer = client.post("/v1/coaching/coaches", content=b"", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "body.missing")
    assert word in answer.json()["detail"]


@pytest.mark.parametrize(
    "cursor",
    ["x", "W1tbW1tbW10", "A" * (MAX_CURSOR + 1), "%00", "%ED%A0%80", "%D9%A1%D9%A2", "", "9999-12-31T23:59:59-23:59",
     "WyJsaXN0aW5ncy5uZXdlc3QiLCI5OTk5LTEyLTMxVDIzOjU5OjU5LTIzOjU5IiwibHN0XzAxaDQ1NXZiNHBleDV2c2tuazA4NHNuMDJxIl0"],
)  # fmt: skip
@pytest.mark.parametrize("path", [LIST, "/v1/bulletins"])
def test_a_cursor_that_we_did_not_make_is_refused(client: Client, path: str, cursor: str) -> None:
    answer = client.get(f"{path}?cursor={cursor}", headers={"accept-language": "zh-Hant"})
    assert answer.status_code == 422
    assert answer.json()["code"] in ("cursor.malformed", "bad_parameters")
    page = client.get(f"/market?cursor={cursor}", headers={"accept": "text/html"})
    assert page.status_code in (400, 404, 422)


def test_pages_ignore_what_they_do_not_know(client: Client) -> None:
    for query in ("utm_source=wechat&utm_source=x", "fbclid=%FF", "from=groupmessage&isappinstalled=0"):
        assert client.get(f"/?{query}", headers={"accept": "text/html"}).status_code == 200


@given(st.binary(max_size=60) | st.text(max_size=40).map(lambda text: text.encode(errors="surrogatepass")))
def test_any_bytes_are_read_or_refused(query: bytes) -> None:
    for strict in (False, True):
        try:
            QUERY.check(query, strict=strict)
        except (ParametersWrong, CursorMalformed):
            continue
    QUERY.canonical(query)


def test_what_means_the_same_is_kept_once() -> None:
    assert QUERY.canonical(b"n=007&q=a") == QUERY.canonical(b"q=%61&n=7") == (("n", "7"), ("q", "a"))
    assert QUERY.canonical(b"n=7&x=1") is None
