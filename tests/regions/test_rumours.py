"""Rumours: reported by anybody, answered by operators, superseded and never deleted."""

import json
import re
import threading
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from agrimarket.kernel import ratelimit
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import Forbidden
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.principal import Role
from agrimarket.regions.errors import RegionUnknown, RumourAnswered, RumourUnknown
from agrimarket.regions.service import rumour_desk, rumours
from agrimarket.regions.types.rumours import Finding
from tests.factories.accounts import Somebody, a_person
from tests.factories.rumours import SAID, SOURCE, a_rumour, a_word, an_answered_rumour
from tests.support.browser import Browser
from workers.inline import drain

Client = TestClient[Litestar]
JIANGAN, WUHAN = "420102", "420100"


@pytest.fixture(autouse=True)
def _unlimited() -> None:
    ratelimit._limiters.cache_clear()  # pyright: ignore[reportPrivateUsage]


@pytest.fixture
def operator(tree_db: Database) -> Somebody:
    with tree_db.transaction() as session:
        return a_person(session, Role.OPERATOR, name="林值班")


def test_the_same_words_are_one_rumour_in_either_script_and_whatever_stands_between(region_session: Session) -> None:
    first = a_rumour(region_session, "岳阳封城了！", JIANGAN)
    assert [a_rumour(region_session, said, JIANGAN).id for said in ("岳陽封城了", " 岳阳 封城了。")] == [first.id] * 2
    assert rumours.existing(region_session, first.id).reports == 3
    others = [a_rumour(region_session, "岳阳封城了", WUHAN), a_rumour(region_session, "岳阳封城了")]
    assert len({first.id, *(other.id for other in others)}) == 3


def test_one_region_that_does_not_exist_is_refused(region_session: Session) -> None:
    for code in ("999999", "4201", ""):
        with pytest.raises(RegionUnknown):
            a_rumour(region_session, region=code)


def test_many_at_once_report_one_rumour(fresh_db: Database) -> None:
    barrier = threading.Barrier(8)
    found: list[UUID] = []

    def report() -> None:
        barrier.wait()
        with fresh_db.transaction() as session:
            found.append(a_rumour(session).id)

    threads = [threading.Thread(target=report) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with fresh_db.transaction() as session:
        assert len(set(found)) == 1
        assert rumours.existing(session, found[0]).reports == 8


def test_nobody_reads_a_rumour_before_something_is_published(region_session: Session, operator: Somebody) -> None:
    rumour = a_rumour(region_session)
    with pytest.raises(RumourUnknown):
        rumours.read(region_session, rumour.id)
    assert rumours.published(region_session) == []
    told = rumour_desk.publish(region_session, operator.principal, rumour.id, a_word())
    assert rumours.read(region_session, rumour.id) == told
    assert [each.id for each in rumours.published(region_session)] == [rumour.id]


def test_a_later_word_supersedes_and_the_earlier_stays(region_session: Session, operator: Somebody) -> None:
    first = an_answered_rumour(region_session, operator.principal, word=a_word(Finding.UNPROVEN))
    assert first.current is not None
    word = a_word(Finding.TRUE, supersedes=first.current.id)
    second = rumour_desk.publish(region_session, operator.principal, first.id, word)
    assert [each.verdict for each in second.words] == [Finding.TRUE, Finding.UNPROVEN]
    listed = rumours.published(region_session)
    assert [[each.verdict for each in rumour.words] for rumour in listed] == [[Finding.TRUE]]
    for stale in (first.current.id, None, new_id()):
        with pytest.raises(RumourAnswered):
            rumour_desk.publish(region_session, operator.principal, first.id, a_word(supersedes=stale))


def test_two_who_publish_at_once_are_one_word(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        people = [a_person(session, Role.OPERATOR) for _ in range(2)]
        rumour = a_rumour(session)
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def publish(who: Somebody) -> None:
        barrier.wait()
        try:
            with fresh_db.transaction() as session:
                rumour_desk.publish(session, who.principal, rumour.id, a_word())
            outcomes.append("published")
        except RumourAnswered:
            outcomes.append("answered")

    threads = [threading.Thread(target=publish, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["answered", "published"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rebuttal SET why = 'x'",
        "DELETE FROM rebuttal",
        "TRUNCATE rebuttal",
        "DELETE FROM rumour",
        "TRUNCATE rumour CASCADE",
        "INSERT INTO rebuttal (id, rumour_id, verdict, why, authority, source_url, by_id) "
        "SELECT gen_random_uuid(), rumour_id, 'true', 'x', 'x', 'x', by_id FROM rebuttal",
        "INSERT INTO rebuttal (id, rumour_id, verdict, why, authority, source_url, by_id, supersedes_id) "
        "SELECT gen_random_uuid(), (SELECT max(id::text)::uuid FROM rumour m WHERE m.id <> rumour_id), 'true', "
        "'x', 'x', 'x', by_id, id FROM rebuttal",
    ],
)
def test_the_database_keeps_what_was_published(region_session: Session, operator: Somebody, statement: str) -> None:
    an_answered_rumour(region_session, operator.principal)
    a_rumour(region_session, "别的话")
    with pytest.raises(DBAPIError), region_session.begin_nested():
        region_session.connection().execute(text(statement))


def test_only_operators_decide(region_session: Session) -> None:
    rumour, somebody = a_rumour(region_session), a_person(region_session).principal
    for act in (
        lambda: rumour_desk.publish(region_session, somebody, rumour.id, a_word()),
        lambda: rumour_desk.set_aside(region_session, somebody, rumour.id, "x"),
        lambda: rumour_desk.unanswered(region_session, somebody),
        lambda: rumour_desk.at_desk(region_session, somebody, rumour.id),
    ):
        with pytest.raises(Forbidden):
            act()
    assert rumours.existing(region_session, rumour.id).words == ()


def test_the_queue_is_by_how_many_ask_and_what_is_set_aside_leaves_it(tree_db: Database, operator: Somebody) -> None:
    with tree_db.transaction() as session:
        seldom, often, never = (
            a_rumour(session, "很少人问的"),
            a_rumour(session, "很多人问的", times=3),
            a_rumour(session),
        )
        assert next(iter(rumour_desk.unanswered(session, operator.principal))).id == often.id
        assert rumour_desk.waiting(session).count == 3
        rumour_desk.set_aside(session, operator.principal, never.id, "没法核对")
        rumour_desk.publish(session, operator.principal, often.id, a_word())
        assert [each.id for each in rumour_desk.unanswered(session, operator.principal)] == [seldom.id]
        assert a_rumour(session).set_aside_why == "没法核对"
        with pytest.raises(RumourAnswered):
            rumour_desk.set_aside(session, operator.principal, often.id, "x")
    drain(tree_db)
    with tree_db.reading() as session:
        noted = session.connection().execute(text("SELECT action, subject, person_id FROM audit_entry"))
        assert {tuple(row) for row in noted} >= {
            ("rumour.set_aside", encode("rum", never.id), operator.person_id),
            ("rumour.published", encode("rum", often.id), operator.person_id),
        }


def test_programs_read_report_publish_and_supersede(client: Client, operator: Somebody) -> None:
    report = {"said": SAID, "region_code": JIANGAN}
    reported = client.post("/v1/rumours", json=report).json()
    assert reported["current"] is None
    path = f"/v1/rumours/{reported['id']}"
    assert client.get(path).status_code == 404
    assert client.get("/v1/rumours/unanswered", headers=operator.headers).json()["items"][0]["reports"] == 1
    word = {"verdict": "false", "why": "喝酒不能防病毒。", "authority": "疾控中心", "source_url": SOURCE}
    assert client.post(f"{path}/rebuttals", json=word).status_code == 401
    first = client.post(f"{path}/rebuttals", json=word, headers=operator.headers).json()
    again = client.post(f"{path}/rebuttals", json=word, headers=operator.headers)
    assert (again.status_code, again.json()["code"]) == (409, "rumour.answered")
    later = word | {"verdict": "partly", "supersedes": first["current"]["id"]}
    assert client.post(f"{path}/rebuttals", json=later, headers=operator.headers).status_code == 201
    shown = client.get(path).json()
    assert (shown["current"]["verdict"], [old["verdict"] for old in shown["superseded"]]) == ("partly", ["false"])
    assert client.post("/v1/rumours", json=report).json()["current"]["verdict"] == "partly"
    wrong = client.post(f"{path}/rebuttals", json=word | {"source_url": "javascript:x"}, headers=operator.headers)
    assert wrong.status_code == 422


@pytest.mark.parametrize(("region", "count"), [("", 3), (JIANGAN, 3), (WUHAN, 2), ("310000", 1)])
def test_a_region_has_its_own_rumours_and_those_of_what_it_lies_in(
    client: Client, tree_db: Database, operator: Somebody, region: str, count: int
) -> None:
    with tree_db.transaction() as session:
        for said, where in (("各地都在传", None), ("武汉在传的", WUHAN), ("江岸在传的", JIANGAN)):
            an_answered_rumour(session, operator.principal, said, where)
    query = {"region": region} if region else {}
    assert len(client.get("/v1/rumours", params=query).json()["items"]) == count
    page = client.get("/v1/rumours", params={**query, "limit": 1}).json()
    assert len(page["items"]) == 1
    assert (page["next"] is None) == (count == 1)
    assert Browser(client).get(f"/rumours?region={region}").count('<article class="card">') == count
    if region:
        assert client.get(f"/regions/{region}", headers={"Accept": "text/html"}).text.count("疾控中心") == count


def test_a_network_reports_ten_an_hour(client: Client) -> None:
    answers = [client.post("/v1/rumours", json={"said": f"第{number}句话"}) for number in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]


@pytest.mark.parametrize(
    ("language", "verdict"), [("zh-Hant", "不是真的"), ("zh-Hans", "不是真的"), ("en", "Not true")]
)
def test_a_reader_reports_reads_and_so_does_a_search_engine(
    client: Client, tree_db: Database, operator: Somebody, language: str, verdict: str
) -> None:
    browser = Browser(client, language=language)
    browser.get(f"/rumours?region={JIANGAN}")
    browser.post("/rumours", said="不", region_code=JIANGAN)
    assert (browser.status, 'aria-invalid="true">不</textarea>' in browser.page) == (422, True)
    browser.post("/rumours", said=f"{SAID}</script>", region_code=JIANGAN)
    assert browser.status == 200
    assert f"{SAID}&lt;" not in browser.page
    with tree_db.transaction() as session:
        (rumour,) = rumour_desk.unanswered(session, operator.principal)
        rumour_desk.publish(session, operator.principal, rumour.id, a_word())
    browser.post("/rumours", said=f"{SAID}</script>", region_code=JIANGAN)
    assert browser.path == f"/rumours/{encode('rum', rumour.id)}"
    assert verdict in browser.words
    found = re.findall(r'(?s)<script type="application/ld\+json">(.*?)</script>', browser.page)
    review = json.loads(found[0])
    assert (review["@type"], review["claimReviewed"]) == ("ClaimReview", f"{SAID}</script>")
    assert (review["reviewRating"]["ratingValue"], review["reviewRating"]["alternateName"]) == (1, verdict)
    assert (review["author"]["name"], review["author"]["url"]) == ("疾控中心", SOURCE)
    assert review["url"].endswith(browser.path)


def test_what_nobody_knows_has_no_number(client: Client, tree_db: Database, operator: Somebody) -> None:
    with tree_db.transaction() as session:
        rumour = an_answered_rumour(session, operator.principal, word=a_word(Finding.UNPROVEN))
    page = Browser(client).get(f"/rumours/{encode('rum', rumour.id)}")
    assert "ratingValue" not in page
    assert "Not proven" in page


def test_a_published_word_is_on_the_regions_page_at_the_next_request(
    client: Client, tree_db: Database, operator: Somebody
) -> None:
    browser = Browser(client)
    assert SAID not in browser.get(f"/regions/{JIANGAN}")
    with tree_db.transaction() as session:
        an_answered_rumour(session, operator.principal, region=JIANGAN)
    page = browser.get(f"/regions/{JIANGAN}")
    assert page.index("Can I buy?") < page.index(SAID) < page.index("What is in force")
