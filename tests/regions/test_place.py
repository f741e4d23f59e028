"""The place to which a reader wants things sent: chosen by typing or by steps, and remembered in a cookie."""

from html import unescape
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel.db import Database
from tests.factories import regions
from tests.support.page import submit

Client = TestClient[Litestar]
ENGLISH = {"accept": "text/html", "accept-language": "en"}


@pytest.fixture(autouse=True)
def _tree(db: Database) -> None:
    with db.transaction() as session:
        regions.load_tree(session)


def chosen(answer: Any) -> str:
    """The place that an answer remembers, "" where it remembers none."""
    cookies = [line for line in answer.headers.get_list("set-cookie") if line.startswith("place=")]
    return cookies[0].partition(";")[0].removeprefix("place=") if cookies else ""


def test_a_typed_place_is_remembered_and_leads_back(client: Client) -> None:
    answer = submit(client, "/place", to="武汉 武昌", next="/?q=莓")
    assert (answer.status_code, unescape(answer.headers["location"])) in {(303, "/?q=莓"), (303, "/?q=%E8%8E%93")}
    (line,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith("place=")]
    assert line.startswith("place=420106")
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in line.split(";")}
    assert submit(client, "/place", code="420106", next="//elsewhere.example").headers["location"] == "/"


def test_a_place_that_is_not_sure_is_asked_for_again(client: Client) -> None:
    answer = submit(client, "/place", to="朝阳", next="/")
    assert (answer.status_code, chosen(answer)) == (422, "")
    assert 'value="110105"' in answer.text
    assert 'value="朝阳"' in answer.text
    assert submit(client, "/place", to="", next="/").status_code == 422
    assert submit(client, "/place", code="999999", next="/").status_code == 404


def test_by_steps_one_comes_from_a_province_to_a_county(client: Client) -> None:
    assert "/place?within=420000&next=%2F#steps" in unescape(client.get("/place?next=/", headers=ENGLISH).text)
    assert "/place?within=420100" in unescape(client.get("/place?within=420000", headers=ENGLISH).text)
    assert 'name="code" value="420106"' in client.get("/place?within=420100", headers=ENGLISH).text
    wide = submit(client, "/place", code="420000", next="/")
    assert (wide.headers["location"], chosen(wide)) == ("/place?within=420000&next=%2F", "")


def test_a_place_can_be_forgotten(client: Client) -> None:
    page = client.get("/place", headers=ENGLISH | {"cookie": "place=420106"}).text
    assert "Wuchang" in page
    assert 'name="forget"' in page
    answer = submit(client, "/place", forget="yes", next="/")
    (line,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith("place=")]
    assert "max-age=0" in line.lower()
