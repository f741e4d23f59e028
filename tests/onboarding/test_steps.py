"""Answers of a step: secrets, versions, and what is not right yet."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import InvalidFields
from agrimarket.onboarding.service.answers import context
from tests.factories import onboarding as make


def _begin(client: TestClient[Litestar], who: make.SignedIn, kind: str = "farmer") -> dict:
    return client.post("/v1/applications", json={"kind": kind}, headers=who.headers).json()


def _save(client: TestClient[Litestar], who: make.SignedIn, application: dict, step: str, given: object):
    headers = {**who.headers, "If-Match": f'"{application["version"]}"'}
    return client.patch(f"/v1/applications/{application['id']}/steps/{step}", json=given, headers=headers)


def test_what_is_secret_is_sealed_and_masked(client: TestClient[Litestar], farmer: make.SignedIn, db: Database) -> None:
    begun = _begin(client, farmer)
    saved = _save(client, farmer, begun, "identity", {"legal_name": "王秀英", "id_number": make.ID_NUMBER}).json()
    assert saved["steps"][0]["answers"] == {"legal_name": "王＊＊", "id_number": "••••002X"}
    with db.transaction() as session:
        answers = session.connection().execute(text("SELECT answers::text FROM application")).scalar_one()
        rows = session.connection().execute(text("SELECT field, sealed FROM application_secret")).all()
    assert "王秀英" not in answers
    assert make.ID_NUMBER not in answers
    application_id = ids.decode("app", begun["id"])
    for row in rows:
        plain = make.opened(bytes(row.sealed), context(row.field, application_id))
        assert plain in ("王秀英", make.ID_NUMBER)
    taken = _save(client, farmer, saved, "identity", {"id_number": None}).json()
    assert taken["steps"][0]["missing"] == ["id_number"]
    assert taken["steps"][0]["answers"] == {"legal_name": "王＊＊"}


def test_a_stale_version_changes_nothing(client: TestClient[Litestar], farmer: make.SignedIn) -> None:
    begun = _begin(client, farmer)
    assert _save(client, farmer, begun, "farm", {"farm_name": "王家"}).status_code == 200
    late = _save(client, farmer, begun, "farm", {"farm_name": "李家"})
    assert (late.status_code, late.json()["code"]) == (412, "version.stale")
    bare = client.patch(f"/v1/applications/{begun['id']}/steps/farm", json={"farm_name": "x"}, headers=farmer.headers)
    assert bare.status_code == 428
    now = client.get(f"/v1/applications/{begun['id']}", headers=farmer.headers).json()
    assert now["steps"][1]["answers"] == {"farm_name": "王家"}


@pytest.mark.parametrize(
    ("step", "given", "pointer", "code"),
    [
        ("identity", {"id_number": "110105194912310021"}, "/id_number", "cn_id_number"),
        ("identity", {"legal_name": " \u3164"}, "/legal_name", "string_too_short"),
        ("identity", {"legal_name": "王\u202e秀"}, "/legal_name", "text_invisible"),
        ("identity", {"legal_name": 7}, "/legal_name", "string_type"),
        ("identity", {"seller_id": "x"}, "/seller_id", "extra_forbidden"),
        ("farm", {"region_code": "999999"}, "/region_code", "region_unknown"),
        ("farm", {"region_code": "1"}, "/region_code", "string_pattern_mismatch"),
        ("farm", {"land_mu": -1}, "/land_mu", "greater_than"),
        ("farm", {"land_mu": "ten"}, "/land_mu", "number_type"),
        ("produce", {"quantity": "0kg"}, "/quantity", "quantity_unreadable"),
        ("produce", {"spoils_on": "2020-02-30"}, "/spoils_on", "date_parsing"),
        ("produce", {"spoils_on": "2020-02-17"}, "/spoils_on", "date_past"),
        ("produce", {"right_to_sell": False}, "/right_to_sell", "must_agree"),
        ("produce", {"truck_access": "boat"}, "/truck_access", "choice_unknown"),
        ("needs", {"needs": ["money"]}, "/needs/0", "choice_unknown"),
        ("needs", {"needs": "packaging"}, "/needs", "list_type"),
        ("payout", {"account_number": "6222020000000000001"}, "/account_number", "bank_number_unlike_card"),
        ("payout", {"account_number": "1234567"}, "/account_number", "bank_number"),
        ("documents", {"id_photo": "../../etc/passwd"}, "/id_photo", "id_malformed"),
    ],
)
def test_bad_answers_are_told_and_nothing_is_kept(
    client: TestClient[Litestar], farmer: make.SignedIn, step: str, given: dict, pointer: str, code: str
) -> None:
    begun = _begin(client, farmer)
    answer = _save(client, farmer, begun, step, given)
    assert answer.status_code == 422, answer.text
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
    assert "{" not in answer.json()["errors"][0]["detail"]
    after = client.get(f"/v1/applications/{begun['id']}", headers=farmer.headers).json()
    assert (after["version"], [s["answers"] for s in after["steps"]]) == (1, [{}] * 6)


def test_bad_bodies_and_steps(client: TestClient[Litestar], farmer: make.SignedIn) -> None:
    begun = _begin(client, farmer)
    assert _save(client, farmer, begun, "identity", ["a"]).status_code == 422
    assert _save(client, farmer, begun, "nowhere", {}).status_code == 404
    assert client.post("/v1/applications", json={"kind": "bank"}, headers=farmer.headers).status_code == 422
    other = client.post("/v1/applications", json={"kind": "enterprise"}, headers=farmer.headers)
    assert (other.status_code, other.json()["code"]) == (409, "application.other_kind_open")
    assert client.post("/v1/applications", json={"kind": "farmer"}).status_code == 401


def test_manual_payout_needs_the_account(placed: Database, farmer: make.SignedIn) -> None:
    with pytest.raises(InvalidFields) as refused, placed.transaction() as session:
        make.submitted(session, farmer.principal, payout={"payout_method": "manual", "bank_name": "农业银行"})
    assert [pointer for pointer, *_ in refused.value.fields] == [
        "/steps/payout/account_holder",
        "/steps/payout/account_number",
    ]
