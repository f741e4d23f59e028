"""Forms whose token is no longer this browser's, and forms that cannot be accepted now: nothing typed is lost."""

from typing import Any

import pytest
from litestar import Litestar
from litestar._parsers import parse_url_encoded_form_data
from litestar.testing import TestClient
from prometheus_client import REGISTRY

from agrimarket.http.formdata import filled_in, read_form, several, texts
from agrimarket.kernel.db import Database
from agrimarket.kernel.ratelimit import _limiters
from tests.support.current import CurrentDatabase
from tests.support.page import Page

HTML = {"accept": "text/html", "accept-language": "en"}
OURS = {**HTML, "sec-fetch-site": "same-origin"}
TYPED = {"product": "<草莓>", "quantity": "500", "quantity_unit": "jin", "spoils_in_days": "3"}
Client = TestClient[Litestar]


def _token(client: Client) -> str:
    return Page(client.get("/sign-in", headers=HTML).text).typed("_csrf_token")


def _count(status: int) -> float:
    labels = {"method": "POST", "route": "/appeal/{step}", "status": str(status)}
    return sum(
        sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == "agrimarket_http_requests_total" and labels.items() <= {**sample.labels}.items()
    )


def _send_again(client: Client, page: Page, path: str) -> Any:
    data = {name: values[0] for name, values in page.fields.items() if name and name != "next"}
    return client.post(path, data=data, headers=OURS, follow_redirects=False)


def test_a_stale_form_of_ours_is_sent_again_with_one_press(client: Client) -> None:
    stale = _token(client)
    client.cookies.clear()
    refused = client.post("/appeal/produce", data={**TYPED, "_csrf_token": stale}, headers=OURS)
    page = Page(refused.text)
    assert refused.status_code == 403
    assert "Please send it once more" in page.headings
    assert {name: page.typed(name) for name in TYPED} == TYPED
    assert page.actions[0] == "/appeal/produce"
    done = _send_again(client, page, "/appeal/produce")
    assert (done.status_code, done.headers["location"]) == (303, "/appeal/place")


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}, {}],
    ids=["cross-site", "same-site", "another origin", "nothing said"],
)
def test_what_another_site_had_sent_is_not_offered_again(client: Client, headers: dict[str, str]) -> None:
    refused = client.post("/appeal/produce", data=TYPED, headers={**HTML, **headers})
    assert refused.status_code == 403
    assert "product" not in Page(refused.text).fields
    assert Page(refused.text).actions == ["/language"]


def test_a_browser_that_names_its_origin_only_is_believed(client: Client) -> None:
    refused = client.post("/appeal/produce", data=TYPED, headers={**HTML, "origin": "http://testserver.local"})
    assert Page(refused.text).typed("product") == TYPED["product"]


def test_passwords_and_codes_are_not_in_the_page(client: Client) -> None:
    data = {"email": "a@b.cn", "password": "correct horse", "totp": "123456"}
    refused = client.post("/sign-in/staff", data=data, headers=OURS)
    assert Page(refused.text).typed("email") == "a@b.cn"
    assert "correct horse" not in refused.text
    assert "123456" not in refused.text


def test_who_was_signed_out_while_writing_signs_in_and_sends_it(client: Client) -> None:
    token = _token(client)
    path = "/coach/tasks/tsk_01m8504b7ye8nbqetv75q9crjn/complete"
    refused = client.post(path, data={"result": "箱子明天到", "_csrf_token": token}, headers=OURS)
    page = Page(refused.text)
    assert (refused.status_code, page.typed("result"), page.actions[0]) == (401, "箱子明天到", path)
    assert 'href="/sign-in"' in refused.text


def test_while_the_database_is_away_what_was_typed_stays(
    client: Client, shared_app: tuple[Litestar, CurrentDatabase]
) -> None:
    token = _token(client)
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/none", pool_size=1)
    before, shared_app[1].current = shared_app[1].current, away
    refused = client.post("/appeal/produce", data={**TYPED, "_csrf_token": token}, headers=OURS)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    page = Page(refused.text)
    assert {name: page.typed(name) for name in TYPED} == TYPED
    shared_app[1].current = before
    assert _send_again(client, page, "/appeal/produce").status_code == 303


def test_a_cookie_that_is_ours_no_more_is_replaced(client: Client) -> None:
    client.cookies.set("csrftoken", "0" * 128)
    answer = client.get("/sign-in", headers=HTML)
    token = Page(answer.text).typed("_csrf_token")
    assert token != "0" * 128
    assert f"csrftoken={token}" in answer.headers["set-cookie"]
    client.cookies.clear()
    client.cookies.set("csrftoken", token)
    assert client.post("/appeal/produce", data={**TYPED, "_csrf_token": token}, headers=HTML).status_code == 200
    assert "set-cookie" not in client.get("/sign-in", headers=HTML).headers


def test_refusals_carry_their_headers_and_are_counted_as_what_they_are(client: Client) -> None:
    forbidden, failed = _count(403), _count(500)
    answers = [
        client.post("/appeal/produce", data=TYPED, headers=HTML),
        client.get("/nothing", headers=HTML),
        client.put("/sign-in", headers=HTML),
        client.get("/v1/nothing"),
    ]
    assert [answer.status_code for answer in answers] == [403, 404, 405, 404]
    for answer in answers:
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert len(answer.headers["x-request-id"]) == 32
    assert answers[0].headers["x-request-id"] in answers[0].text
    assert (_count(403), _count(500)) == (forbidden + 1, failed)


def test_no_body_of_a_form_stays_in_memory(client: Client) -> None:
    before = parse_url_encoded_form_data.cache_info()
    client.post("/appeal/produce", data={**TYPED, "_csrf_token": _token(client)}, headers=HTML)
    assert parse_url_encoded_form_data.cache_info() == before


def test_a_form_is_read_strictly() -> None:
    assert read_form("a=1&b=草+莓&b=%E8%8D%89&c=".encode()) == {"a": "1", "b": ["草 莓", "草"], "c": ""}
    for body in (b"a=%ff", b"\xff=1", b"a=%ed%a0%80", b"a&" * 501):
        with pytest.raises(ValueError):  # one reason is as good as the other
            read_form(body)
    assert texts({"a": ["1", "2"], "b": "3\r\n4\r5", "c": object()}) == {"a": "2", "b": "3\n4\n5"}
    assert several("a") == ["a"]


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("007", 7), ("999999999", 999_999_999), *((text, -1) for text in ("", "-1", "٣", "²", "1e3", "9" * 10))],
)
def test_what_a_page_filled_in(text: str, number: int) -> None:
    assert filled_in(text) == number


@pytest.fixture(autouse=True)
def new_limits() -> None:
    """Reset the limits before each test."""
    _limiters.cache_clear()
