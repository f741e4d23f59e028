"""A market on sale, its people over HTTP, the Stripe sandbox behind them, and queries of the database."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.app import create_app
from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox, running_sandbox
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES
from agrimarket.kernel.ids import encode, new_id
from agrimarket.orders.types import GroupView
from agrimarket.settings import get_settings
from tests.factories.accounts import Somebody
from tests.factories.orders import ADDRESS, DESTINATION, Market, a_market, a_purchase
from tests.support.current import CurrentDatabase
from workers.handling import RUNNERS
from workers.inline import drain

API_BASE = "AGRIMARKET_STRIPE_API_BASE"


@pytest.fixture(scope="session")
def stripe_for_orders() -> Iterator[RunningSandbox]:
    """A sandbox for the session; the settings point at it meanwhile."""
    with running_sandbox() as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setenv(API_BASE, sandbox.url)
        get_settings.cache_clear()
        yield sandbox
    get_settings.cache_clear()
    os.environ.pop(API_BASE, None)


@pytest.fixture(scope="session")
def shared_app(stripe_for_orders: RunningSandbox) -> tuple[Litestar, CurrentDatabase]:
    """An application that talks to the sandbox."""
    current = CurrentDatabase()
    return create_app(get_settings(), current), current


@dataclass
class Shop:
    """A market over HTTP."""

    client: TestClient[Litestar]
    market: Market

    def post(self, who: Somebody, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """The response to a POST under `/v1`."""
        headers = who.headers | ({"idempotency-key": key} if key else {})
        return self.client.post(f"/v1{path}", json=body, headers=headers)

    def get(self, who: Somebody, path: str) -> Any:
        """The response to a GET under `/v1`."""
        return self.client.get(f"/v1{path}", headers=who.headers)

    def done(self, who: Somebody, path: str, body: Any = None) -> Any:
        """JSON of a POST that must succeed."""
        answer = self.post(who, path, body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def cart(self, *packs: int) -> str:
        """The buyer's new cart."""
        return self.done(self.market.buyer, "/carts", {"lines": self.market.lines(*packs)})["id"]

    def quote(self, cart_id: str) -> Any:
        """A quote for the buyer's county."""
        body = {"cart_id": cart_id, "region_code": DESTINATION, "community": ADDRESS.community}
        return self.done(self.market.buyer, "/quotes", body)

    def order(self, group: Any, seller: int) -> str:
        """The id of a seller's part of a purchase."""
        mine = encode("sel", self.market.sellers[seller].principal.seller_id)  # type: ignore[arg-type]
        return next(order["id"] for order in group["orders"] if order["seller_id"] == mine)


def checkout_body(**target: Any) -> dict[str, Any]:
    """A checkout by card, paid at once."""
    address = {
        "recipient": ADDRESS.recipient,
        "phone": ADDRESS.phone,
        "region_code": ADDRESS.region_code,
        "community": ADDRESS.community,
        "street": ADDRESS.street,
    }
    return {"address": address, "method": "card", "payment_method": "pm_card_visa", **target}


@pytest.fixture
def shop(stripe_for_orders: RunningSandbox, db: Database, client: TestClient[Litestar]) -> Shop:
    """A market on the test's savepoint."""
    with db.transaction() as session:
        return Shop(client, a_market(session))


def rows(db: Database, statement: str) -> list[Any]:
    """Rows that a query returns."""
    with db.reading() as session:
        return [tuple(row) for row in session.connection().execute(text(statement))]


def value(db: Database, statement: str) -> Any:
    """First value that a query returns."""
    with db.reading() as session:
        return session.connection().execute(text(statement)).scalar()


WRITTEN = ("order_group", "seller_order", "order_line", "reservation", "payment", "payment_split", "idempotency_key")


def written(db: Database) -> list[Any]:
    """Number of rows in each of `WRITTEN`, and of reserved grams."""
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in WRITTEN)
    statement = text(f"SELECT {counts}, (SELECT sum(reserved) FROM harvest_lot)")
    with db.reading() as session:
        return list(session.connection().execute(statement).one())


def refused(shop: Shop, db: Database, path: str, body: Any, status: int, code: str) -> Any:
    """Problem of a POST, asserted to be refused in three languages and to write nothing."""
    before, said = written(db), set[str]()
    for language in LANGUAGES:
        headers = {**shop.market.buyer.headers, "accept-language": language, "idempotency-key": "once"}
        answer = shop.client.post(f"/v1{path}", json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        said.add(answer.json()["detail"])
    assert written(db) == before
    assert len(said) == len(LANGUAGES)
    return answer.json()


def bought(shop: Shop, db: Database, *packs: int) -> Any:
    """Order group of a cart that was bought and paid for, after the workers' handlers have run."""
    group = shop.done(shop.market.buyer, "/checkouts", checkout_body(cart_id=shop.cart(*packs)))["order_group"]
    drain(db)
    return group


@pytest.fixture
def placed(db: Database) -> tuple[Market, GroupView]:
    """A purchase of both sellers that waits for its payment."""
    with db.transaction() as session:
        market = a_market(session)
        return market, a_purchase(session, market, (1, 1))


def sweep(db: Database, after: timedelta, handler: str) -> None:
    """Run the worker's handler of that name, `after` later."""
    with db.transaction() as session:
        clock.advance(session, after)
    RUNNERS[handler](db, new_id(), {"name": handler, "slot": "2020-02-17T00:00:00Z"})
