"""Restrictions in force in a region, and their page."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.kernel.keeping import Kept
from agrimarket.regions.service import restrictions, serviceability
from agrimarket.regions.types.restrictions import Verdict
from tests.factories import regions as factory

Client = TestClient[Litestar]
JIANGAN, DONGGANG = "420102", "210681"


@pytest.mark.parametrize("communities", [[], ["江岸区"], ["全区"], ["全区", " "]])
def test_ways_to_say_all_of_it(region_session: Session, communities: list[str]) -> None:
    factory.close(region_session, *communities)
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.CLOSED


@pytest.mark.parametrize(
    ("communities", "verdict", "listed"),
    [(["甲小区", " "], Verdict.PARTIAL, ["甲小区"]), ([" ", "　", "、"], Verdict.OPEN, []), ([""], Verdict.OPEN, [])],
)
def test_a_blank_is_no_community(
    region_session: Session, communities: list[str], verdict: Verdict, listed: list[str]
) -> None:
    factory.close(region_session, *communities)
    status = restrictions.status(region_session, JIANGAN)
    assert status.verdict is verdict
    assert [name for entry in status.restrictions for name in entry.communities] == listed
    assert serviceability.between(region_session, DONGGANG, JIANGAN, "乙小区").verdict is Verdict.OPEN


def test_a_closed_prefecture_closes_its_counties(region_session: Session) -> None:
    factory.close(region_session, "全域", area="湖北省 武汉市 市辖区")
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.CLOSED
    assert serviceability.between(region_session, DONGGANG, JIANGAN, "汉口花园").verdict is Verdict.CLOSED


def test_what_lies_in_a_region_makes_it_partial(region_session: Session) -> None:
    factory.close(region_session, "全域")
    for code in ("420100", "420000"):
        status = restrictions.status(region_session, code)
        assert status.verdict is Verdict.PARTIAL
        assert [(r.region_code, r.communities) for r in status.restrictions] == [(JIANGAN, [])]
    assert restrictions.status(region_session, "430000").verdict is Verdict.OPEN


@pytest.mark.parametrize(
    ("language", "verdict"),
    [("zh-Hant", "部分小區暫停收貨"), ("zh-Hans", "部分小区暂停收货"), ("en", "Some communities are closed")],
)
def test_the_page_of_a_region(client: Client, tree_db: Database, language: str, verdict: str) -> None:
    with tree_db.transaction() as session:
        factory.close(session, "百步亭花园社区", "<script>")
    page = client.get("/regions/420102", headers={"Accept": "text/html", "Accept-Language": language})
    assert page.status_code == 200
    assert verdict in page.text
    assert "百步亭花园社区" in page.text
    assert "2022120108" in page.text
    assert "<script>" not in page.text


def test_the_page_answers_for_ones_own_community_and_stays_small(client: Client, tree_db: Database) -> None:
    with tree_db.transaction() as session:
        factory.close(session, *(f"第{number}小区" for number in range(5_000)))
    headers = {"Accept": "text/html", "Accept-Language": "zh-Hans"}
    page = client.get("/regions/420102", headers=headers)
    assert len(page.content) < 30_000
    assert "5,000" in page.text
    closed = client.get("/regions/420102", params={"community": "第4999小区"}, headers=headers).text
    assert "“第4999小区”在暂停收货的范围里" in closed
    assert (
        "“汉口花园”不在名单上" in client.get("/regions/420102", params={"community": "汉口花园"}, headers=headers).text
    )


def test_a_status_is_kept_until_something_changes(region_session: Session, statements: list[str]) -> None:
    kept = Kept()
    statements.clear()
    first = restrictions.kept_status(region_session, kept, JIANGAN)
    assert restrictions.kept_status(region_session, kept, JIANGAN) is first
    assert len(statements) == 2
    assert "closed_community" not in statements[1]
    factory.close(region_session, "百步亭花园社区")
    assert restrictions.kept_status(region_session, kept, JIANGAN).verdict is Verdict.PARTIAL


def test_a_status_that_is_known_is_not_sent_again(client: Client, tree_db: Database) -> None:
    path, language = f"/v1/regions/{JIANGAN}/status", {"Accept-Language": "zh-Hant"}
    first = client.get(path, headers=language)
    assert first.json()["region"]["title"] == "湖北省武漢市江岸區"
    known = language | {"If-None-Match": first.headers["etag"]}
    assert client.get(path, headers=known).status_code == 304
    assert client.get(path, headers={**known, "Accept-Language": "en"}).status_code == 200
    with tree_db.transaction() as session:
        factory.close(session, "百步亭花园社区")
    changed = client.get(path, headers=known)
    assert (changed.status_code, changed.json()["verdict"]) == (200, "partial")
