"""Use cases of `payments` that call the provider, between transactions of their own."""

from agrimarket.payments.flows.engine import attempt_call, resolve, resolve_due, run_call
from agrimarket.payments.flows.paying import (
    SettlementStuck,
    StartedPayment,
    payment_status,
    refresh_payment,
    refresh_stale,
    start_payment,
)
from agrimarket.payments.flows.reconciling import reconcile
from agrimarket.payments.flows.selling import open_payout_account, pay_out, refresh_account, refresh_payout
from agrimarket.payments.flows.watching import act_on, poll, refresh_refund, take_in

__all__ = [
    "SettlementStuck",
    "StartedPayment",
    "act_on",
    "attempt_call",
    "open_payout_account",
    "pay_out",
    "payment_status",
    "poll",
    "reconcile",
    "refresh_account",
    "refresh_payment",
    "refresh_payout",
    "refresh_refund",
    "refresh_stale",
    "resolve",
    "resolve_due",
    "run_call",
    "start_payment",
    "take_in",
]
