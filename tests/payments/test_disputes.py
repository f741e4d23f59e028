"""Disputes in the ledger."""

from agrimarket.payments.flows import webhooks
from agrimarket.payments.states import LedgerKind
from tests.factories.payments import Till, a_settled_sale


def test_a_dispute_is_booked_once_and_a_lost_one_is_a_loss(till: Till) -> None:
    till.sandbox.control("POST", "settings", {"dispute_fee": 1_500})
    sale = a_settled_sale(till)
    charge = till.one("SELECT charge_id FROM payment").charge_id
    dispute = till.sandbox.control("POST", f"charges/{charge}/dispute", {"reason": "fraudulent"})
    for _ in range(2):
        webhooks.poll(till.db, till.gateway)
        till.settle_down()
    assert till.book(LedgerKind.DISPUTED) == 10_000
    assert till.book(LedgerKind.PROVIDER_FEES) == 1_500
    till.agrees()
    till.sandbox.control("POST", f"disputes/{dispute['id']}/resolve", {"outcome": "lost"})
    webhooks.poll(till.db, till.gateway)
    till.settle_down()
    assert till.book(LedgerKind.DISPUTED) == 0
    assert till.book(LedgerKind.DISPUTE_LOSSES) == 10_000
    assert till.book(LedgerKind.SELLER_PAYABLE, sale.sellers[0]) == 9_500
    till.agrees()
