"""Mandates: who sells for a grower, what they reach by it, and that it ends at once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.accounts.errors import AgentIsOneself, GrowerNotYetApproved
from agrimarket.accounts.service import mandates, people
from agrimarket.bulk.service import files
from agrimarket.bulk.states import Kind
from agrimarket.catalog.flows import stocklists
from agrimarket.kernel.addresses import SOLD, path_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Role
from agrimarket.kernel.resources import reference
from agrimarket.notifications.service import sending
from agrimarket.orders.events import OrderPlaced
from tests.factories.accounts import Somebody, a_person, a_seller, new_phone
from tests.factories.bulk import csv_of, listing
from tests.factories.catalog import product, today
from tests.support.page import submit
from tests.support.statements import statements
from workers.inline import drain

Client = TestClient[Litestar]


@pytest.fixture
def grower(db: Database) -> Somebody:
    with db.transaction() as session:
        return a_seller(session, name="王大姐草莓園")


@pytest.fixture
def agent(db: Database) -> Somebody:
    with db.transaction() as session:
        return a_seller(session, name="東港合作社")


def _give(db: Database, grower: Somebody, agent: Somebody) -> str:
    with db.transaction() as session:
        return reference("mandate", mandates.give(session, grower.principal, agent.person_id).id)


def _for(grower: Somebody, agent: Somebody) -> dict[str, str]:
    seller = grower.principal.seller_id
    assert seller is not None
    return {**agent.headers, "Agrimarket-Seller": reference("seller", seller)}


def _lot(db: Database) -> dict[str, object]:
    with db.reading() as session:
        kind = product(session)
        day = today(session)
    return {
        "product_id": reference("product", kind.id),
        "region_code": "210681",
        "harvested_on": day.isoformat(),
        "quantity": "1000斤",
    }


def test_an_agent_makes_stock_of_the_growers_and_nobody_elses(
    client: Client, db: Database, grower: Somebody, agent: Somebody
) -> None:
    with db.transaction() as session:
        product(session)
    refused = client.post("/v1/lots", json=_lot(db), headers=_for(grower, agent))
    assert refused.status_code == 403 and refused.json()["code"] == "forbidden.mandate"
    _give(db, grower, agent)
    made = client.post("/v1/lots", json=_lot(db), headers=_for(grower, agent))
    assert made.status_code == 201, made.text
    theirs = client.get("/v1/lots", headers=grower.headers).json()["items"]
    assert [each["id"] for each in theirs] == [made.json()["id"]]
    assert client.get("/v1/lots", headers=agent.headers).json()["items"] == []
    assert client.get("/v1/lots", headers=_for(grower, agent)).json()["items"] == theirs


def test_a_mandate_reaches_no_money_and_no_person(
    client: Client, db: Database, grower: Somebody, agent: Somebody
) -> None:
    _give(db, grower, agent)
    sent = _for(grower, agent)
    for path in ("/v1/payout-account", "/v1/payouts", "/v1/me", "/v1/applications"):
        own = client.get(path, headers=agent.headers)
        assert (client.get(path, headers=sent).status_code, client.get(path, headers=sent).json().get("items")) == (
            own.status_code,
            own.json().get("items"),
        )
    seller = client.get("/v1/me", headers=sent).json()["seller"]["id"]
    assert seller != sent["Agrimarket-Seller"]


def test_it_ends_at_once_from_either_side_and_for_nobody_else(
    client: Client, db: Database, grower: Somebody, agent: Somebody
) -> None:
    with db.transaction() as session:
        stranger = a_person(session)
    for ender in (grower, agent):
        mandate = _give(db, grower, agent)
        assert client.delete(f"/v1/mandates/{mandate}", headers=stranger.headers).status_code == 404
        assert client.get("/v1/lots", headers=_for(grower, agent)).status_code == 200
        assert client.delete(f"/v1/mandates/{mandate}", headers=ender.headers).status_code == 204
        assert client.get("/v1/lots", headers=_for(grower, agent)).status_code == 403
        assert client.delete(f"/v1/mandates/{mandate}", headers=ender.headers).status_code == 404


def test_given_twice_stands_once_and_tells_once(db: Database, grower: Somebody, agent: Somebody) -> None:
    assert _give(db, grower, agent) == _give(db, grower, agent)
    with db.reading() as session:
        told = session.connection().execute(text("SELECT count(*) FROM outbox_message WHERE topic = 'mandate.given'"))
        assert told.scalar_one() == 1


def test_nobody_is_their_own_agent(client: Client, db: Database, grower: Somebody) -> None:
    with db.transaction() as session, pytest.raises(AgentIsOneself):
        mandates.give(session, grower.principal, grower.person_id)
    answer = client.post("/v1/mandates", json={"phone": "12"}, headers=grower.headers)
    assert answer.status_code == 422
    with db.reading() as session:
        assert mandates.given_by(session, grower.principal) == []


def test_a_grower_names_a_telephone_and_its_owner_finds_it(client: Client, db: Database, grower: Somebody) -> None:
    phone = new_phone()
    given = client.post("/v1/mandates", json={"phone": phone}, headers=grower.headers)
    assert given.status_code == 201
    with db.transaction() as session:
        owner = people.with_phone(session, phone, "en")
        held = mandates.agents_of(session, grower.person_id)
    assert [agent for _, agent in held] == [owner]


def test_before_the_growers_approval_there_is_nothing_to_sell(db: Database, agent: Somebody) -> None:
    with db.transaction() as session:
        newcomer = a_person(session)
        mandate = mandates.give(session, newcomer.principal, agent.person_id)
        assert mandate.seller_id is None
        with pytest.raises(GrowerNotYetApproved):
            mandates.choose(session, agent.principal, mandate.id)
        with pytest.raises(NotFound):
            mandates.choose(session, newcomer.principal, mandate.id)


def test_an_agent_is_no_operator_while_they_sell_for_somebody(client: Client, db: Database, grower: Somebody) -> None:
    with db.transaction() as session:
        operator = a_person(session, Role.OPERATOR)
    assert client.get("/v1/seller-orders", headers=operator.headers).status_code == 200
    _give(db, grower, operator)
    shown = client.get("/v1/seller-orders", headers=_for(grower, operator))
    assert shown.status_code == 200 and shown.json()["items"] == []


def test_who_calls_is_one_statement_with_a_mandate_too(
    client: Client, db: Database, grower: Somebody, agent: Somebody
) -> None:
    with statements() as alone:
        client.get("/v1/lots", headers=agent.headers)
    _give(db, grower, agent)
    with statements() as under:
        client.get("/v1/lots", headers=_for(grower, agent))
    assert len(under) == len(alone)


def test_the_same_key_for_two_sellers_acts_twice(
    client: Client, db: Database, grower: Somebody, agent: Somebody
) -> None:
    with db.transaction() as session:
        product(session)
    _give(db, grower, agent)
    key = {"Idempotency-Key": "lot-1"}
    own = client.post("/v1/lots", json=_lot(db), headers={**agent.headers, **key}).json()
    theirs = client.post("/v1/lots", json=_lot(db), headers={**_for(grower, agent), **key}).json()
    assert own["id"] != theirs["id"]


def test_pages_say_for_whom_one_sells_and_follow_the_choice(
    client: Client, db: Database, grower: Somebody, agent: Somebody
) -> None:
    mandate = _give(db, grower, agent)
    client.cookies.set("session", agent.token)
    shown = client.get("/me/growers")
    assert "王大姐草莓園" in shown.text
    chosen = submit(client, f"/me/growers/{mandate}/choose", next="/sell/orders")
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/sell/orders")
    orders = client.get("/sell/orders")
    assert orders.status_code == 200 and "王大姐草莓園" in orders.text
    with db.transaction() as session:
        mandates.end(session, grower.principal, mandates.given_by(session, grower.principal)[0].id)
    assert "王大姐草莓園" not in client.get("/sell/orders").text


def test_who_sells_for_a_grower_is_told_of_their_orders_with_a_link_that_works(
    client: Client, db: Database, grower: Somebody, agent: Somebody
) -> None:
    mandate = _give(db, grower, agent)
    drain(db)
    client.cookies.set("session", agent.token)
    link = client.get(f"/me/growers/{mandate}?then=/sell/orders/sor_x")
    assert link.status_code == 200 and 'value="/sell/orders/sor_x"' in link.text
    elsewhere = client.get(f"/me/growers/{mandate}?then=//evil.example/")
    assert 'value="/sell/orders"' in elsewhere.text
    assert "/me/growers" in client.get("/me/messages").text


def test_agents_are_told_of_orders_as_their_grower_is(db: Database, grower: Somebody, agent: Somebody) -> None:
    mandate = _give(db, grower, agent)
    order = OrderPlaced(
        seller_order_id=new_id(),
        group_id=new_id(),
        seller_id=grower.principal.seller_id or new_id(),
        seller_person_id=grower.person_id,
        buyer_id=new_id(),
        buyer_person_id=agent.person_id,
        answer_by=datetime(2022, 12, 2, tzinfo=UTC),
    )
    with db.transaction() as session:
        first, again = (sending.queue_news(session, order) for _ in range(2))
        rows = session.connection().execute(
            text("SELECT person_id, params->>'path' AS path FROM notification WHERE template = 'order_placed'")
        )
        told = {(row.person_id, row.path) for row in rows}
    own = path_of(SOLD, order.seller_order_id)
    assert told == {(grower.person_id, own), (agent.person_id, f"/me/growers/{mandate}?then={own}")}
    assert first == again


def test_what_an_agents_file_would_do_ends_with_the_mandate(db: Database, grower: Somebody, agent: Somebody) -> None:
    with db.transaction() as session:
        product(session)
        mandate = mandates.give(session, grower.principal, agent.person_id)
    sells = replace(agent.principal, roles=frozenset({Role.SELLER}), seller_id=grower.principal.seller_id)
    with db.transaction() as session:
        day = today(session)
    out = stocklists.check_file(db, Idempotency(), sells, csv_of([listing(1, day)]), "a.csv", "zh-Hans")
    with db.transaction() as session:
        files.start(session, sells, Kind.LISTINGS, out.id)
        mandates.end(session, grower.principal, mandate.id)
    stocklists.load(db, out.id)
    with db.reading() as session:
        rows = session.connection().execute(text("SELECT state, faults->0->>'code' FROM bulk_row")).all()
        assert [tuple(row) for row in rows] == [("failed", "forbidden.mandate")]
        assert session.connection().execute(text("SELECT count(*) FROM harvest_lot")).scalar_one() == 0
