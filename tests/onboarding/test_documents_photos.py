"""Photos of an appeal, and documents as pictures."""

import io
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from PIL import Image
from sqlalchemy import text

from agrimarket.accounts.service import audit
from agrimarket.integrations.storage import FolderStorage
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.onboarding.documents import previews
from agrimarket.onboarding.errors import DocumentUnreadable
from agrimarket.onboarding.flows import documents as flows
from agrimarket.onboarding.service import documents
from tests.factories import onboarding as make
from tests.factories.files import jpeg, pdf
from tests.support import tus

HTML = {"Accept": "text/html", "Accept-Language": "zh-Hans"}


@pytest.fixture
def client(client_with_files: TestClient[Litestar]) -> TestClient[Litestar]:
    """A client whose files are only this test's."""
    return client_with_files


@pytest.fixture
def appeal_id(placed: Database, farmer: make.SignedIn) -> str:
    """A strawberry grower's appeal."""
    with placed.transaction() as session:
        return ids.encode("apl", make.file_appeal(session, farmer.principal.person_id).appeal.id)


def _photo(client: TestClient[Litestar], who: make.SignedIn, appeal_id: str, content: bytes, name: str = "a.jpg"):
    return tus.whole(client, who, appeal_id, content, name, kind="appeal")


def _page(client: TestClient[Litestar], who: make.SignedIn, path: str) -> tuple[str, str]:
    """Text of a page, and its CSRF token."""
    client.cookies.set("session", who.token)
    page = client.get(path, headers=HTML).text
    return page, page.split('name="_csrf_token" value="')[1].split('"')[0]


def test_a_photo_goes_up_in_parts_and_is_shown(
    client: TestClient[Litestar], farmer: make.SignedIn, appeal_id: str
) -> None:
    photo = jpeg(900)
    path = tus.begin(client, farmer, appeal_id, len(photo), kind="appeal").headers["location"]
    assert tus.send(client, farmer, path, 0, photo[:700]).status_code == 204
    assert client.get(f"/v1/appeals/{appeal_id}", headers=farmer.headers).json()["photos"] == []
    assert tus.send(client, farmer, path, 700, photo[700:]).status_code == 204
    shown = client.get(f"/v1/appeals/{appeal_id}", headers=farmer.headers).json()["photos"]
    assert shown == [path.rsplit("/", 1)[1]]
    small = client.get(f"{path}/preview", headers=farmer.headers)
    image = Image.open(io.BytesIO(small.content))
    assert (small.headers["content-type"], image.size, dict(image.getexif())) == ("image/webp", (320, 320), {})
    assert client.get(f"{path}/preview?side=1200", headers=farmer.headers).status_code == 200
    assert client.get(f"{path}/preview?side=5000", headers=farmer.headers).status_code == 422
    assert client.get(f"{path}/preview?page=2", headers=farmer.headers).status_code == 404


def test_the_same_again_joins_with_its_photos(
    client: TestClient[Litestar], farmer: make.SignedIn, appeal_id: str
) -> None:
    _photo(client, farmer, appeal_id, jpeg())
    again = client.post("/v1/appeals", json=make.appeal_body(), headers=farmer.headers).json()
    assert (again["id"], again["joined"], len(again["photos"])) == (appeal_id, True, 1)
    _, twice = _photo(client, farmer, appeal_id, jpeg(place=False))
    assert (twice.status_code, twice.headers["location"].rsplit("/", 1)[1]) == (204, again["photos"][0])


def test_only_photos_only_so_many_only_while_it_is_open(
    client: TestClient[Litestar], farmer: make.SignedIn, appeal_id: str, placed: Database, folder: Path
) -> None:
    for content, name in ((pdf(), "a.pdf"), (b"<svg/>", "a.jpg")):
        _, refused = _photo(client, farmer, appeal_id, content, name)
        assert refused.status_code == 415, refused.text
    for number in range(documents.MOST_PHOTOS):
        assert _photo(client, farmer, appeal_id, jpeg(colour=f"hsl({50 * number}, 90%, 50%)"))[1].status_code == 204
    over = tus.begin(client, farmer, appeal_id, 5, kind="appeal")
    assert (over.status_code, over.json()["code"]) == (409, "document.too_many")
    first = client.get(f"/v1/appeals/{appeal_id}", headers=farmer.headers).json()["photos"][0]
    assert client.delete(f"/v1/documents/{first}", headers=farmer.headers).status_code == 204
    assert client.delete(f"/v1/documents/{first}", headers=farmer.headers).status_code == 404
    assert tus.begin(client, farmer, appeal_id, 5, kind="appeal").status_code == 201
    second = client.get(f"/v1/appeals/{appeal_id}", headers=farmer.headers).json()["photos"][0]
    client.post(f"/v1/appeals/{appeal_id}/close", headers=farmer.headers)
    assert client.delete(f"/v1/documents/{second}", headers=farmer.headers).status_code == 409
    with placed.reading() as session:
        count = session.connection().execute(text("SELECT count(*) FROM document WHERE state = 'stored'"))
        assert count.scalar_one() == documents.MOST_PHOTOS - 1
        topics = session.connection().execute(text("SELECT topic FROM outbox_message")).scalars().all()
    assert "appeal.forgotten" in topics
    closed = tus.begin(client, farmer, appeal_id, 5, kind="appeal")
    assert (closed.status_code, closed.json()["code"]) == (409, "appeal.closed")
    flows.erase_photos(placed, FolderStorage(folder), ids.decode("apl", appeal_id))
    assert [each for each in folder.rglob("*") if each.is_file()] == []


def test_photos_are_for_their_farmer_and_operators_who_are_noted(
    client: TestClient[Litestar], farmer: make.SignedIn, reviewer: make.SignedIn, appeal_id: str, placed: Database
) -> None:
    path, _ = _photo(client, farmer, appeal_id, jpeg())
    other = make.sign_in(placed, 4)
    assert tus.begin(client, other, appeal_id, 5, kind="appeal").status_code == 404
    for answer in (
        client.get(path, headers=other.headers),
        client.get(f"{path}/content", headers=other.headers),
        client.get(f"{path}/preview", headers=other.headers),
        client.delete(path, headers=other.headers),
        client.delete(path, headers=reviewer.headers),
    ):
        assert answer.status_code == 404
    assert client.get(f"{path}/preview", headers=reviewer.headers).status_code == 200
    with placed.reading() as session:
        lines = audit.entries(session, subject=appeal_id)
    opened = [line.person_id for line in lines if line.action == "application.document_opened"]
    assert opened == [reviewer.principal.person_id]


def test_withdrawal_erases_the_photos_and_their_pictures(
    client: TestClient[Litestar], farmer: make.SignedIn, appeal_id: str, placed: Database, folder: Path
) -> None:
    path, _ = _photo(client, farmer, appeal_id, jpeg())
    client.get(f"{path}/preview", headers=farmer.headers)
    begin = {"kind": "farmer", "appeal_id": appeal_id}
    application_id = client.post("/v1/applications", json=begin, headers=farmer.headers).json()["id"]
    tus.whole(client, farmer, application_id, pdf(), "a.pdf")
    client.post(f"/v1/applications/{application_id}/withdraw", headers=farmer.headers)
    flows.erase(placed, FolderStorage(folder), ids.decode("app", application_id))
    assert [each for each in folder.rglob("*") if each.is_file()] == []
    assert client.get(path, headers=farmer.headers).status_code == 404


def test_the_page_takes_several_and_says_what_it_cannot_keep(
    client: TestClient[Litestar], farmer: make.SignedIn, appeal_id: str
) -> None:
    path = f"/appeals/{appeal_id}"
    page, token = _page(client, farmer, path)
    assert 'enctype="multipart/form-data"' in page
    none = client.post(f"{path}/photos", data={"_csrf_token": token}, files={"photos": ("", b"")}, headers=HTML)
    assert none.status_code == 422
    assert 'href="#photos"' in none.text
    chosen = [("photos", ("一.jpg", jpeg(colour=colour))) for colour in ("red", "green")]
    several = client.post(f"{path}/photos", data={"_csrf_token": token}, files=chosen, headers=HTML)
    assert several.status_code == 200, several.text
    assert several.text.count("/preview") == 2
    mixed = [("photos", ("a.jpg", b"no photo")), ("photos", ("b.jpg", jpeg(colour="blue")))]
    partly = client.post(f"{path}/photos", data={"_csrf_token": token}, files=mixed, headers=HTML)
    assert partly.status_code == 415
    assert partly.text.count("/preview") == 3
    assert "打不开" in partly.text or "无法打开" in partly.text or "不是" in partly.text
    photo = client.get(f"/v1{path}", headers=farmer.headers).json()["photos"][0]
    left = client.post(f"/documents/{photo}/remove", data={"_csrf_token": token}, headers=HTML)
    assert left.text.count("/preview") == 2


def test_a_photo_that_is_there_comes_by_the_page_again(
    client: TestClient[Litestar], farmer: make.SignedIn, appeal_id: str
) -> None:
    path = f"/appeals/{appeal_id}"
    _, token = _page(client, farmer, path)
    for _ in range(2):
        chosen = [("photos", ("一.jpg", jpeg()))]
        again = client.post(
            f"{path}/photos", data={"_csrf_token": token}, files=chosen, headers=HTML, follow_redirects=False
        )
        assert again.status_code == 303, again.text
    assert len(client.get(f"/v1{path}", headers=farmer.headers).json()["photos"]) == 1


def test_a_page_of_a_pdf_is_drawn_elsewhere(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn
) -> None:
    with placed.transaction() as session:
        application_id = ids.encode("app", make.draft(session, farmer.principal, {}).application.id)
    path, _ = tus.whole(client, farmer, application_id, pdf(2), "licence.pdf")
    assert client.get(path, headers=farmer.headers).json()["pages"] == 2
    for number in (1, 2):
        drawn = client.get(f"{path}/preview?page={number}&side=1200", headers=farmer.headers)
        assert Image.open(io.BytesIO(drawn.content)).size == (1_200, 1_200)
    assert client.get(f"{path}/preview?page=3", headers=farmer.headers).status_code == 404
    assert client.delete(path, headers=farmer.headers).status_code == 404
    with pytest.raises(DocumentUnreadable):
        previews.draw(b"%PDF-1.7 hardly", "application/pdf", 1, 320)
