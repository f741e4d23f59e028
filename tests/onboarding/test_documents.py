"""Documents: resumable, encoded anew, refused clearly, seen by few."""

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import text

from agrimarket.accounts.service import audit
from agrimarket.integrations.apart import pool
from agrimarket.integrations.storage import FolderStorage
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.onboarding.documents import files, previews
from agrimarket.onboarding.errors import (
    DocumentLocked,
    DocumentTooLarge,
    DocumentTooManyPages,
    DocumentTooManyPixels,
    DocumentUnreadable,
)
from agrimarket.onboarding.flows import documents as flows
from agrimarket.onboarding.service import documents
from tests.factories import onboarding as make
from tests.factories.files import jpeg, pdf
from tests.integrations.damage import COUNT, damaged
from tests.integrations.pictures import picture
from tests.support import tus

DAMAGED = Path(__file__).parents[1] / "integrations" / "damaged"


@pytest.fixture
def client(client_with_files: TestClient[Litestar]) -> TestClient[Litestar]:
    """A client whose files are only this test's."""
    return client_with_files


@pytest.fixture
def application_id(placed: Database, farmer: make.SignedIn) -> str:
    """A draft."""
    with placed.transaction() as session:
        return ids.encode("app", make.draft(session, farmer.principal, {}).application.id)


def test_an_upload_goes_on_where_it_stopped(
    client: TestClient[Litestar], farmer: make.SignedIn, application_id: str, folder: Path
) -> None:
    photo = jpeg(800)
    begun = tus.begin(client, farmer, application_id, len(photo), "../../大棚\u202e.jpg")
    assert (begun.status_code, begun.json()["name"]) == (201, "大棚.jpg")
    path, offset = begun.headers["location"], 0
    for size in (1000, 1, 2000):
        sent = tus.send(client, farmer, path, offset, photo[offset : offset + size])
        assert sent.status_code == 204, sent.text
        offset += size
        there = client.head(path, headers=farmer.headers)
        assert (there.headers["upload-offset"], there.headers["upload-length"]) == (str(offset), str(len(photo)))
    stale = tus.send(client, farmer, path, 0, photo[:10])
    assert (stale.status_code, stale.json()["details"]["offset"]) == (409, offset)
    assert tus.send(client, farmer, path, offset, photo[offset:]).status_code == 204
    assert client.get(path, headers=farmer.headers).json()["state"] == "stored"
    kept = client.get(f"{path}/content", headers=farmer.headers)
    assert kept.headers["content-type"] == "image/webp"
    assert "sandbox" in kept.headers["content-security-policy"]
    image = Image.open(io.BytesIO(kept.content))
    assert (image.format, dict(image.getexif())) == ("WEBP", {})
    assert [each.name for each in folder.rglob("*") if each.is_file() and "uploads" in str(each)] == []


def test_the_last_part_is_finished_whatever_happens(
    client: TestClient[Litestar], farmer: make.SignedIn, application_id: str, placed: Database, folder: Path
) -> None:
    """A process that ends between the last byte and the check leaves an event that finishes it."""
    photo = jpeg()
    path = tus.begin(client, farmer, application_id, len(photo)).headers["location"]
    storage, document_id = FolderStorage(folder), ids.decode("doc", path.rsplit("/", 1)[1])
    storage.put("uploads/part", photo)
    with placed.transaction() as session:
        flows.documents.append(session, document_id, 0, "uploads/part", len(photo))
        topics = session.connection().execute(text("SELECT topic FROM outbox_message")).scalars().all()
    assert "document.uploaded" in topics
    assert flows.finish(placed, storage, document_id).state == "stored"


@pytest.mark.parametrize(
    ("content", "name", "error"),
    [
        (b"<html><script>1</script>", "a.jpg", DocumentUnreadable),
        (b"%PDF-1.7 not really", "a.pdf", DocumentUnreadable),
        (pdf(files.MAX_PAGES + 1), "a.pdf", DocumentTooManyPages),
        (pdf(user="secret"), "a.pdf", DocumentLocked),
        ((DAMAGED / "pdf-1.bin").read_bytes(), "a.pdf", DocumentLocked),
        (picture("PNG", (8_000, 8_000), "1"), "a.png", DocumentTooManyPixels),
        (b"GIF89a" + b"\0" * 50, "a.jpg", DocumentUnreadable),
        (jpeg()[:400], "a.jpg", DocumentUnreadable),
    ],
)
def test_what_cannot_be_kept_is_told(
    client: TestClient[Litestar], farmer: make.SignedIn, application_id: str, content: bytes, name: str, error: type
) -> None:
    path, answer = tus.whole(client, farmer, application_id, content, name)
    assert answer.status_code in (413, 415), answer.text
    assert answer.json()["code"] == error.code
    assert list(answer.json()["details"]) == {
        DocumentTooManyPages: ["pages"],
        DocumentTooManyPixels: ["megapixels"],
    }.get(error, [])
    assert client.get(path, headers=farmer.headers).json()["state"] == "refused"
    assert client.get(f"{path}/content", headers=farmer.headers).status_code == 404
    assert tus.send(client, farmer, path, 0, content).status_code == 409


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    buffer = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    with pytest.raises(DocumentTooLarge):
        files.take_in(buffer.getvalue())


@pytest.mark.parametrize("name", ["a.jfif", "微信图片_2020.02.21", "x.jpg.tmp", "a.pdf", "a.php", ".jpg", "a", ""])
def test_a_photo_is_taken_whatever_its_name(
    client: TestClient[Litestar], farmer: make.SignedIn, application_id: str, name: str
) -> None:
    path, answer = tus.whole(client, farmer, application_id, jpeg(), name)
    assert answer.status_code == 204, answer.text
    assert client.get(f"{path}/content", headers=farmer.headers).headers["content-type"] == "image/webp"


@pytest.mark.parametrize("content", [picture("HEIF"), picture("PNG", mode="I;16")], ids=["HEIC", "16 bits of grey"])
def test_a_photo_is_taken_whatever_its_kind(
    client: TestClient[Litestar], farmer: make.SignedIn, application_id: str, content: bytes
) -> None:
    path, answer = tus.whole(client, farmer, application_id, content, "a.jpg")
    assert answer.status_code == 204, answer.text
    assert client.get(f"{path}/content", headers=farmer.headers).headers["content-type"] == "image/webp"


@pytest.mark.parametrize("name", ["a.jpg", "扫描件", "a.pdf.tmp"])
def test_a_pdf_is_taken_whatever_its_name(
    client: TestClient[Litestar], farmer: make.SignedIn, application_id: str, name: str
) -> None:
    path, answer = tus.whole(client, farmer, application_id, b"\xef\xbb\xbf\r\n" + pdf(), name)
    assert answer.status_code == 204, answer.text
    assert client.get(f"{path}/content", headers=farmer.headers).headers["content-type"] == "application/pdf"


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_pdf_that_only_its_owners_password_protects_is_read(algorithm: str) -> None:
    clean = files.take_in(pdf(2, owner="secret", algorithm=algorithm))
    reader = PdfReader(io.BytesIO(clean.content))
    assert (reader.is_encrypted, len(reader.pages), clean.pages) == (False, 2, 2)


def test_many_damaged_pdfs_are_read_or_refused() -> None:
    for whole in (pdf(2), pdf(2, owner="secret", algorithm="AES-256")):
        for content in damaged(whole, COUNT // 2):
            try:
                clean = files.take_in(content)
            except (DocumentUnreadable, DocumentTooLarge):
                continue
            assert clean.media_type == "application/pdf"


def test_many_damaged_pdfs_are_drawn_or_refused() -> None:
    for content in damaged(pdf(), COUNT // 3):
        try:
            drawn = previews.draw(content, "application/pdf", 1, 320)
        except DocumentUnreadable:
            continue
        assert drawn[8:12] == b"WEBP"


def test_a_pdf_keeps_its_pages_and_nothing_else() -> None:
    clean = files.take_in(pdf(2))
    assert (clean.media_type, len(PdfReader(io.BytesIO(clean.content)).pages)) == ("application/pdf", 2)
    for hidden in (b"alert", b"secret.txt", b"behind", "王秀英".encode(), b"/JavaScript", b"/EmbeddedFile"):
        assert hidden not in clean.content


def test_the_same_picture_again_is_answered_with_the_one_that_is_there(
    client: TestClient[Litestar], farmer: make.SignedIn, application_id: str
) -> None:
    path, first = tus.whole(client, farmer, application_id, jpeg())
    other, again = tus.whole(client, farmer, application_id, jpeg(place=False), "another.jpeg")
    assert (first.status_code, first.headers["location"]) == (204, path)
    assert (again.status_code, again.headers["location"]) == (204, path)
    assert again.headers["upload-offset"] == str(len(jpeg(place=False)))
    assert client.get(other, headers=farmer.headers).json()["reason"] == "document.twice"
    assert tus.whole(client, farmer, application_id, jpeg(colour="green"))[1].status_code == 204


def test_refused_uploads_are_not_held_against_anybody(
    client: TestClient[Litestar], farmer: make.SignedIn, application_id: str
) -> None:
    for _ in range(documents.MOST + 1):
        assert tus.whole(client, farmer, application_id, b"no photo")[1].status_code == 415
    assert tus.whole(client, farmer, application_id, jpeg())[1].status_code == 204


def test_uploads_that_stopped_are_not_held_against_anybody(
    client: TestClient[Litestar], farmer: make.SignedIn, application_id: str, folder: Path
) -> None:
    """The oldest gives way to a new one, and its bytes are erased."""
    begun: list[str] = []
    for _ in range(documents.MOST + 1):
        begun.append(tus.begin(client, farmer, application_id, 100).headers["location"])
        assert tus.send(client, farmer, begun[-1], 0, b"half").status_code == 204
    assert len([each for each in folder.rglob("*") if each.is_file()]) == documents.MOST_UNFINISHED
    assert tus.send(client, farmer, begun[0], 4, b"more").json()["code"] == "document.over"
    assert tus.send(client, farmer, begun[-1], 4, b"more").status_code == 204
    assert tus.whole(client, farmer, application_id, jpeg())[1].status_code == 204


def test_no_more_are_kept_than_may_be_and_what_was_replaced_gives_way(
    client: TestClient[Litestar],
    farmer: make.SignedIn,
    application_id: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However they come. What an answer names stays, and only that can use the limit up."""
    monkeypatch.setattr(documents, "MOST", 2)
    step, tag = f"/v1/applications/{application_id}/steps/documents", '"1"'

    def name(field: str, path: str) -> None:
        nonlocal tag
        answer = {field: path.rsplit("/", 1)[1]}
        kept = client.patch(step, json=answer, headers={**farmer.headers, "If-Match": tag})
        assert kept.status_code == 200, kept.text
        tag = kept.headers["etag"]

    photos = [jpeg(colour=colour) for colour in ("red", "green", "blue", "yellow", "white")]
    paths = [tus.begin(client, farmer, application_id, len(photo)).headers["location"] for photo in photos]
    for path, photo in zip(paths, photos, strict=True):
        assert tus.send(client, farmer, path, 0, photo).status_code == 204
        name("id_photo", path)
        assert len([each for each in folder.rglob("*") if each.is_file()]) <= 2
    assert [client.get(path, headers=farmer.headers).status_code for path in paths] == [404, 404, 404, 200, 200]
    begun = [tus.begin(client, farmer, application_id, len(photo)).headers["location"] for photo in photos[:2]]
    name("produce_photo", paths[3])
    refused = tus.send(client, farmer, begun[0], 0, photos[0])
    assert (refused.status_code, refused.json()["code"]) == (409, "document.too_many")
    assert tus.begin(client, farmer, application_id, 100).json()["code"] == "document.too_many"


def test_an_upload_that_cannot_be_opened_now_is_finished_later(
    client: TestClient[Litestar],
    farmer: make.SignedIn,
    application_id: str,
    placed: Database,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(pool.shared, "pool", pool.Pool(at_once=0, waiting=0))
        path, answer = tus.whole(client, farmer, application_id, jpeg())
    assert (answer.status_code, answer.json()["code"]) == (503, "files.busy")
    assert int(answer.headers["retry-after"]) > 0
    assert client.get(path, headers=farmer.headers).json()["state"] == "uploading"
    document_id = ids.decode("doc", path.rsplit("/", 1)[1])
    assert flows.finish(placed, FolderStorage(folder), document_id).state == "stored"


def test_bad_uploads(client: TestClient[Litestar], farmer: make.SignedIn, application_id: str) -> None:
    assert tus.begin(client, farmer, application_id, 0).status_code == 422
    assert tus.begin(client, farmer, application_id, files.MAX_BYTES + 1).status_code == 413
    assert tus.begin(client, farmer, "app_nonsense", 5).status_code == 404
    old = client.post("/v1/documents", headers={**farmer.headers, "Tus-Resumable": "0.2.1"})
    assert old.status_code == 412
    path = tus.begin(client, farmer, application_id, 5).headers["location"]
    longer = tus.send(client, farmer, path, 0, b"123456")
    assert (longer.status_code, longer.json()["code"]) == (413, "document.longer")
    assert (longer.json()["details"], "5" in longer.json()["detail"]) == ({"length": 5}, True)
    kind = {**farmer.headers, "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "image/jpeg"}
    assert client.patch(path, content=b"12345", headers=kind).status_code == 415
    assert client.head(path, headers=farmer.headers).headers["upload-offset"] == "0"
    assert client.options("/v1/documents").headers["tus-extension"] == "creation"


def test_a_document_is_for_its_owner_and_reviewers_who_are_noted(
    client: TestClient[Litestar], farmer: make.SignedIn, reviewer: make.SignedIn, application_id: str, placed: Database
) -> None:
    path, _ = tus.whole(client, farmer, application_id, jpeg())
    other = make.sign_in(placed, 4)
    for who in (other, None):
        headers = who.headers if who else {}
        for answer in (
            client.get(path, headers=headers),
            client.get(f"{path}/content", headers=headers),
            client.head(path, headers=headers),
        ):
            assert answer.status_code == (404 if who else 401)
    assert tus.begin(client, other, application_id, 5).status_code == 404
    assert client.get(f"{path}/content", headers=reviewer.headers).status_code == 200
    with placed.reading() as session:
        lines = audit.entries(session, subject=application_id)
    assert [line.person_id for line in lines if line.action == "application.document_opened"] == [
        reviewer.principal.person_id
    ]


def test_an_answer_names_a_document_of_its_own_application(
    client: TestClient[Litestar], farmer: make.SignedIn, application_id: str, placed: Database
) -> None:
    path, _ = tus.whole(client, farmer, application_id, jpeg())
    document_id = path.rsplit("/", 1)[1]
    other = make.sign_in(placed, 4)
    theirs = client.post("/v1/applications", json={"kind": "farmer"}, headers=other.headers).json()
    step = f"/v1/applications/{theirs['id']}/steps/documents"
    stolen = client.patch(step, json={"id_photo": document_id}, headers={**other.headers, "If-Match": '"1"'})
    assert stolen.json()["errors"][0]["code"] == "document_not_there"
    step = f"/v1/applications/{application_id}/steps/documents"
    kept = client.patch(step, json={"id_photo": document_id}, headers={**farmer.headers, "If-Match": '"1"'})
    assert kept.json()["steps"][3]["answers"] == {"id_photo": document_id}


def test_withdrawal_erases_the_files(
    client: TestClient[Litestar], farmer: make.SignedIn, application_id: str, placed: Database, folder: Path
) -> None:
    tus.whole(client, farmer, application_id, jpeg())
    assert client.post(f"/v1/applications/{application_id}/withdraw", headers=farmer.headers).status_code == 200
    for _ in range(2):
        flows.erase(placed, FolderStorage(folder), ids.decode("app", application_id))
    assert [each for each in folder.rglob("*") if each.is_file()] == []
    with placed.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM document")).scalar_one() == 0


def _send(client: TestClient[Litestar], path: str, chosen: dict[str, tuple[str, bytes]]) -> Any:
    page = client.get(path, headers={"Accept": "text/html"}).text
    token = page.split('name="_csrf_token" value="')[1].split('"')[0]
    headers = {"Accept": "text/html"}
    return client.post(path, data={"_csrf_token": token}, files=chosen, headers=headers, follow_redirects=False)


def _answers(client: TestClient[Litestar], farmer: make.SignedIn, application_id: str) -> dict[str, str]:
    return client.get(f"/v1/applications/{application_id}", headers=farmer.headers).json()["steps"][3]["answers"]


def test_files_come_by_the_page_too(client: TestClient[Litestar], farmer: make.SignedIn, application_id: str) -> None:
    client.cookies.set("session", farmer.token)
    path = f"/applications/{application_id}/documents"
    chosen = {"id_photo": ("我的.jpg", jpeg()), "produce_photo": ("b.pdf", b"%PDF-"), "safety_photo": ("", b"")}
    answer = _send(client, path, chosen)
    assert answer.status_code == 422
    assert 'href="#produce_photo"' in answer.text
    assert list(_answers(client, farmer, application_id)) == ["id_photo"]


def test_one_photo_answers_two_questions_and_comes_twice(
    client: TestClient[Litestar], farmer: make.SignedIn, application_id: str
) -> None:
    client.cookies.set("session", farmer.token)
    path = f"/applications/{application_id}/documents"
    both = {"id_photo": ("我的.jpg", jpeg()), "produce_photo": ("我的.jpg", jpeg())}
    assert _send(client, path, both).status_code == 303
    answers = _answers(client, farmer, application_id)
    assert answers["id_photo"] == answers["produce_photo"]
    for _ in range(3):
        assert _send(client, path, {"id_photo": ("我的.jpg", jpeg())}).status_code == 303
    assert _answers(client, farmer, application_id) == answers


@pytest.mark.parametrize(
    "metadata",
    ["application {0},filename eA==,filename eQ==", "application {0},application {0}", "application !", "a b c"],
)
def test_what_stands_twice_or_is_no_base64_is_told_as_it_is(
    client: TestClient[Litestar], farmer: make.SignedIn, application_id: str, metadata: str
) -> None:
    told = metadata.format(base64.b64encode(application_id.encode()).decode())
    headers = {**farmer.headers, "Tus-Resumable": "1.0.0", "Upload-Length": "5", "Upload-Metadata": told}
    refused = client.post("/v1/documents", headers=headers)
    assert refused.status_code == 422
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [
        ("/Upload-Metadata", "upload_metadata")
    ]
    assert client.get(f"/v1/applications/{application_id}", headers=farmer.headers).json().get("documents", []) == []
