"""Payments on their way, brought there through the services and flows, against a running sandbox."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox
from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Role
from agrimarket.payments.flows import calls, payout_accounts, reconciliations, webhooks
from agrimarket.payments.flows import payments as payment_flows
from agrimarket.payments.queries.payout_accounts import mark_funded
from agrimarket.payments.service import bank_transfers, ledger, payments, payouts, refunds, transfers
from agrimarket.payments.service.ledger import Line
from agrimarket.payments.service.payments import SplitIn
from agrimarket.payments.states import LedgerKind, PaymentMethod
from tests.factories import accounts as people
from tests.factories.accounts import Somebody
from workers.inline import drain

COMMISSION_BPS = 500


@dataclass
class Till:
    """A till: database, gateway and the sandbox behind it, which are everything that money passes through."""

    db: Database
    gateway: PaymentGateway
    sandbox: RunningSandbox

    def settle_down(self) -> None:
        """Let the workers do everything that is due; none of their deliveries may fail."""
        drain(self.db)
        failed = self.all("SELECT handler, last_error FROM delivery WHERE last_error IS NOT NULL")
        assert [tuple(row) for row in failed if row.handler.startswith("payments.")] == []

    def pass_time(self, by: timedelta, *, provider: bool = False) -> None:
        """Move our clock, and with `provider` the provider's, too."""
        with self.db.transaction() as session:
            clock.advance(session, by)
        if provider:
            self.sandbox.control("POST", "clock", {"advance_seconds": int(by.total_seconds())})

    def fault(self, kind: str, path: str, **more: Any) -> None:
        """Make the next matching call at the provider fail."""
        self.sandbox.control("POST", "faults", {"kind": kind, "path": path, "method": "POST", **more})

    def calls(self, path: str) -> dict[str, int]:
        """Number of calls to that path at the provider, and of their effects."""
        none = {"calls": 0, "effects": 0, "replays": 0, "faults": 0}
        return self.sandbox.control("GET", "summary")["calls"].get(path, none)

    def one(self, statement: str, **values: Any) -> Any:
        """The only row of a query."""
        with self.db.reading() as session:
            return session.connection().execute(text(statement), values).one()

    def all(self, statement: str, **values: Any) -> list[Any]:
        """All rows of a query."""
        with self.db.reading() as session:
            return list(session.connection().execute(text(statement), values))

    def book(self, kind: LedgerKind, seller_id: UUID | None = None) -> int:
        """A ledger account's balance, signed so that what we owe and what we earned are positive."""
        with self.db.reading() as session:
            amount = ledger.balance(session, kind, seller_id=seller_id).amount
        return amount if kind in ASSETS else -amount

    def on_account(self, seller_id: UUID) -> int:
        """Balance of a seller's account at the provider."""
        account = self.one("SELECT provider_id FROM payout_account WHERE seller_id = :seller", seller=seller_id)
        return self.gateway.balance(account.provider_id).total.get("CNY", 0)

    def transfers_at_provider(self) -> int:
        """Number of transfers that the provider has made."""
        return self.sandbox.control("GET", "summary")["objects"].get("transfer", 0)

    def trial(self) -> int:
        """Sum of all accounts."""
        with self.db.reading() as session:
            return sum(line.balance for line in ledger.trial_balance(session))

    def send_due(self) -> None:
        """Run the sweep of due transfers and what it causes."""
        with self.db.transaction() as session:
            transfers.prepare_due(session)
        self.settle_down()

    def catch_up(self) -> None:
        """Take in the provider's newest events."""
        webhooks.poll(self.db, self.gateway)
        self.settle_down()

    def agrees(self) -> None:
        """Assert that the books sum to zero, and that the provider's balances agree with them."""
        self.catch_up()
        assert self.trial() == 0
        assert reconciliations.compare(self.db, self.gateway).differences == []

    def resolve(self) -> None:
        """Let some time pass and look up the calls whose answers were lost."""
        self.pass_time(timedelta(minutes=10))
        calls.resolve_due(self.db, self.gateway)
        self.settle_down()


ASSETS = frozenset(
    {
        LedgerKind.PROVIDER_BALANCE,
        LedgerKind.CONNECTED_BALANCE,
        LedgerKind.PAYOUTS_IN_TRANSIT,
        LedgerKind.SELLER_RECEIVABLE,
        LedgerKind.DISPUTED,
        LedgerKind.PROVIDER_FEES,
        LedgerKind.DISPUTE_LOSSES,
        LedgerKind.HARDSHIP,
    }
)


def somebody(till: Till, *roles: Role) -> Somebody:
    """A person of the till."""
    with till.db.transaction() as session:
        return people.a_person(session, *roles)


def a_merchant(till: Till) -> Somebody:
    """A seller of the till, without a payout account."""
    with till.db.transaction() as session:
        return people.a_seller(session)


@dataclass
class Sale:
    """A payment, and the things that it pays for."""

    payment_id: UUID
    source_id: UUID
    references: list[UUID]
    sellers: list[UUID]
    amounts: list[int]
    source_type: str = "order_group"
    claims: list[int] = field(default_factory=list)


def a_payout_account(till: Till, seller_id: UUID, *, enabled: bool = True) -> str:
    """Open the seller's account at the provider, onboarded unless `enabled` is False; returns its id there."""
    payout_accounts.open_account(till.db, till.gateway, seller_id, "https://a.example/ok", "https://a.example/again")
    account = till.one("SELECT provider_id FROM payout_account WHERE seller_id = :seller", seller=seller_id)
    if enabled:
        till.sandbox.control("POST", f"accounts/{account.provider_id}/complete_onboarding")
        payout_accounts.refresh(till.db, till.gateway, account.provider_id)
    return account.provider_id


def a_paid_seller(till: Till, *, enabled: bool = True) -> UUID:
    """A seller with a payout account."""
    with till.db.transaction() as session:
        seller_id = people.a_seller(session).principal.seller_id
    assert seller_id is not None
    a_payout_account(till, seller_id, enabled=enabled)
    return seller_id


def a_sale(
    till: Till,
    amounts: Sequence[int] = (10_000,),
    *,
    sellers: Sequence[UUID] | None = None,
    method: PaymentMethod = PaymentMethod.CARD,
    payer_id: UUID | None = None,
) -> Sale:
    """A payment that is written down, with one split for each amount."""
    with till.db.transaction() as session:
        payer_id = payer_id or people.a_person(session).person_id
        sellers = sellers or [_seller(session) for _ in amounts]
        source_id, references = new_id(), [new_id() for _ in amounts]
        payment = payments.create(
            session,
            source_type="order_group",
            source_id=source_id,
            payer_id=payer_id,
            parts=[
                SplitIn(seller, reference, Money(amount), COMMISSION_BPS)
                for seller, reference, amount in zip(sellers, references, amounts, strict=True)
            ],
            method=method,
            transfer_group=f"grp_{source_id.hex}",
        )
        return Sale(payment.id, source_id, references, list(sellers), list(amounts))


def _seller(session: Any) -> UUID:
    seller_id = people.a_seller(session).principal.seller_id
    assert seller_id is not None
    return seller_id


def pay(till: Till, sale: Sale, *, token: str = "pm_card_visa") -> None:
    """Let the buyer pay: by card at once, by Alipay on its page."""
    method = till.one("SELECT method FROM payment WHERE id = :id", id=sale.payment_id).method
    payment_flows.start(till.db, till.gateway, sale.payment_id, token if method == "card" else None)
    if method == "alipay":
        intent = till.one("SELECT provider_id FROM payment WHERE id = :id", id=sale.payment_id).provider_id
        till.sandbox.control("POST", f"payment_intents/{intent}/complete_action", {"outcome": "succeed"})
        payment_flows.refresh(till.db, till.gateway, sale.payment_id)
    till.settle_down()


def settle(till: Till, sale: Sale, finals: Sequence[int] | None = None) -> None:
    """Settle for `finals`, by default for the whole amounts."""
    amounts = sale.amounts if finals is None else finals
    named: Mapping[UUID, Money] = {
        reference: Money(amount) for reference, amount in zip(sale.references, amounts, strict=True)
    }
    with till.db.transaction() as session:
        payments.settle(session, sale.source_type, sale.source_id, named)
    till.settle_down()


def a_settled_sale(till: Till, amounts: Sequence[int] = (10_000,), **more: Any) -> Sale:
    """A payment that is captured in full."""
    sale = a_sale(till, amounts, **more)
    pay(till, sale)
    settle(till, sale)
    return sale


def refund(till: Till, sale: Sale, amount: int, *, split: int = 0, key: str | None = None) -> UUID:
    """Ask for a refund and let the workers send it."""
    with till.db.transaction() as session:
        refund_id = refunds.request(
            session,
            source_type=sale.source_type,
            source_id=sale.source_id,
            reference_id=sale.references[split],
            amount=Money(amount),
            reason="spoiled",
            key=key or f"test:{new_id()}",
        )
    till.settle_down()
    return refund_id


def transfer(till: Till, sale: Sale) -> None:
    """Transfer every split to its seller, as far as possible."""
    with till.db.transaction() as session:
        for reference in sale.references:
            transfers.schedule(session, reference, clock.read(session))
    till.send_due()


def a_due_transfer(till: Till) -> Sale:
    """A settled sale whose transfer is due."""
    sale = a_settled_sale(till, [10_000], sellers=[a_paid_seller(till)])
    with till.db.transaction() as session:
        transfers.schedule(session, sale.references[0], clock.read(session))
    return sale


def sales_booked(session: Session, seller_id: UUID, amounts: Iterable[int]) -> None:
    """Book sales of these amounts for their seller in the ledger, one entry each; no money moves."""
    for amount in amounts:
        lines = [Line(LedgerKind.BUYER_FUNDS, amount), Line(LedgerKind.SELLER_PAYABLE, -amount, seller_id)]
        ledger.post(session, "settlement", ("payment", new_id()), lines, "CNY")


def money_set_aside(session: Session, seller_id: UUID, amount: int) -> UUID:
    """A payout by bank transfer of a sale of that amount, waiting to be sent; without the provider."""
    sales_booked(session, seller_id, [amount])
    lines = [
        Line(LedgerKind.SELLER_PAYABLE, amount, seller_id),
        Line(LedgerKind.PAYOUTS_IN_TRANSIT, -amount, seller_id),
    ]
    ledger.post(session, "manual_transfer", ("transfer", new_id()), lines, "CNY")
    mark_funded(session, seller_id)
    assert bank_transfers.schedule(session) == 1
    return payouts.of_seller(session, seller_id, limit=1)[0].id
