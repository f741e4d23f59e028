"""Balances and balance transactions: every movement of money, per account and currency."""

from agrimarket.embedded.stripe_sandbox.errors import Json, balance_insufficient
from agrimarket.embedded.stripe_sandbox.events import emit_about
from agrimarket.embedded.stripe_sandbox.routing import LIST, Call, operation
from agrimarket.embedded.stripe_sandbox.store import Record, Transaction, new_id

REPORTING = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "transfer": "transfer",
    "transfer_refund": "transfer_reversal",
    "payout": "payout",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
}
"""Reporting categories (https://docs.stripe.com/reports/reporting-categories)."""


def post(
    tx: Transaction,
    account: str,
    kind: str,
    source: str,
    amount: int,
    currency: str,
    *,
    fee: int = 0,
    description: str | None = None,
    category: str | None = None,
    available_on: int | None = None,
) -> Record:
    """Move `amount` (signed, minor units) less `fee` on the account's balance.

    Income is pending for `funds_delay_seconds`; outgoing money leaves the available balance at once.
    """
    net = amount - fee
    delay = tx.settings["funds_delay_seconds"] if kind in ("charge", "payment") else 0
    due = available_on if available_on is not None else tx.now + delay
    waits = net > 0 and due > tx.now
    record = tx.insert(
        "balance_transaction",
        account,
        {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": max(due, tx.now),
            "balance_type": "payments",
            "created": tx.now,
            "currency": currency,
            "description": description,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": _fee_details(fee, currency),
            "net": net,
            "reporting_category": category or REPORTING[kind],
            "source": source,
            "status": "pending" if waits else "available",
            "type": kind,
        },
    )
    _shift(tx, account, currency, available=0 if waits else net, pending=net if waits else 0)
    if waits:
        tx.at(due, "funds_available", record.id)
    return record


def _fee_details(fee: int, currency: str) -> list[Json]:
    if not fee:
        return []
    return [
        {
            "amount": fee,
            "application": None,
            "currency": currency,
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]


def _shift(tx: Transaction, account: str, currency: str, *, available: int, pending: int) -> None:
    tx.db.execute(
        "INSERT INTO balances VALUES (?, ?, ?, ?) ON CONFLICT (account, currency)"
        " DO UPDATE SET available = available + excluded.available, pending = pending + excluded.pending",
        (account, currency, available, pending),
    )


def release(tx: Transaction, record: Record) -> None:
    """Make a pending balance transaction available."""
    net, currency = record.body["net"], record.body["currency"]
    record.body["status"] = "available"
    tx.save(record)
    _shift(tx, record.account, currency, available=net, pending=-net)
    emit_about(tx, "balance.available", record.account, balance(tx, record.account))


def processing_fee(tx: Transaction, amount: int) -> int:
    """Fee that the sandbox keeps of a payment: basis points, rounded half up, plus a fixed part; at most the amount."""
    return min(amount, (amount * tx.settings["fee_bps"] + 5_000) // 10_000 + tx.settings["fee_fixed"])


def available(tx: Transaction, account: str, currency: str) -> int:
    """The available balance in minor units; below zero after losses."""
    row = tx.db.execute(
        "SELECT available FROM balances WHERE account = ? AND currency = ?", (account, currency)
    ).fetchone()
    return row[0] if row else 0


def require_available(tx: Transaction, account: str, currency: str, amount: int) -> None:
    """Raise Stripe's `balance_insufficient` unless the available balance covers the amount."""
    if available(tx, account, currency) < amount:
        raise balance_insufficient(f"You have insufficient available funds in your Stripe account ({currency}).")


def balance(tx: Transaction, account: str) -> Json:
    """The balance object of an account; one that never moved money shows a zero in its own currency."""
    rows = tx.db.execute(
        "SELECT currency, available, pending FROM balances WHERE account = ? ORDER BY currency", (account,)
    ).fetchall()
    rows = rows or [("cny", 0, 0)]
    return {
        "object": "balance",
        "available": [_funds(currency, amount) for currency, amount, _ in rows],
        "connect_reserved": [{"amount": 0, "currency": currency} for currency, _, _ in rows],
        "livemode": False,
        "pending": [_funds(currency, amount) for currency, _, amount in rows],
    }


def _funds(currency: str, amount: int) -> Json:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


@operation("GET", "/v1/balance")
def retrieve_balance(call: Call) -> Json:
    """Available and pending funds by currency."""
    return balance(call.tx, call.account)


@operation("GET", "/v1/balance_transactions/{id}")
def retrieve_balance_transaction(call: Call) -> Json:
    """A movement of money."""
    return call.get("balance_transaction").body


@operation("GET", "/v1/balance_transactions", *LIST, "currency", "source", "type")
def list_balance_transactions(call: Call) -> Json:
    """Movements of money, newest first."""
    return call.cursor_list("balance_transaction", "/v1/balance_transactions", equal=("currency", "source", "type"))
