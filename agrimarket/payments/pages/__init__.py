"""HTML handlers of `payments`: the seller's payout account, and the desks where operators verify and send."""

from litestar.types import ControllerRouterHandler

from agrimarket.payments.pages import bank_accounts, bank_transfers, ledger, payout_accounts, payouts

PAGES: list[ControllerRouterHandler] = [
    *payout_accounts.PAGES,
    *payouts.PAGES,
    *ledger.PAGES,
    *bank_accounts.PAGES,
    *bank_transfers.PAGES,
]
