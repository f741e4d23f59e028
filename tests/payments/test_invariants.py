"""Money adds up, whatever the provider answers and in whatever order: invariants 2, 3 and 5."""

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from agrimarket.integrations.payment_gateway import PaymentView, ProviderRefused, RefundView, TransferView
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.payments import rules
from agrimarket.payments.errors import RefundTooLarge
from agrimarket.payments.service import calls, ledger, payments, refunds, reversals, transfers
from agrimarket.payments.service.payments import SplitIn
from agrimarket.payments.states import CallState, LedgerKind, PaymentMethod
from tests.factories import accounts as people

ANSWERS = st.sampled_from(["done", "refused", "unresolved", "pending"])


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("refund"), st.integers(0, 2), st.integers(1, 6_000)),
        st.tuples(st.just("hold"), st.integers(0, 2), st.integers(1, 3_000)),
        st.tuples(st.just("release"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("sweep"), st.just(0), st.just(0)),
        st.tuples(st.just("answer"), st.integers(0, 5), ANSWERS),
        st.tuples(st.just("drain_account"), st.integers(0, 1), st.just(0)),
    ),
    min_size=3,
    max_size=25,
)


class Books:
    """A settled payment of three splits for two sellers, and a provider that answers as it is told."""

    def __init__(self, session: Session, amounts: list[int], finals: list[int], method: PaymentMethod) -> None:
        self.session = session
        one, two = (people.a_seller(session).principal.seller_id for _ in range(2))
        assert one is not None
        assert two is not None
        self.sellers = [one, two]
        self.references = [new_id() for _ in amounts]
        self.source_id = new_id()
        owners = [one, two, one]
        for seller in self.sellers:
            self._open_account(seller)
        parts = [
            SplitIn(seller, reference, Money(amount), 777)
            for seller, reference, amount in zip(owners, self.references, amounts, strict=True)
        ]
        payment = payments.create(
            session,
            source_type="order_group",
            source_id=self.source_id,
            payer_id=people.a_person(session).person_id,
            parts=parts,
            method=method,
            transfer_group="grp",
        )
        held = "requires_capture" if method == PaymentMethod.CARD else "succeeded"
        self._tell_payment(payment.id, held, sum(amounts))
        named = {reference: Money(final) for reference, final in zip(self.references, finals, strict=True)}
        payments.settle(session, "order_group", self.source_id, named)
        if method == PaymentMethod.CARD:
            self._tell_payment(payment.id, "succeeded", sum(finals))
        for reference in self.references:
            transfers.schedule(session, reference, clock.read(session))

    def _open_account(self, seller: object) -> None:
        statement = """
            INSERT INTO payout_account (id, seller_id, provider, provider_id, country, currency, details_submitted,
                transfers_enabled, payouts_enabled, has_funds, requirements)
            VALUES (:id, :seller, 'stripe', :name, 'HK', 'CNY', true, true, true, false, '{}')
        """
        row = {"id": new_id(), "seller": seller, "name": f"acct_{new_id()}"}
        self.session.connection().execute(text(statement), row)

    def _tell_payment(self, payment_id: Any, status: str, received: int) -> None:
        view = PaymentView(f"pi_{payment_id}", status, 0, received, None, None, f"ch_{payment_id}", None, None, None)
        payments.apply(self.session, payment_id, view, seen_attempts=0)

    def take(self, step: tuple[str, int, Any]) -> None:
        """Do one step, unless the rules refuse it."""
        act, which, value = step
        reference = self.references[which % 3]
        match act:
            case "refund":
                self._refund(reference, value)
            case "hold":
                transfers.hold(self.session, reference, Money(value))
            case "release":
                held = self._rows("SELECT h.amount, s.reference_id FROM hold AS h JOIN payment_split AS s"
                                  " ON s.id = h.split_id WHERE h.released_at IS NULL")  # fmt: skip
                if held:
                    transfers.release_hold(self.session, held[0].reference_id, Money(held[0].amount))
            case "sweep":
                transfers.prepare_due(self.session)
            case "drain_account":
                self._drain(self.sellers[which])
            case _:
                self._answer(which, value)

    def _refund(self, reference: Any, amount: int) -> None:
        with suppress(RefundTooLarge):
            refunds.request(
                self.session,
                source_type="order_group",
                source_id=self.source_id,
                reference_id=reference,
                amount=Money(amount),
                reason="spoiled",
                key=str(new_id()),
            )

    def _drain(self, seller: Any) -> None:
        """Pay out everything on the seller's account to their bank."""
        there = ledger.balance(self.session, LedgerKind.CONNECTED_BALANCE, seller_id=seller).amount
        lines = [
            ledger.Line(LedgerKind.SELLER_PAYABLE, there, seller),
            ledger.Line(LedgerKind.CONNECTED_BALANCE, -there, seller),
        ]
        ledger.post(self.session, "payout_paid", ("payout", new_id()), lines, "CNY")

    def _answer(self, which: int, answer: str) -> None:
        statement = (
            "SELECT id, operation, subject_id, request FROM provider_call"
            " WHERE state IN ('intent', 'unresolved') AND operation <> 'capture' ORDER BY id"
        )
        waiting = self._rows(statement)
        if not waiting:
            return
        call = waiting[which % len(waiting)]
        if answer != "unresolved":
            state = CallState.REFUSED if answer == "refused" else CallState.DONE
            calls.finish(self.session, call.id, state)
        match call.operation:
            case "refund":
                self._refund_answer(call.subject_id, answer)
            case "transfer":
                self._transfer(call.subject_id, call.request, answer)
            case _:
                self._reverse_transfer(call.subject_id, call.request, answer)

    def _refund_answer(self, refund_id: Any, answer: str) -> None:
        if answer == "refused":
            refunds.refused(self.session, refund_id, ProviderRefused("charge_disputed"))
        elif answer == "unresolved":
            refunds.unresolved(self.session, refund_id)
        else:
            status = "pending" if answer == "pending" else "succeeded"
            view = RefundView(f"re_{refund_id}", status, answer == "done", None)
            refunds.sent(self.session, refund_id, view)

    def _transfer(self, transfer_id: Any, request: Any, answer: str) -> None:
        if answer == "refused":
            transfers.refused(self.session, transfer_id, ProviderRefused("no"))
            self.session.connection().execute(text("UPDATE transfer SET due_at = agrimarket_now()"))
        elif answer == "unresolved":
            transfers.unresolved(self.session, transfer_id)
        else:
            transfers.done(self.session, transfer_id, TransferView(f"tr_{transfer_id}", request["amount"]))

    def _reverse_transfer(self, reversal_id: Any, request: Any, answer: str) -> None:
        seller = self._rows(
            "SELECT seller_id FROM transfer WHERE id = (SELECT transfer_id FROM transfer_reversal WHERE id = :id)",
            id=reversal_id,
        )[0].seller_id
        there = ledger.balance(self.session, LedgerKind.CONNECTED_BALANCE, seller_id=seller).amount
        if answer == "unresolved":
            reversals.unresolved(self.session, reversal_id)
        elif answer == "refused" or there < request["amount"]:
            self.session.connection().execute(
                text("UPDATE provider_call SET state = 'refused' WHERE subject_id = :id"), {"id": reversal_id}
            )
            reversals.refused(self.session, reversal_id, there)
        else:
            reversals.done(self.session, reversal_id, TransferView(f"trr_{reversal_id}", request["amount"]))

    def _rows(self, statement: str, **values: Any) -> list[Any]:
        self.session.flush()
        return list(self.session.connection().execute(text(statement), values))

    def check(self) -> None:
        """Assert everything that has to hold at every moment."""
        self.session.flush()
        self.session.connection().execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        self.session.connection().execute(text("SET CONSTRAINTS ALL DEFERRED"))
        assert sum(line.balance for line in ledger.trial_balance(self.session)) == 0
        splits = self._rows("SELECT * FROM payment_split")
        for split in splits:
            assert split.refunded <= split.captured
            kept = split.captured - split.refunded
            assert split.commission == rules.commission(kept, split.commission_bps)
            assert split.transferred - split.clawed_back <= kept - split.commission
        for seller in self.sellers:
            self._check_seller(seller, [split for split in splits if split.seller_id == seller])
        assert self._book(LedgerKind.BUYER_FUNDS) == 0
        assert -self._book(LedgerKind.COMMISSION_REVENUE) == sum(split.commission for split in splits)
        unpaid = self._rows("SELECT coalesce(sum(amount), 0) AS n FROM refund WHERE state <> 'succeeded'")[0].n
        assert -self._book(LedgerKind.REFUNDS_PAYABLE) == unpaid

    def _check_seller(self, seller: Any, splits: list[Any]) -> None:
        entitled = sum(split.captured - split.refunded - split.commission for split in splits)
        owed_to, owed_by = (
            -self._book(LedgerKind.SELLER_PAYABLE, seller),
            self._book(LedgerKind.SELLER_RECEIVABLE, seller),
        )
        banked = self._rows(
            "SELECT coalesce(sum(p.amount), 0) AS n FROM posting AS p JOIN journal_entry AS e ON e.id = p.entry_id"
            " JOIN ledger_account AS a ON a.id = p.account_id"
            " WHERE e.kind = 'payout_paid' AND a.kind = 'seller_payable' AND a.owner_id = :seller",
            seller=seller,
        )[0].n
        assert owed_by >= 0
        assert owed_to - owed_by + banked == entitled
        sent = self._rows(
            "SELECT coalesce(sum(amount - reversed), 0) AS n FROM transfer"
            " WHERE seller_id = :seller AND state IN ('sent', 'reversed')",
            seller=seller,
        )[0].n
        assert self._book(LedgerKind.CONNECTED_BALANCE, seller) == sent - banked >= 0

    def _book(self, kind: LedgerKind, seller: Any = None) -> int:
        return ledger.balance(self.session, kind, seller_id=seller).amount


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.tuples(*[st.integers(1, 5_000)] * 3),
    parts=st.tuples(*[st.integers(0, 100)] * 3),
    method=st.sampled_from(PaymentMethod),
    steps=STEPS,
)
def test_money_never_drifts(
    db: Database, amounts: tuple[int, ...], parts: tuple[int, ...], method: PaymentMethod, steps: list[Any]
) -> None:
    finals = [amount * part // 100 for amount, part in zip(amounts, parts, strict=True)]
    finals[0] = max(1, finals[0])
    with db.transaction() as session:
        savepoint = session.begin_nested()
        books = Books(session, list(amounts), finals, method)
        books.check()
        for step in steps:
            books.take(step)
            books.check()
        savepoint.rollback()


@given(captured=st.integers(0, 10**12), refunded=st.integers(0, 10**12), bps=st.integers(0, 10_000))
def test_a_commission_never_exceeds_what_was_kept(captured: int, refunded: int, bps: int) -> None:
    kept = max(0, captured - refunded)
    commission = rules.commission(kept, bps)
    assert 0 <= commission <= kept
    assert abs(commission * 10_000 - kept * bps) <= 5_000
