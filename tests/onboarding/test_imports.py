"""Imports over HTTP: the dry run, the load, the file with results, and who may see what."""

import csv
import io
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.accounts.service import sellers, sign_in
from agrimarket.accounts.states import SellerKind
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding.service import applications
from agrimarket.onboarding.states import ApplicationKind
from tests.factories import imports as member_files
from tests.factories import onboarding as make
from tests.factories.imports import FIRST, csv_of, line, lines, read_back, upload
from tests.factories.onboarding import SignedIn
from workers.inline import drain

Client = TestClient[Litestar]
HYPERLINK = '=HYPERLINK("http://evil.example","点我")'


def scalar(db: Database, statement: str) -> Any:
    with db.reading() as session:
        return session.connection().execute(text(statement)).scalar_one()


def filings(db: Database) -> int:
    return scalar(db, "SELECT count(*) FROM member_filing")


def start(client: Client, who: SignedIn, import_id: str) -> Any:
    return client.post(f"/v1/imports/{import_id}/start", headers=who.headers)


def load(client: Client, db: Database, who: SignedIn, content: bytes) -> dict[str, Any]:
    """Import a file, from its start to its end; returns the import."""
    import_id = upload(client, who, content).json()["id"]
    assert start(client, who, import_id).status_code == 200
    drain(db)
    return client.get(f"/v1/imports/{import_id}", headers=who.headers).json()


def test_the_dry_run_changes_nothing_and_tells_each_error_in_its_place(
    client: Client, placed: Database, coop: SignedIn
) -> None:
    people = scalar(placed, "SELECT count(*) FROM person")
    wrong = csv_of(lines(9, row_5={"phone": "1380013800", "region": "长沙", "spoils_in_days": "好久"}))
    answer = upload(client, coop, wrong)
    out = answer.json()
    assert (answer.status_code, out["state"], out["encoding"], out["format"]) == (201, "checked", "utf-8", "csv")
    assert out["counts"] == {"rows": 9, "error": 1, "ready": 8, "loaded": 0, "updated": 0, "known": 0, "failed": 0}
    assert "8" in out["next"]["text"]
    assert (filings(placed), scalar(placed, "SELECT count(*) FROM person")) == (0, people)
    page = client.get(f"/v1/imports/{out['id']}/rows?state=error", headers=coop.headers).json()
    (row,) = page["items"]
    cells = {cell["column"]: cell for cell in row["cells"]}
    assert (row["number"], page["next"], cells["name"]["text"], cells["name"]["error"]) == (6, None, "社员5", None)
    assert cells["phone"] == {
        "header": "手机号码",
        "column": "phone",
        "text": "1380013800",
        "error": {"code": "phone_unreadable", "detail": cells["phone"]["error"]["detail"]},
    }
    assert cells["region"]["error"]["code"] == "bulk_region_ambiguous"
    assert "430100" in cells["region"]["error"]["detail"]
    assert cells["spoils_in_days"]["error"]["detail"] == "请填整数天数，例如 3。"
    english = client.get(
        f"/v1/imports/{out['id']}/rows?state=error", headers={**coop.headers, "Accept-Language": "en"}
    ).json()["items"][0]
    assert english["cells"][5]["error"]["detail"] == "Enter whole days, for example 3."


def test_one_bad_row_in_the_middle_stops_no_other(client: Client, placed: Database, coop: SignedIn) -> None:
    out = load(client, placed, coop, csv_of(lines(401, row_200={"quantity": "许多"})))
    assert (out["state"], out["progress"]) == ("loaded", 1.0)
    assert out["counts"] == {"rows": 401, "error": 1, "ready": 0, "loaded": 400, "updated": 0, "known": 0, "failed": 0}
    assert out["members"] == {"waiting": 400, "confirmed": 0, "declined": 0}
    assert (filings(placed), scalar(placed, "SELECT count(*) FROM appeal")) == (400, 0)
    assert scalar(placed, "SELECT count(*) FROM person WHERE display_name <> ''") == 1


def test_rows_come_in_pages(client: Client, coop: SignedIn) -> None:
    import_id = upload(client, coop, csv_of(lines(5))).json()["id"]
    numbers: list[int] = []
    cursor = ""
    while cursor is not None:
        page = client.get(f"/v1/imports/{import_id}/rows?limit=2{cursor}", headers=coop.headers).json()
        numbers += [row["number"] for row in page["items"]]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    assert numbers == [2, 3, 4, 5, 6]
    bad = client.get(f"/v1/imports/{import_id}/rows?cursor=AAAA", headers=coop.headers)
    assert (bad.status_code, bad.json()["code"]) == (422, "cursor.malformed")


def test_the_same_file_twice_loads_each_member_once(client: Client, placed: Database, coop: SignedIn) -> None:
    content = csv_of(lines(30))
    first = load(client, placed, coop, content)
    again = load(client, placed, coop, content)
    assert (first["counts"]["loaded"], again["counts"]["loaded"], again["counts"]["known"]) == (30, 0, 30)
    assert filings(placed) == 30
    changed = load(client, placed, coop, csv_of(lines(30, row_3={"quantity": "2吨"})))
    assert (changed["counts"]["updated"], changed["counts"]["known"]) == (1, 29)
    assert scalar(placed, "SELECT count(*) FROM member_filing WHERE grams = 2000000") == 1
    assert filings(placed) == 30


def test_two_cooperatives_can_file_for_one_member(client: Client, placed: Database, coop: SignedIn) -> None:
    other = member_files.cooperative(placed, 9, "丹东联社")
    load(client, placed, coop, csv_of(lines(2)))
    assert load(client, placed, other, csv_of(lines(2)))["counts"]["loaded"] == 2
    assert filings(placed) == 4


def test_starting_twice_is_the_same_as_once(client: Client, placed: Database, coop: SignedIn) -> None:
    import_id = upload(client, coop, csv_of(lines(3))).json()["id"]
    assert [start(client, coop, import_id).json()["state"] for _ in range(2)] == ["loading", "loading"]
    drain(placed)
    assert start(client, coop, import_id).json()["state"] == "loaded"
    drain(placed)
    assert filings(placed) == 3


def test_a_replayed_upload_makes_one_import(client: Client, placed: Database, coop: SignedIn) -> None:
    def send(content: bytes) -> Any:
        headers = {**coop.headers, "Idempotency-Key": "k1", "Content-Type": "multipart/form-data; boundary=b"}
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        return client.post("/v1/imports", headers=headers, content=head + content + b"\r\n--b--\r\n")

    first, second, other = send(csv_of(lines(2))), send(csv_of(lines(2))), send(csv_of(lines(3)))
    assert (first.status_code, second.json()["id"]) == (201, first.json()["id"])
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.key_reused")
    assert scalar(placed, "SELECT count(*) FROM member_import") == 1


def test_what_is_cancelled_loads_nothing_more(client: Client, placed: Database, coop: SignedIn) -> None:
    import_id = upload(client, coop, csv_of(lines(3))).json()["id"]
    start(client, coop, import_id)
    stopped = client.post(f"/v1/imports/{import_id}/cancel", headers=coop.headers)
    drain(placed)
    assert (stopped.json()["state"], filings(placed)) == ("cancelled", 0)
    refused = start(client, coop, import_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "state.illegal_transition")
    done = load(client, placed, coop, csv_of(lines(2)))
    assert client.post(f"/v1/imports/{done['id']}/cancel", headers=coop.headers).status_code == 409


def test_a_file_without_a_right_row_cannot_start(client: Client, placed: Database, coop: SignedIn) -> None:
    import_id = upload(client, coop, csv_of([line(1, phone="1")])).json()["id"]
    refused = start(client, coop, import_id)
    assert (refused.status_code, refused.json()["code"]) == (422, "bulk.nothing_to_load")
    assert scalar(placed, "SELECT state FROM member_import") == "checked"


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_an_export_is_the_same_format_and_says_the_same(
    client: Client, placed: Database, coop: SignedIn, file_format: str
) -> None:
    quoted = '"' + HYPERLINK.replace('"', '""') + '"'
    content = csv_of([line(1, name=quoted, note="@SUM(A1)"), line(2, phone="+8613820000002"), line(3, phone="x")])
    out = load(client, placed, coop, content)
    path = f"/v1/imports/{out['id']}/export?format={file_format}"
    answer = client.get(path, headers=coop.headers)
    assert "attachment" in answer.headers["content-disposition"]
    given, back = read_back(content), read_back(answer.content)
    assert (back.header, back.rows) == (given.header, given.rows)
    if file_format == "csv":
        cells = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert (cells[1][0], cells[1][6], cells[2][1]) == ("'" + HYPERLINK, "'@SUM(A1)", "'+8613820000002")
        assert not any(cell[:1] in "=+-@" for row in cells for cell in row if cell)
    only = read_back(client.get(f"{path}&state=error", headers=coop.headers).content)
    assert [cells[0] for _, cells in only.rows] == ["社员3"]
    again = load(client, placed, coop, answer.content)
    assert (again["counts"]["known"], again["counts"]["error"]) == (2, 1)


def test_a_hyperlink_survives_as_text_and_nothing_is_stored_in_the_clear(
    client: Client, placed: Database, coop: SignedIn
) -> None:
    quoted = '"' + HYPERLINK.replace('"', '""') + '"'
    out = load(client, placed, coop, csv_of([line(1, name=quoted)]))
    row = client.get(f"/v1/imports/{out['id']}/rows", headers=coop.headers).json()["items"][0]
    assert (row["state"], row["cells"][0]["text"]) == ("loaded", HYPERLINK)
    member = make.sign_in(placed, FIRST + 1)
    (filing,) = client.get("/v1/filings", headers=member.headers).json()["items"]
    assert filing["name"] == HYPERLINK
    stored = scalar(
        placed, "SELECT encode(sealed, 'escape') || (SELECT encode(name, 'escape') FROM member_filing) FROM import_row"
    )
    assert "HYPERLINK" not in stored


def test_the_template_is_empty_and_in_the_callers_language(client: Client) -> None:
    answer = client.get("/v1/imports/template?format=xlsx", headers={"Accept-Language": "zh-Hant"})
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")
    plain = client.get("/v1/imports/template", headers={"Accept-Language": "en"}).content.decode("utf-8-sig")
    assert plain.strip() == "Name,Phone,Region,Produce,Quantity,Spoils in days,Note"


def test_others_find_nothing(client: Client, placed: Database, coop: SignedIn) -> None:
    out = load(client, placed, coop, csv_of(lines(2)))
    other, base = member_files.cooperative(placed, 9), f"/v1/imports/{out['id']}"
    answers = [
        *(client.get(base + part, headers=other.headers) for part in ("", "/rows", "/export", "/export?format=xlsx")),
        *(client.post(base + part, headers=other.headers) for part in ("/start", "/cancel")),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}
    assert client.get("/v1/imports", headers=other.headers).json()["items"] == []
    assert client.get("/v1/filings", headers=other.headers).json()["items"] == []
    member = make.sign_in(placed, FIRST + 1)
    filing = client.get("/v1/filings", headers=member.headers).json()["items"][0]["id"]
    for who in (other, coop):
        for act in ("confirm", "decline"):
            assert client.post(f"/v1/filings/{filing}/{act}", headers=who.headers).status_code == 404
    assert scalar(placed, "SELECT count(*) FROM member_filing WHERE state = 'waiting'") == 2
    assert client.get(base).status_code == 401


def test_only_cooperatives_and_enterprises_import(client: Client, placed: Database) -> None:
    nobody = make.sign_in(placed, 7)
    with placed.transaction() as session:
        sellers.register(session, nobody.principal.person_id, SellerKind.FARMER, "王大姐", make.DONGGANG)
        token, _ = sign_in.open_session(session, nobody.principal.person_id)
    farmer = SignedIn(nobody.principal, token, nobody.phone)
    refused = upload(client, farmer, csv_of(lines(1)))
    assert (refused.status_code, refused.json()["code"]) == (403, "bulk.not_a_cooperative")
    applicant = make.sign_in(placed, 8)
    with placed.transaction() as session:
        applications.begin(session, applicant.principal, ApplicationKind.COOPERATIVE, None, "zh-Hans")
    assert upload(client, applicant, csv_of(lines(1))).status_code == 201
    assert scalar(placed, "SELECT count(*) FROM member_import") == 1


def test_an_operator_imports_for_a_cooperative_and_that_is_audited(
    client: Client, placed: Database, coop: SignedIn
) -> None:
    staff, other = member_files.operator(placed), member_files.cooperative(placed, 9)
    seller = ids.encode("sel", _seller(coop.principal))
    assert upload(client, other, csv_of(lines(1)), on_behalf_of=seller).status_code == 404
    assert upload(client, staff, csv_of(lines(1))).status_code == 403
    assert upload(client, staff, csv_of(lines(1)), on_behalf_of="sel_x").status_code == 404
    out = upload(client, staff, csv_of(lines(1)), on_behalf_of=seller).json()
    assert [item["id"] for item in client.get("/v1/imports", headers=coop.headers).json()["items"]] == [out["id"]]
    client.get(f"/v1/imports/{out['id']}/rows", headers=staff.headers)
    client.get(f"/v1/imports/{out['id']}/rows", headers=coop.headers)
    assert scalar(placed, "SELECT count(*) FROM audit_entry WHERE action = 'import.rows_read'") == 1


def _seller(principal: Principal) -> Any:
    assert principal.seller_id is not None
    return principal.seller_id


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "bulk.file_empty"),
        (b"\xd0\xcf\x11\xe0old workbook", 415, "bulk.format_unknown"),
        (csv_of([line(1)], ["a", "b", "c", "d", "e", "f", "g"]), 422, "bulk.columns_missing"),
        (csv_of([line(1, note='"')]), 422, "bulk.file_unreadable"),
        (b"x" * 5_000_001, 413, "bulk.file_too_large"),
        (b"x" * 5_100_000, 413, "too_large"),
    ],
    ids=["empty", "xls", "columns", "quote", "bytes", "body"],
)
def test_a_file_that_is_no_list_is_refused_whole(
    client: Client, placed: Database, coop: SignedIn, content: bytes, status: int, code: str
) -> None:
    answer = upload(client, coop, content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert scalar(placed, "SELECT count(*) FROM member_import") == 0


def test_names_of_files_hide_nothing(client: Client, placed: Database, coop: SignedIn) -> None:
    out = upload(client, coop, csv_of(lines(1)), name="../../etc/\u202evsc.社员.csv").json()
    assert out["file_name"] == "vsc.社员.csv"
