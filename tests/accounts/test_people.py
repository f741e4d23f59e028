"""People: what they see and change of themselves."""

from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel.db import Database
from tests.factories.accounts import a_buyer, a_seller
from tests.support.page import submit

Client = TestClient[Litestar]
HTML = {"accept": "text/html", "accept-language": "en"}


def test_a_person_changes_their_name_and_language(client: Client, db: Database) -> None:
    with db.transaction() as session:
        people = [a_seller(session), a_buyer(session)]
    for person in people:
        answer = client.patch("/v1/me", json={"language": "zh-Hant"}, headers=person.headers)
        assert answer.json()["language"] == "zh-Hant"
        assert answer.json()["display_name"]
    assert client.patch("/v1/me", json={"language": "fr"}, headers=people[0].headers).status_code == 422


def test_the_language_is_remembered_for_pages(client: Client) -> None:
    answer = submit(client, "/language", language="zh-Hant", next="/sign-in")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert 'lang="zh-Hant"' in client.get("/sign-in", headers=HTML).text
    submit(client, "/language", language="xx")
    assert 'lang="zh-Hant"' in client.get("/sign-in", headers=HTML).text
