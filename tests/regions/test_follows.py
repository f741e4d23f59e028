"""Following a region: one text a notice to everybody whom it concerns, and a link in it that ends it."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import encode
from agrimarket.regions.errors import FollowsTooMany, RegionUnknown
from agrimarket.regions.events import RestrictionsChanged
from agrimarket.regions.service import bulletins, follows
from tests.factories import regions as factory
from tests.factories.accounts import a_person
from tests.factories.follows import a_follow
from tests.support.browser import Browser
from workers.inline import drain

Client = TestClient[Litestar]
JIANGAN, WUHAN, HUBEI, DONGGANG = "420102", "420100", "420000", "210681"


def _changed(*codes: str) -> RestrictionsChanged:
    return RestrictionsChanged(bulletin_number="2022120208", opened=[], closed=list(codes))


def _texts(db: Database) -> list[tuple[str, str]]:
    with db.reading() as session:
        rows = session.connection().execute(
            text("SELECT params->>'region_name' AS name, channel FROM notification WHERE template = 'region_changed'")
        )
        return sorted((row.name, row.channel) for row in rows)


@pytest.mark.parametrize(
    ("followed", "changed", "told"),
    [
        (JIANGAN, JIANGAN, 1),
        (JIANGAN, WUHAN, 1),
        (JIANGAN, HUBEI, 1),
        (WUHAN, JIANGAN, 1),
        (HUBEI, JIANGAN, 1),
        (HUBEI, WUHAN, 1),
        (WUHAN, HUBEI, 1),
        (JIANGAN, "420103", 0),
        (JIANGAN, "420500", 0),
        (WUHAN, "420500", 0),
        (HUBEI, "430000", 0),
        (DONGGANG, JIANGAN, 0),
    ],
)
def test_whom_a_change_concerns(region_session: Session, followed: str, changed: str, told: int) -> None:
    a_follow(region_session, a_person(region_session).principal, followed)
    assert follows.tell(region_session, _changed(changed)) == told


def test_following_twice_is_once_and_a_code_must_exist(region_session: Session) -> None:
    who = a_person(region_session).principal
    assert a_follow(region_session, who) == a_follow(region_session, who)
    assert len(follows.mine(region_session, who)) == 1
    for act in (follows.begin, follows.end):
        with pytest.raises(RegionUnknown):
            act(region_session, who, "999999")


def test_one_person_follows_fifty_at_most(region_session: Session) -> None:
    who = a_person(region_session).principal
    codes = [region.code for region in factory.tree() if region.level == "county"][: follows.MOST + 1]
    for code in codes[:-1]:
        follows.begin(region_session, who, code)
    with pytest.raises(FollowsTooMany):
        follows.begin(region_session, who, codes[-1])
    follows.begin(region_session, who, codes[0])
    follows.end(region_session, who, codes[0])
    follows.begin(region_session, who, codes[-1])


def test_one_text_a_notice_however_many_regions_changed(tree_db: Database) -> None:
    with tree_db.transaction() as session:
        many, one, other = (a_person(session).principal for _ in range(3))
        for code in (JIANGAN, WUHAN, HUBEI):
            follows.begin(session, many, code)
        follows.begin(session, one, WUHAN)
        follows.begin(session, other, DONGGANG)
        notice = factory.notice(high={"湖北省 武汉市 江岸区": ["甲"], "湖北省 武汉市 江汉区": ["乙"]})
        bulletins.import_notice(session, notice, source="test")
    drain(tree_db)
    expected = [
        ("武汉市", "in_app"),
        ("武汉市", "sms"),
        ("湖北省、武汉市、江岸区", "in_app"),
        ("湖北省、武汉市、江岸区", "sms"),
    ]
    assert _texts(tree_db) == sorted(expected)
    with tree_db.transaction() as session:
        bulletins.import_notice(session, notice, source="test")
    drain(tree_db)
    assert len(_texts(tree_db)) == 4


def test_the_text_says_what_holds_now(tree_db: Database) -> None:
    with tree_db.transaction() as session:
        a_follow(session, a_person(session, language="en").principal)
        factory.close(session, "甲", hour="2022-12-01 08时")
        factory.close(session, hour="2022-12-02 08时")
        factory.close(session, "甲", area="湖北省 武汉市 江汉区", hour="2022-12-03 08时")
    drain(tree_db)
    with tree_db.reading() as session:
        rows = session.connection().execute(
            text("SELECT params FROM notification WHERE channel = 'sms' ORDER BY params->>'bulletin_number'")
        )
        # All three were handled after the last of them, whose state they tell.
        assert [row.params["verdict"] for row in rows] == ["open"] * 3


def test_a_link_ends_the_texts_without_signing_in(client: Client, tree_db: Database) -> None:
    with tree_db.transaction() as session:
        who = a_person(session).principal
        follow_id = a_follow(session, who)
    browser = Browser(client)
    href = f"/follows/{encode('fol', follow_id)}"
    browser.get(href)
    assert "Jiang'an" in browser.words
    with tree_db.reading() as session:
        assert len(follows.mine(session, who)) == 1
    browser.post(f"{href}/end")
    assert browser.path == f"/regions/{JIANGAN}"
    with tree_db.reading() as session:
        assert follows.mine(session, who) == []
        with pytest.raises(NotFound):
            follows.read(session, follow_id)
    browser.get(href)
    assert browser.status == 404


def test_the_button_and_the_list(client: Client, tree_db: Database) -> None:
    with tree_db.transaction() as session:
        somebody = a_person(session)
    browser = Browser(client)
    assert f'href="/sign-in?next=/regions/{JIANGAN}"' in browser.get(f"/regions/{JIANGAN}")
    browser.become(somebody.token)
    assert "You follow no region yet" in browser.get("/me/regions")
    browser.get(f"/regions/{JIANGAN}")
    browser.post(f"/regions/{JIANGAN}/follow")
    assert "You follow this" in browser.words
    assert "/me/regions" in browser.get("/me")
    browser.get("/me/regions")
    assert "Jiang'an, Wuhan, Hubei" in browser.words
    browser.post(f"/regions/{JIANGAN}/unfollow")
    assert "Tell me when it changes" in browser.words


def test_programs_follow_for_their_owner(client: Client, tree_db: Database) -> None:
    with tree_db.transaction() as session:
        somebody, other = a_person(session), a_person(session)
    path = f"/v1/regions/{JIANGAN}/follow"
    assert client.put(path).status_code == 401
    assert client.put(path, headers=somebody.headers).status_code == 204
    items = client.get("/v1/me/regions", headers=somebody.headers).json()["items"]
    assert [each["region"]["code"] for each in items] == [JIANGAN]
    assert client.get("/v1/me/regions", headers=other.headers).json()["items"] == []
    assert client.delete(path, headers=other.headers).status_code == 204
    assert len(client.get("/v1/me/regions", headers=somebody.headers).json()["items"]) == 1
    assert client.delete(path, headers=somebody.headers).status_code == 204
    assert client.get("/v1/me/regions", headers=somebody.headers).json()["items"] == []
