"""Money is conserved under all acts in any order."""

from contextlib import suppress
from typing import Any

import stripe
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox

ACTS = st.one_of(
    st.tuples(st.just("pay"), st.integers(400, 3_000), st.sampled_from(["pm_card_visa", "pm_card_chargeDeclined"])),
    st.tuples(st.just("authorise"), st.integers(400, 3_000), st.just("")),
    st.tuples(st.just("capture"), st.integers(1, 3_000), st.just("")),
    st.tuples(st.just("cancel"), st.just(0), st.just("")),
    st.tuples(st.just("refund"), st.integers(1, 2_000), st.just("")),
    st.tuples(st.just("transfer"), st.integers(1, 2_000), st.sampled_from(["", "from_charge"])),
    st.tuples(st.just("reverse"), st.integers(1, 1_500), st.just("")),
    st.tuples(st.just("payout"), st.integers(1, 1_500), st.just("")),
    st.tuples(st.just("fail_payout"), st.just(0), st.just("")),
    st.tuples(st.just("dispute"), st.integers(1, 3_000), st.sampled_from(["won", "lost"])),
    st.tuples(st.just("clock"), st.sampled_from([60, 86_400, 3 * 86_400]), st.just("")),
)


class Actor:
    """Actor that does one act after another on the objects that exist, and ignores refusals."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self.client = sandbox.client()
        account = self.client.v1.accounts.create(
            {"type": "express", "default_currency": "cny", "capabilities": {"transfers": {"requested": True}}}
        )
        sandbox.control("POST", f"accounts/{account.id}/complete_onboarding")
        self.seller = account.id

    def do(self, act: str, amount: int, how: str) -> None:
        """Do one act; a refusal by the sandbox is an answer, too."""
        with suppress(stripe.StripeError):
            getattr(self, f"do_{act}")(amount, how)

    def _intents(self, status: str) -> list[Any]:
        return [
            intent for intent in self.client.v1.payment_intents.list({"limit": 100}).data if intent.status == status
        ]

    def do_pay(self, amount: int, how: str, capture: str = "automatic") -> None:
        self.client.v1.payment_intents.create(
            {
                "amount": amount,
                "currency": "cny",
                "confirm": True,
                "payment_method": how,
                "capture_method": capture,  # type: ignore[typeddict-item]
                "allowed_payment_method_types": ["card"],
            }
        )

    def do_authorise(self, amount: int, how: str) -> None:
        self.do_pay(amount, "pm_card_visa", "manual")

    def do_capture(self, amount: int, how: str) -> None:
        for intent in self._intents("requires_capture")[:1]:
            self.client.v1.payment_intents.capture(intent.id, {"amount_to_capture": amount})

    def do_cancel(self, amount: int, how: str) -> None:
        for intent in self._intents("requires_capture")[:1]:
            self.client.v1.payment_intents.cancel(intent.id)

    def do_refund(self, amount: int, how: str) -> None:
        for intent in self._intents("succeeded")[:1]:
            self.client.v1.refunds.create({"payment_intent": intent.id, "amount": amount})

    def do_transfer(self, amount: int, how: str) -> None:
        params: Any = {"amount": amount, "currency": "cny", "destination": self.seller}
        if how:
            for intent in self._intents("succeeded")[:1]:
                params["source_transaction"] = intent.latest_charge
        self.client.v1.transfers.create(params)

    def do_reverse(self, amount: int, how: str) -> None:
        for transfer in self.client.v1.transfers.list({"limit": 1}).data:
            self.client.v1.transfers.reversals.create(transfer.id, {"amount": amount})

    def do_payout(self, amount: int, how: str) -> None:
        self.client.v1.payouts.create({"amount": amount, "currency": "cny"}, {"stripe_account": self.seller})

    def do_fail_payout(self, amount: int, how: str) -> None:
        for payout in self.client.v1.payouts.list({"limit": 1}, {"stripe_account": self.seller}).data:
            if payout.status in ("pending", "in_transit", "paid"):
                self.sandbox.control("POST", f"payouts/{payout.id}/fail")

    def do_dispute(self, amount: int, how: str) -> None:
        for charge in self.client.v1.charges.list({"limit": 1}).data:
            if charge.captured and not charge.disputed and charge.amount_captured:
                body = {"amount": min(amount, charge.amount_captured)}
                dispute = self.sandbox.control("POST", f"charges/{charge.id}/dispute", body)
                self.sandbox.control("POST", f"disputes/{dispute['id']}/resolve", {"outcome": how})

    def do_clock(self, amount: int, how: str) -> None:
        self.sandbox.control("POST", "clock", {"advance_seconds": amount})


def balances(client: stripe.StripeClient, account: str | None) -> int:
    """Available and pending CNY of one account."""
    balance = client.v1.balance.retrieve(options={"stripe_account": account} if account else {})
    return sum(funds.amount for funds in [*balance.available, *balance.pending])


EVERY_ACT = [
    ("refund", 500, ""),
    ("transfer", 900, ""),
    ("transfer", 700, "from_charge"),
    ("reverse", 200, ""),
    ("payout", 300, ""),
    ("payout", 200, ""),
    ("clock", 3 * 86_400, ""),
    ("fail_payout", 0, ""),
    ("authorise", 900, ""),
    ("capture", 500, ""),
    ("dispute", 100, "lost"),
    ("authorise", 900, ""),
    ("cancel", 0, ""),
    ("pay", 800, "pm_card_chargeDeclined"),
]


@example(acts=EVERY_ACT, fee=290, delay=0)
@example(acts=EVERY_ACT, fee=0, delay=90_000)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=8, max_size=20), fee=st.sampled_from([0, 290]), delay=st.sampled_from([0, 90_000]))
def test_no_cent_appears_or_vanishes(
    served: RunningSandbox, acts: list[tuple[str, int, str]], fee: int, delay: int
) -> None:
    served.control("POST", "reset")
    fees = {"fee_bps": fee, "fee_fixed": fee // 10, "dispute_fee": fee, "funds_delay_seconds": delay}
    served.control("POST", "settings", fees)
    actor = Actor(served)
    for act in [("pay", 3_000, "pm_card_visa"), ("pay", 2_000, "pm_card_visa"), *acts]:
        actor.do(*act)
    client, as_seller = actor.client, {"stripe_account": actor.seller}
    captured = sum(charge.amount_captured for charge in client.v1.charges.list({"limit": 100}).data)
    refunded = sum(
        refund.amount for refund in client.v1.refunds.list({"limit": 100}).data if refund.status == "succeeded"
    )
    paid_out = sum(
        payout.amount
        for payout in client.v1.payouts.list({"limit": 100}, as_seller).data  # type: ignore[arg-type]
        if payout.status not in ("failed", "canceled")
    )
    taken = sum(item.amount for item in client.v1.disputes.list({"limit": 100}).data if item.status != "won")
    charged = sum(entry.fee for entry in client.v1.balance_transactions.list({"limit": 100}).data)
    left = balances(client, None) + balances(client, actor.seller)
    assert left == captured - refunded - paid_out - taken - charged
    for charge in client.v1.charges.list({"limit": 100}).data:
        assert 0 <= charge.amount_refunded <= charge.amount
    for transfer in client.v1.transfers.list({"limit": 100}).data:
        assert 0 <= transfer.amount_reversed <= transfer.amount
    assert balances(client, actor.seller) >= 0
