"""Filings for members: confirmed, declined, and hidden from everybody else."""

from typing import Any

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from tests.factories import onboarding as make
from tests.factories.imports import FIRST, csv_of, lines, upload
from tests.factories.onboarding import SignedIn
from tests.support.page import submit
from workers.inline import drain

Client = TestClient[Litestar]


def loaded(client: Client, db: Database, who: SignedIn, content: bytes) -> str:
    import_id = upload(client, who, content).json()["id"]
    client.post(f"/v1/imports/{import_id}/start", headers=who.headers)
    drain(db)
    return import_id


def row(db: Database, statement: str) -> Any:
    with db.reading() as session:
        return session.connection().execute(text(statement)).one()


def test_a_member_confirms_and_only_then_there_is_an_appeal(client: Client, placed: Database, coop: SignedIn) -> None:
    import_id = loaded(client, placed, coop, csv_of(lines(2, row_1={"quantity": "500斤", "note": "路通"})))
    assert row(placed, "SELECT count(*) FROM appeal") == (0,)
    assert row(placed, "SELECT count(*) FROM outbox_message WHERE topic = 'appeal.received'") == (0,)
    member = make.sign_in(placed, FIRST + 1)
    (filing,) = client.get("/v1/filings", headers=member.headers).json()["items"]
    assert (filing["state"], filing["filed_by"], filing["name"]) == ("waiting", "东港草莓合作社", "社员1")
    assert (filing["quantity"], filing["region"]) == ({"grams": 250_000}, "辽宁省丹东市东港市")
    answers = [client.post(f"/v1/filings/{filing['id']}/confirm", headers=member.headers) for _ in range(2)]
    assert [answer.json()["state"] for answer in answers] == ["confirmed", "confirmed"]
    appeal = client.get(f"/v1/appeals/{answers[0].json()['appeal_id']}", headers=member.headers).json()
    assert (appeal["product"], appeal["quantity"], appeal["quantity_text"]) == ("草莓", {"grams": 250_000}, "500斤")
    assert abs(_time(appeal["spoils_at"]) - _time(filing["spoils_at"])) < 86_400
    assert row(placed, "SELECT count(*), min(note) FROM appeal") == (1, "路通")
    assert row(placed, "SELECT count(*) FROM outbox_message WHERE topic = 'appeal.received'") == (1,)
    assert client.get(f"/v1/appeals/{appeal['id']}", headers=coop.headers).status_code == 200
    told = client.get(f"/v1/imports/{import_id}", headers=coop.headers).json()["members"]
    assert told == {"waiting": 1, "confirmed": 1, "declined": 0}
    refused = client.post(f"/v1/filings/{filing['id']}/decline", headers=member.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "state.illegal_transition")


def test_a_member_confirms_and_lets_who_filed_it_sell(client: Client, placed: Database, coop: SignedIn) -> None:
    loaded(client, placed, coop, csv_of(lines(1)))
    member = make.sign_in(placed, FIRST + 1)
    (filing,) = client.get("/v1/filings", headers=member.headers).json()["items"]
    client.cookies.set("session", member.token)
    assert "东港草莓合作社" in client.get("/filings").text
    assert submit(client, f"/filings/{filing['id']}/confirm", sells="yes").status_code == 303
    (given,) = client.get("/v1/mandates", headers=member.headers).json()["given"]
    (held,) = client.get("/v1/mandates", headers=coop.headers).json()["held"]
    assert given["id"] == held["id"] and given["agent"] == "东港草莓合作社"


def _time(text_: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text_).timestamp()


def test_a_member_who_appealed_already_keeps_that_appeal_to_themselves(
    client: Client, placed: Database, coop: SignedIn
) -> None:
    member = make.sign_in(placed, FIRST + 1)
    with placed.transaction() as session:
        own = make.file_appeal(session, member.principal.person_id).appeal.id
    loaded(client, placed, coop, csv_of(lines(1)))
    assert row(placed, "SELECT reports, filed_by FROM appeal") == (1, None)
    (filing,) = client.get("/v1/filings", headers=member.headers).json()["items"]
    confirmed = client.post(f"/v1/filings/{filing['id']}/confirm", headers=member.headers).json()
    assert confirmed["appeal_id"] == ids.encode("apl", own)
    assert row(placed, "SELECT count(*), max(reports), bool_and(filed_by IS NULL) FROM appeal") == (1, 2, True)


def test_a_member_declines_and_what_was_said_is_erased(client: Client, placed: Database, coop: SignedIn) -> None:
    loaded(client, placed, coop, csv_of(lines(1, row_1={"note": "路通"})))
    member = make.sign_in(placed, FIRST + 1)
    filing = client.get("/v1/filings", headers=member.headers).json()["items"][0]["id"]
    for _ in range(2):
        out = client.post(f"/v1/filings/{filing}/decline", headers=member.headers).json()
        assert (out["state"], out["name"], out["note"]) == ("declined", "", "")
    again = loaded(client, placed, coop, csv_of(lines(1, row_1={"note": "再报"})))
    counts = client.get(f"/v1/imports/{again}", headers=coop.headers).json()["counts"]
    assert (counts["known"], counts["updated"]) == (1, 0)
    assert row(placed, "SELECT state, note, octet_length(name) FROM member_filing") == ("declined", "", 0)
    assert row(placed, "SELECT count(*) FROM appeal") == (0,)
