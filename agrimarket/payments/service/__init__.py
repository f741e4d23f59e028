"""Use cases of `payments`. What calls the provider is in `flows`; what the ledger says, in `ledger`."""

from agrimarket.payments.service.accounts import PayoutAccountInfo, payout_account
from agrimarket.payments.service.payments import SplitIn, cancel, create_payment, funds_held, settle
from agrimarket.payments.service.refunds import request_refund
from agrimarket.payments.service.transfers import hold, release_hold, schedule_transfer
from agrimarket.payments.states import PaymentMethod, PaymentState

__all__ = [
    "PaymentMethod",
    "PaymentState",
    "PayoutAccountInfo",
    "SplitIn",
    "cancel",
    "create_payment",
    "funds_held",
    "hold",
    "payout_account",
    "release_hold",
    "request_refund",
    "schedule_transfer",
    "settle",
]
