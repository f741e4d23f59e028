"""Purchases by processes that may die, and what became of them all (rows 29 and 33)."""

import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel

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
from tests.factories.orders import Market
from tests.factories.payments import Till
from tests.faults.figures import bound, figure, times
from tests.orders.conftest import checkout_body
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
        again = body.pop("again", "")
        data = CheckoutIn.model_validate({**checkout_body(cart_id=encode("crt", cart)), **body})
        key = Idempotency(str(self.buyer.person_id), f"{cart}:{data.payment_method}{again}", b"same")
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
        intents = self.intents()
        names = {intent.metadata["agrimarket_id"] for intent in intents}
        charges = self.till.sandbox.client().v1.charges.list({"limit": 100}).auto_paging_iter()
        paid = [charge.payment_intent for charge in charges if charge.paid]
        return sum(rows) + len(intents) - len(names) + len(paid) - len(set(paid))

    def drift(self) -> int:
        """Minor units and grams by which provider, payments, ledger and stock differ."""
        there = sum(intent.amount_capturable + intent.amount_received for intent in self.intents())
        there -= sum(refund.amount for refund in self._refunds())
        sums = self.till.one(
            "SELECT (SELECT coalesce(sum(amount), 0) FROM payment WHERE state IN ('authorised', 'captured')) AS paid, "
            "(SELECT coalesce(sum(goods + delivery), 0) FROM seller_order WHERE state = 'placed') AS ordered, "
            "(SELECT coalesce(sum(grams), 0) FROM reservation WHERE state = 'committed') AS sold, "
            "(SELECT sum(committed) FROM harvest_lot) AS committed, (SELECT sum(reserved) FROM harvest_lot) AS reserved"
        )
        open_calls = self.till.one("SELECT count(*) AS n FROM provider_call WHERE state IN ('intent', 'unresolved')").n
        money = abs(there - sums.paid) + abs(sums.paid - sums.ordered) + abs(self.till.trial())
        return int(money + abs(sums.sold - sums.committed) + sums.reserved + open_calls)

    def intents(self) -> list[Any]:
        """Intents at the provider, the newest first."""
        return list(self.till.sandbox.client().v1.payment_intents.list({"limit": 100}).auto_paging_iter())

    def tell(self, fault: str, **more: object) -> None:
        """Print the row and hold it to what must be."""
        lost, doubled, drift = self.lost(), self.doubled(), self.drift()
        told = {"purchases": len(self.carts), "kills": self.kills, "lost": lost, "doubled": doubled}
        figure(29, fault, **told, money_drift=drift, **more, bound=bound(len(self.carts)))
        assert (lost, doubled, drift) == (0, 0, 0)
        assert self.kills >= len(self.carts) == REPEATS

    def _refunds(self) -> list[Any]:
        return list(self.till.sandbox.client().v1.refunds.list({"limit": 100}).auto_paging_iter())
