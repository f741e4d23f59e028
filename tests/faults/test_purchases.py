"""Row 29: whoever dies in a purchase, and wherever: it is paid once and placed once, or it was never accepted.

Each purchase is made by a process of its own that ends at the failpoint. Decision 11 names the states that it leaves.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from agrimarket.drive import drive
from agrimarket.embedded.stripe_sandbox.testing import running_sandbox
from agrimarket.integrations.stripe import StripeGateway
from agrimarket.kernel import failpoints
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.principal import Principal
from agrimarket.orders.flows import checkouts
from agrimarket.orders.schemas.checkouts import CheckoutIn
from agrimarket.orders.service import carts
from agrimarket.orders.types import Line
from agrimarket.payments.errors import PaymentRefused, ProviderAway
from agrimarket.payments.flows import webhooks
from agrimarket.settings import get_settings
from tests.factories.orders import Market, a_market
from tests.factories.payments import Till
from tests.factories.regions import load_tree
from tests.faults.figures import bound, figure, times
from tests.orders.conftest import checkout_body
from tests.support.running import running
from workers.handling import RUNNERS
from workers.tasks import orders as tasks

REPEATS = times(50)
DIED = 137
LEASE = timedelta(minutes=2)
"""Longer than a dead process's claim of a call and of an idempotency key."""


@dataclass
class Buying:
    """Purchases of two sellers' goods, each by a process that may die, and what became of them all."""

    till: Till
    url: str
    market: Market
    kills: int = 0
    carts: list[UUID] = field(default_factory=list[UUID])

    @property
    def buyer(self) -> Principal:
        return self.market.buyer.principal

    def begin(self) -> UUID:
        """A new cart."""
        with self.till.db.transaction() as session:
            lines = [Line(listing.id, 1) for listing in self.market.listings]
            self.carts.append(carts.begin(session, self.buyer, lines).id)
        return self.carts[-1]

    def die(self, cart: UUID, where: str, **body: Any) -> None:
        """Check the cart out in a process that ends at the failpoint `where`."""
        child = os.fork()
        if child == 0:
            os.environ["AGRIMARKET_FAILPOINT"] = where
            failpoints._armed.cache_clear()
            try:
                gateway = StripeGateway("sk_test_sandbox", self.till.sandbox.url, "whsec_sandbox")
                self._check_out(Database(self.url, pool_size=2), gateway, cart, body)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == DIED
        self.kills += 1

    def check_out(self, cart: UUID, **body: Any) -> BaseModel | DomainError:
        """Check the cart out in this process: the answer, or the refusal."""
        try:
            return self._check_out(self.till.db, self.till.gateway, cart, body)
        except DomainError as refusal:
            return refusal

    def _check_out(self, db: Database, gateway: Any, cart: UUID, body: dict[str, Any]) -> BaseModel:
        data = CheckoutIn.model_validate({**checkout_body(cart_id=encode("crt", cart)), **body})
        key = Idempotency(str(self.buyer.person_id), f"{cart}:{data.payment_method}", b"same")
        return checkouts.check_out(db, gateway, self.buyer, data, key)

    def sweep(self) -> None:
        """What the workers do once every claim of a dead process is over."""
        self.till.pass_time(LEASE)
        self.till.resolve()

    def unpaid(self) -> None:
        """The sweep of purchases whose payment window is over."""
        RUNNERS[tasks.sweep_unpaid](self.till.db, new_id(), {"name": "orders.unpaid", "slot": "2020-02-17T00:00:00Z"})
        self.till.settle_down()

    def lost(self) -> int:
        """Carts without a placed purchase of two sellers."""
        placed = self.till.all(
            "SELECT g.cart_id FROM order_group AS g JOIN seller_order AS o ON o.group_id = g.id "
            "WHERE o.state = 'placed' GROUP BY g.cart_id HAVING count(*) = 2"
        )
        return len(set(self.carts) - {row.cart_id for row in placed})

    def doubled(self) -> int:
        """Purchases a cart, intents and paid charges a purchase, and events a payment or an order beyond one."""
        rows = self.till.one(
            "SELECT (SELECT count(*) - count(DISTINCT cart_id) FROM order_group) AS groups, "
            "(SELECT count(*) - count(DISTINCT payload ->> 'payment_id') FROM outbox_message "
            " WHERE topic = 'payment.succeeded') AS payments, "
            "(SELECT count(*) - count(DISTINCT payload ->> 'seller_order_id') FROM outbox_message "
            " WHERE topic = 'order.placed') AS orders"
        )
        intents = self._intents()
        names = {intent.metadata["agrimarket_id"] for intent in intents}
        charges = self.till.sandbox.client().v1.charges.list({"limit": 100}).auto_paging_iter()
        paid = [charge.payment_intent for charge in charges if charge.paid]
        return sum(rows) + len(intents) - len(names) + len(paid) - len(set(paid))

    def drift(self) -> int:
        """Minor units and grams by which provider, payments, ledger and stock differ."""
        there = sum(intent.amount_capturable + intent.amount_received for intent in self._intents())
        sums = self.till.one(
            "SELECT (SELECT coalesce(sum(amount), 0) FROM payment WHERE state IN ('authorised', 'captured')) AS paid, "
            "(SELECT coalesce(sum(goods + delivery), 0) FROM seller_order WHERE state = 'placed') AS ordered, "
            "(SELECT coalesce(sum(grams), 0) FROM reservation WHERE state = 'committed') AS sold, "
            "(SELECT sum(committed) FROM harvest_lot) AS committed, (SELECT sum(reserved) FROM harvest_lot) AS reserved"
        )
        open_calls = self.till.one("SELECT count(*) AS n FROM provider_call WHERE state IN ('intent', 'unresolved')").n
        money = abs(there - sums.paid) + abs(sums.paid - sums.ordered) + abs(self.till.trial())
        return int(money + abs(sums.sold - sums.committed) + sums.reserved + open_calls)

    def _intents(self) -> list[Any]:
        return list(self.till.sandbox.client().v1.payment_intents.list({"limit": 100}).auto_paging_iter())

    def tell(self, fault: str, **more: object) -> None:
        """Print the row and hold it to what must be."""
        lost, doubled, drift = self.lost(), self.doubled(), self.drift()
        told = {"purchases": len(self.carts), "kills": self.kills, "lost": lost, "doubled": doubled}
        figure(29, fault, **told, money_drift=drift, **more, bound=bound(len(self.carts)))
        assert (lost, doubled, drift) == (0, 0, 0)
        assert self.kills >= len(self.carts) == REPEATS


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Till, str, Market]]:
    """Durable PostgreSQL with a market, and the sandbox behind the real SDK."""
    with (
        running(tmp_path_factory.mktemp("purchases")) as system,
        running_sandbox() as sandbox,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("AGRIMARKET_STRIPE_API_BASE", sandbox.url)
        get_settings.cache_clear()
        with system.db.transaction() as session:
            load_tree(session)
            market = a_market(session, grams=100_000_000)
        gateway = StripeGateway("sk_test_sandbox", sandbox.url, "whsec_sandbox")
        yield Till(system.db, gateway, sandbox), system.database_url, market
    get_settings.cache_clear()


@pytest.fixture
def buying(shop: tuple[Till, str, Market]) -> Buying:
    """The purchases of one test. What it adds up, it adds up over those of the tests before it too."""
    return Buying(*shop)


BETWEEN = {
    "orders.placed": "after placing, before the call",
    "payments.before_create_payment": "as the call begins",
    "payments.after_create_payment": "between the call and its record",
    "orders.recording": "within the recording transaction",
}


@pytest.mark.parametrize("where", BETWEEN)
def test_row_29_killed_and_nobody_comes_back(buying: Buying, where: str) -> None:
    for _ in range(REPEATS):
        buying.die(buying.begin(), where)
    buying.sweep()
    buying.tell(f"killed {BETWEEN[where]}; the sweep ends it")


@pytest.mark.parametrize("where", BETWEEN)
def test_row_29_killed_and_the_buyer_asks_again(buying: Buying, where: str) -> None:
    refused = 0
    for _ in range(REPEATS):
        cart = buying.begin()
        buying.die(cart, where)
        refused += isinstance(buying.check_out(cart), DomainError)  # its key is held for a minute
        refused += isinstance(buying.check_out(cart, payment_method="pm_card_mastercard"), ProviderAway)
        buying.till.pass_time(LEASE)
        assert not isinstance(buying.check_out(cart), DomainError)
    buying.till.settle_down()
    assert refused == 2 * REPEATS
    buying.tell(f"killed {BETWEEN[where]}; the buyer asks again", asked_too_early=refused)


@pytest.mark.parametrize("where", ["payments.after_create_payment", "orders.recording"])
def test_row_29_killed_and_the_webhook_comes_first(buying: Buying, where: str) -> None:
    for _ in range(REPEATS):
        buying.die(buying.begin(), where)
    assert webhooks.poll(buying.till.db, buying.till.gateway) > 0
    buying.till.settle_down()
    assert buying.lost() == 0  # before any sweep
    buying.sweep()
    buying.tell(f"killed {BETWEEN[where]}; the event comes before the sweep")


def test_row_29_killed_after_the_record(buying: Buying) -> None:
    for _ in range(REPEATS):
        cart = buying.begin()
        buying.die(cart, "orders.recorded")
        before = buying.till.calls("POST /v1/payment_intents")["calls"]
        assert not isinstance(buying.check_out(cart), DomainError)  # the kept answer
        assert buying.till.calls("POST /v1/payment_intents")["calls"] == before
    buying.sweep()
    buying.tell("killed after the record, before the answer; the same key gets the kept one")


def test_row_29_killed_with_a_refused_card(buying: Buying) -> None:
    failed = "SELECT count(*) AS n FROM payment WHERE state = 'failed'"
    for _ in range(REPEATS):
        buying.die(buying.begin(), "orders.recording", payment_method="pm_card_chargeDeclined")
    buying.sweep()
    assert buying.till.one(failed).n == REPEATS
    for cart in buying.carts:
        again = buying.check_out(cart, payment_method="pm_card_chargeDeclined")
        assert isinstance(again, PaymentRefused)
        assert not isinstance(buying.check_out(cart), DomainError)
    buying.till.settle_down()
    buying.tell("killed with a card that is refused; another card pays")


def test_row_29_killed_on_the_way_to_alipay(buying: Buying) -> None:
    for _ in range(REPEATS):
        buying.die(buying.begin(), "payments.after_create_payment", method="alipay", payment_method=None)
    waiting = [intent for intent in buying._intents() if intent.status == "requires_action"]
    assert len(waiting) == REPEATS
    for intent in waiting:
        buying.till.sandbox.control("POST", f"payment_intents/{intent.id}/complete_action", {"outcome": "succeed"})
    webhooks.poll(buying.till.db, buying.till.gateway)
    buying.till.settle_down()
    buying.sweep()
    buying.till.agrees()
    buying.tell("killed before the buyer is sent to Alipay, who pays there")


def test_row_29_killed_and_found_out_after_the_purchase_lapsed(buying: Buying) -> None:
    points = ["orders.placed", "payments.after_create_payment"]
    for n in range(REPEATS):
        buying.die(buying.begin(), points[n % len(points)])
    buying.till.pass_time(drive().windows.payment)
    buying.unpaid()
    lapsed = buying.till.one("SELECT count(*) AS n FROM seller_order WHERE state = 'payment_expired'").n
    assert lapsed == 2 * REPEATS
    buying.sweep()
    buying.tell("killed, and found out only after the purchase lapsed: placed anew", lapsed_orders=lapsed)
