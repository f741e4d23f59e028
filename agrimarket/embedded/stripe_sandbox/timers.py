"""Timers: events that happen by themselves when the sandbox's clock passes a moment."""

from collections.abc import Callable

from agrimarket.embedded.stripe_sandbox import charges, disputes, ledger, payment_flow, payouts, refunds
from agrimarket.embedded.stripe_sandbox.store import Record, Store, Transaction

HANDLERS: dict[str, Callable[[Transaction, Record], None]] = {
    "authorisation_lapses": payment_flow.authorisation_lapses,
    "evidence_due": disputes.evidence_due,
    "funds_available": ledger.release,
    "payout_arrives": payouts.arrive,
    "payout_submitted": payouts.submit,
    "refund_fails": refunds.fail,
    "refund_pending": refunds.succeed,
    "refund_waits": refunds.retry,
    "settle_charge": charges.settle_later,
}


def run_due(store: Store) -> int:
    """Do everything that is due, each at its own moment and in order; returns how many were done."""
    with store.transaction() as tx:
        now = tx.now
        due = tx.db.execute(
            "SELECT seq, due, kind, object_id FROM timers WHERE due <= ? ORDER BY due, seq", (now,)
        ).fetchall()
        for seq, moment, kind, object_id in due:
            tx.now = moment
            tx.db.execute("DELETE FROM timers WHERE seq = ?", (seq,))
            record = tx.find(object_id)
            if record is not None:
                HANDLERS[kind](tx, record)
        # A refund that waits for money is tried again at the next call, not in this round.
        tx.db.execute("UPDATE timers SET due = ? WHERE due < ?", (now, now))
    return len(due)
