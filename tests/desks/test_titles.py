"""A page is titled with the words of the link that leads there: navigation, homes, desks, and the foot of each page."""

from html.parser import HTMLParser
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts.service import people as accounts
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES
from agrimarket.kernel.principal import Role
from tests.factories import onboarding as make
from tests.factories.accounts import Somebody, a_person, signed_in
from tests.factories.coaching import a_coach
from tests.factories.orders import a_market, a_purchase, authorise
from workers.inline import drain

Client = TestClient[Litestar]


class Links(HTMLParser):
    """Links of a page: address, words without what stands in tags beside them, and whether it is marked as here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.title = ""
        self.found: list[tuple[str, str, str, str]] = []
        """Region of the page, address, words, mark."""
        self._within: list[str] = []
        self._address = self._words = self._mark = ""
        self._reading = self._beside = self._button = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("nav", "main", "footer", "title"):
            self._within.append(tag)
        if tag == "a":
            self._reading, self._words = True, ""
            self._address, self._mark = given.get("href", ""), given.get("aria-current", "")
            self._button = "button" in given.get("class", "")
        elif self._reading and tag in ("span", "small", "svg"):
            self._beside = True

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()
        if tag in ("span", "small", "svg"):
            self._beside = False
        if tag == "a":
            self._reading = False
            if not self._button:
                where = self._within[-1] if self._within else ""
                self.found.append((where, self._address, " ".join(self._words.split()), self._mark))

    def handle_data(self, data: str) -> None:
        if self._within[-1:] == ["title"]:
            self.title += data
        elif self._reading and not self._beside:
            self._words += data

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        pass


def _page(client: Client, path: str, language: str) -> Links:
    answer = client.get(path, headers={"accept": "text/html", "accept-language": language})
    assert answer.status_code == 200, path
    return Links(answer.text)


def _everybody(db: Database) -> dict[str, Somebody]:
    with db.transaction() as session:
        market = a_market(session)
        authorise(session, a_purchase(session, market))
        grower = a_person(session)
        make.file_appeal(session, grower.person_id)
        make.submitted(session, grower.principal, 11)
        people = {
            "grower": grower,
            "seller": signed_in(session, market.sellers[0].person_id),
            "buyer": market.buyer,
            "operator": a_person(session, Role.OPERATOR, Role.INTEGRATOR),
            "coach": a_coach(session),
        }
    drain(db)
    return people


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_is_titled_as_the_link_that_leads_there(client: Client, db: Database, language: str) -> None:
    followed: set[tuple[str, str]] = set()
    for name, who in [("visitor", None), *_everybody(db).items()]:
        client.cookies.clear()
        if who is not None:
            client.cookies.set("session", who.token)
        starts = {"operator": ["/desk", "/me"], "coach": ["/coach", "/me"], "visitor": ["/"]}.get(name, ["/me"])
        for start in [*starts, *(["/applications", "/orders", "/sell/orders"] if who else [])]:
            if client.get(start, headers={"accept": "text/html"}, follow_redirects=False).status_code != 200:
                continue
            for where, address, words, _ in _page(client, start, language).found:
                listed = where == "main" and start not in ("/", "/coach") and "←" not in words
                if not address.startswith("/") or not (where in ("nav", "footer") or listed) or not words:
                    continue
                title = _page(client, address, language).title.rpartition(" · ")[0]
                assert title == words, (name, start, address)
                followed.add((name, address))
    assert {("visitor", "/appeal"), ("operator", "/review"), ("coach", "/coach"), ("buyer", "/orders")} <= followed
    assert len(followed) > 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_navigation_is_five_words_at_most_and_marks_where_one_is(client: Client, db: Database, language: str) -> None:
    people = _everybody(db)
    with db.transaction() as session:
        people["all at once"] = a_coach(session)
        accounts.grant_role(session, people["all at once"].person_id, Role.OPERATOR)
        people["all at once"] = signed_in(session, people["all at once"].person_id)
    for name, who in [("visitor", None), *people.items()]:
        client.cookies.clear()
        if who is not None:
            client.cookies.set("session", who.token)
        nav = [link for link in _page(client, "/", language).found if link[0] == "nav" and link[1] != "/"]
        assert len(nav) <= 4, name
        for _, address, words, _ in nav:
            target = _page(client, address, language)
            marked = [link[2] for link in target.found if link[0] == "nav" and link[3] and link[2] == words]
            assert marked == [words], (name, address)


def test_a_page_deeper_down_marks_where_it_belongs(client: Client, db: Database) -> None:
    people = _everybody(db)
    client.cookies.set("session", people["operator"].token)
    for path, address in (
        ("/review/appeals", "/desk"),
        ("/desk/staff", "/desk"),
        ("/regions/420102", "/regions"),
        ("/orders", "/me"),
    ):
        marked = [link[1] for link in _page(client, path, "en").found if link[0] == "nav" and link[3] == "true"]
        assert address in marked, path
