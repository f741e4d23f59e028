"""The fourteen real appeals of 2020: appeal, application, approval."""

from datetime import timedelta

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from seeds.appeals import reports
from tests.factories import onboarding as make


def test_the_fourteen_become_sellers(client: TestClient[Litestar], placed: Database, reviewer: make.SignedIn) -> None:
    rows = reports()
    assert len(rows) == 14
    applications: list[str] = []
    for number, case in enumerate(rows, start=200):
        who = make.sign_in(placed, number)
        filed = client.post("/v1/appeals", json=case.appeal(), headers=who.headers)
        assert filed.status_code == 201, filed.text
        grams = case.kilograms and {"grams": case.kilograms * 1_000}
        assert filed.json()["quantity"] == grams
        begin = {"kind": "farmer", "appeal_id": filed.json()["id"]}
        application = client.post("/v1/applications", json=begin, headers=who.headers).json()
        answers = {
            "identity": {"legal_name": "李明", "id_number": make.id_number_of(number)},
            "farm": {"farm_name": f"{case.produce}产地"},
            "produce": {"right_to_sell": True, **({} if case.kilograms else {"quantity": "1000kg"})},
        }
        for step, given in answers.items():
            headers = {**who.headers, "If-Match": f'"{application["version"]}"'}
            saved = client.patch(f"/v1/applications/{application['id']}/steps/{step}", json=given, headers=headers)
            assert saved.status_code == 200, saved.text
            application = saved.json()
        sent = client.post(f"/v1/applications/{application['id']}/submit", headers=who.headers)
        assert sent.status_code == 200, sent.text
        applications.append(application["id"])
    with placed.transaction() as session:
        clock.advance(session, timedelta(hours=1))
    queue = client.get("/v1/review/applications", headers=reviewer.headers).json()["items"]
    assert {item["id"] for item in queue} == set(applications)
    assert queue[0]["product"] == "菠萝", "280,000 tonnes come first"
    for item in queue:
        desk = f"/v1/review/applications/{item['id']}"
        assert client.post(f"{desk}/claim", headers=reviewer.headers).status_code == 200
        approved = client.post(f"{desk}/approve", json={}, headers=reviewer.headers)
        assert approved.json()["application"]["state"] == "approved", approved.text
    with placed.reading() as session:
        sellers = session.connection().execute(text("SELECT count(*) FROM seller WHERE standing = 'limited'"))
        assert sellers.scalar_one() == 14
        states = session.connection().execute(text("SELECT DISTINCT state FROM appeal")).scalars().all()
    assert states == ["linked"]
