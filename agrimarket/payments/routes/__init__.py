"""JSON handlers of `payments`."""

from litestar.types import ControllerRouterHandler

from agrimarket.payments.routes import (
    bank_accounts,
    bank_transfers,
    ledger,
    payments,
    payout_accounts,
    payouts,
    reconciliations,
    webhooks,
)

ROUTES: list[ControllerRouterHandler] = [
    *payments.ROUTES,
    *ledger.ROUTES,
    *reconciliations.ROUTES,
    *payout_accounts.ROUTES,
    *payouts.ROUTES,
    *bank_accounts.ROUTES,
    *bank_transfers.ROUTES,
]
WEBHOOKS: list[ControllerRouterHandler] = webhooks.WEBHOOKS
