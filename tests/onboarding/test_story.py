"""The whole way over HTTP: appeal by code, application, review, approval."""

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.accounts.service import sellers
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.money import Money
from tests.factories import onboarding as make
from workers.inline import drain


def _fill(client: TestClient[Litestar], who: make.SignedIn, application: dict, answers: dict) -> dict:
    for step, given in answers.items():
        saved = client.patch(
            f"/v1/applications/{application['id']}/steps/{step}",
            json=given,
            headers={**who.headers, "If-Match": f'"{application["version"]}"'},
        )
        assert saved.status_code == 200, saved.text
        assert saved.headers["etag"] == f'"{application["version"] + 1}"'
        application = saved.json()
    return application


def test_from_a_cry_for_help_to_a_seller(
    client: TestClient[Litestar], placed: Database, reviewer: make.SignedIn
) -> None:
    phone = make.phone_of(77)
    with placed.transaction() as session:
        code = make.code_for(session, phone)
    body = make.appeal_body(phone=phone, code=code, region_code=None, region="东港")
    unclear = client.post("/v1/appeals", json=body)
    assert (unclear.status_code, unclear.json()["code"]) == (422, "appeal.region_ambiguous")
    assert {"210681", "371102"} <= {each["code"] for each in unclear.json()["details"]["candidates"]}
    body["region"] = "丹东 东港"
    filed = client.post("/v1/appeals", json=body, headers={"Accept-Language": "zh-Hans"})
    assert filed.status_code == 201, filed.text
    appeal = filed.json()
    assert appeal["quantity"] == {"grams": 500_000}
    assert appeal["region"]["name"].endswith("东港市")
    assert appeal["region"]["verdict"] == "open"
    assert appeal["number"] in appeal["next"]["text"]
    assert len(appeal["first_steps"]) == 4

    grower = make.sign_in(placed, 77)
    begun = client.post(
        "/v1/applications", json={"kind": "farmer", "appeal_id": appeal["id"]}, headers=grower.headers
    ).json()
    produce = next(step for step in begun["steps"] if step["name"] == "produce")
    assert produce["answers"]["quantity"] == "500kg"
    assert produce["missing"] == ["right_to_sell"]

    early = client.post(f"/v1/applications/{begun['id']}/submit", headers=grower.headers)
    assert early.status_code == 422
    assert "/steps/identity/id_number" in [error["pointer"] for error in early.json()["errors"]]

    answers = {
        "identity": {"legal_name": "王秀英", "id_number": make.ID_NUMBER.lower()},
        "farm": {"farm_name": "东港王家草莓"},
        "produce": {"right_to_sell": True},
        "needs": {"needs": ["packaging"]},
    }
    _fill(client, grower, begun, answers)
    sent = client.post(f"/v1/applications/{begun['id']}/submit", headers=grower.headers)
    assert (sent.status_code, sent.json()["state"]) == (200, "submitted"), sent.text

    queue = client.get("/v1/review/applications", headers=reviewer.headers).json()["items"]
    assert [item["id"] for item in queue] == [begun["id"]]
    assert queue[0]["tonnes"] == 0.5
    base = f"/v1/review/applications/{begun['id']}"
    held = client.post(f"{base}/claim", headers=reviewer.headers)
    assert (held.status_code, held.json()["application"]["state"]) == (200, "in_review"), held.text
    limit = {"exposure_limit": {"amount": 500_000, "currency": "CNY"}}
    done = client.post(f"{base}/approve", json=limit, headers=reviewer.headers)
    assert done.status_code == 200, done.text
    approved = done.json()["application"]
    assert (approved["state"], approved["exposure_limit"]["amount"]) == ("approved", 500_000)

    with placed.transaction() as session:
        seller = sellers.get(session, ids.decode("sel", approved["seller_id"]))
        assert (seller.standing, seller.exposure_limit) == ("limited", Money(500_000))
        assert (seller.display_name, seller.region_code) == ("东港王家草莓", make.DONGGANG)
        topics = session.connection().execute(text("SELECT topic, payload FROM outbox_message ORDER BY id")).all()
    payload = next(row.payload for row in topics if row.topic == "application.approved")
    assert (payload["needs"], payload["grams"], payload["product"]) == (["packaging"], 500_000, "草莓")
    assert {"appeal.received", "application.submitted"} <= {row.topic for row in topics}
    drain(placed)
    mine = client.get(f"/v1/appeals/{appeal['id']}", headers=grower.headers).json()
    assert (mine["state"], mine["application_id"]) == ("linked", begun["id"])
