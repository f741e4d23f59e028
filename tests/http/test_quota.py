"""How many requests one network may make, and what it is told of them."""

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.app import create_app
from agrimarket.http.quota import SECONDS, Quota
from agrimarket.kernel.db import Database
from agrimarket.settings import get_settings

LIMIT = 5


@pytest.fixture
def few(db: Database) -> Iterator[TestClient[Litestar]]:
    """A client of an application that answers five requests a minute, behind one proxy."""
    settings = get_settings().model_copy(update={"requests_per_minute": LIMIT, "trusted_proxies": 1})
    with TestClient(create_app(settings, db)) as client:
        yield client


def _from(address: str) -> dict[str, str]:
    return {"x-forwarded-for": address}


def test_each_answer_tells_what_is_left(few: TestClient[Litestar]) -> None:
    answers = [few.get("/v1/products", headers=_from("203.0.113.7")) for _ in range(LIMIT)]
    assert {each.headers["ratelimit-policy"] for each in answers} == {f'"requests";q={LIMIT};w={SECONDS}'}
    left = [each.headers["ratelimit"].split(";")[1] for each in answers]
    assert left == [f"r={number}" for number in reversed(range(LIMIT))]


def test_one_too_many_is_refused_until_the_minute_is_over(few: TestClient[Litestar]) -> None:
    for _ in range(LIMIT):
        few.get("/v1/products", headers=_from("203.0.113.7"))
    refused = few.get("/v1/products", headers={**_from("203.0.113.7"), "accept-language": "en"})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert 1 <= int(refused.headers["retry-after"]) <= SECONDS
    assert refused.headers["ratelimit"].startswith('"requests";r=0;')
    assert refused.headers["access-control-allow-origin"] == "*"
    assert few.get("/v1/products", headers=_from("203.0.113.8")).status_code == 200


def test_an_ipv6_subscriber_is_one_network(few: TestClient[Litestar]) -> None:
    statuses = [few.get("/v1/products", headers=_from(f"2001:db8::{last}")).status_code for last in range(LIMIT + 1)]
    assert statuses == [200] * LIMIT + [429]
    assert few.get("/v1/products", headers=_from("2001:db8:0:1::1")).status_code == 200


def test_what_tells_whether_we_live_is_never_refused(few: TestClient[Litestar]) -> None:
    assert {few.get("/health").status_code for _ in range(LIMIT * 3)} == {200}
    assert "ratelimit" not in few.get("/health").headers


def test_a_minute_later_all_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("agrimarket.http.quota.time.monotonic", lambda: now)
    quota = Quota(1)
    assert [quota.take("a")[0], quota.take("a")[0], quota.take("b")[0]] == [True, False, True]
    now += SECONDS
    assert quota.take("a")[0]


def test_a_limit_of_its_own_tells_its_policy(client: TestClient[Litestar]) -> None:
    refused = [client.post("/v1/auth/codes", json={"phone": "+8613800139123"}) for _ in range(6)][-1]
    assert refused.status_code == 429
    policies = refused.headers.get_list("ratelimit-policy")
    assert '"codes";q=5;w=3600' in policies
    assert any(each.startswith('"codes";r=0;') for each in refused.headers.get_list("ratelimit"))
    assert refused.json()["details"] == {"act": "codes", "quota": 5, "seconds": 3600}
