"""Control API `/sandbox/…`: clock, faults, webhooks, acts of payers and banks. JSON without a key: keep on loopback."""

import random
from dataclasses import dataclass, field
from typing import Any, Literal

from litestar import Controller, delete, get, post
from litestar.datastructures import State
from litestar.exceptions import ValidationException

from agrimarket.embedded.stripe_sandbox import accounts, disputes, events, faults, idempotency, payment_flow, payouts
from agrimarket.embedded.stripe_sandbox import refunds as refunds_
from agrimarket.embedded.stripe_sandbox.errors import Json
from agrimarket.embedded.stripe_sandbox.house import House
from agrimarket.embedded.stripe_sandbox.store import DEFAULTS, Transaction
from agrimarket.embedded.stripe_sandbox.summary import summarise
from agrimarket.embedded.stripe_sandbox.timers import run_due

CHANGEABLE = frozenset(DEFAULTS) - {"clock_offset", "webhooks_paused"}


@dataclass
class Advance:
    """Seconds by which the clock moves; never back."""

    advance_seconds: int


@dataclass
class Replay:
    """Events to post again: those named, in this order, or all since `since`; each `times` times."""

    event_ids: list[str] = field(default_factory=list[str])
    since: int | None = None
    types: list[str] = field(default_factory=list[str])
    times: int = 1
    order: Literal["given", "reverse", "shuffled"] = "given"
    seed: int = 0


@dataclass
class ActionOutcome:
    """Outcome of the payer's visit to the bank's page."""

    outcome: Literal["succeed", "fail", "processing"]


@dataclass
class DisputeRequest:
    """Amount that the payer's bank takes back; without one, all that was captured."""

    amount: int | None = None
    reason: str = "fraudulent"


@dataclass
class Verdict:
    """Outcome of a dispute."""

    outcome: Literal["won", "lost"]


@dataclass
class PayoutFailure:
    """Reason why the bank sends a payout back; `when` is now, or on its arrival date."""

    failure_code: Literal[
        "no_account", "account_closed", "insufficient_funds", "debit_not_authorized", "invalid_currency",
        "could_not_process", "account_frozen",
    ] = "account_closed"  # fmt: skip
    when: Literal["now", "on_arrival"] = "now"


def _clock(tx: Transaction) -> Json:
    return {"now": tx.now, "offset_seconds": tx.settings["clock_offset"]}


class ControlController(Controller):
    """Handlers of everything under `/sandbox`."""

    path = "/sandbox"

    @get("/clock", sync_to_thread=False)
    def read_clock(self, state: State) -> Json:
        """The sandbox's time, in Unix seconds."""
        with House.of(state).store.transaction() as tx:
            return _clock(tx)

    @post("/clock", status_code=200, sync_to_thread=False)
    def advance_clock(self, state: State, data: Advance) -> Json:
        """Move the clock and do everything that falls due."""
        if data.advance_seconds < 0:
            raise ValidationException("The clock only moves forward.")
        house = House.of(state)
        with house.store.transaction() as tx:
            tx.change_settings({"clock_offset": tx.settings["clock_offset"] + data.advance_seconds})
        done = run_due(house.store)
        house.wake()
        with house.store.transaction() as tx:
            idempotency.forget_old(tx)
            return _clock(tx) | {"timers_run": done}

    @get("/settings", sync_to_thread=False)
    def read_settings(self, state: State) -> Json:
        """Fees, delays and minimums."""
        with House.of(state).store.transaction() as tx:
            return {name: tx.settings[name] for name in sorted(CHANGEABLE)}

    @post("/settings", status_code=200, sync_to_thread=False)
    def change_settings(self, state: State, data: dict[str, Any]) -> Json:
        """Change some of the settings."""
        for name, value in data.items():
            if name not in CHANGEABLE or type(value) is not type(DEFAULTS[name]):
                raise ValidationException(f"Unknown setting, or one of another kind: {name}")
        with House.of(state).store.transaction() as tx:
            tx.change_settings(data)
            return {name: tx.settings[name] for name in sorted(CHANGEABLE)}

    @post("/faults", status_code=201, sync_to_thread=False)
    def add_fault(self, state: State, data: faults.Fault) -> list[faults.Fault]:
        """Let the next matching calls fail; answers with all faults that still wait."""
        with House.of(state).store.transaction() as tx:
            faults.add(tx, data)
            return faults.waiting(tx)

    @get("/faults", sync_to_thread=False)
    def read_faults(self, state: State) -> list[faults.Fault]:
        """Faults that still wait."""
        with House.of(state).store.transaction() as tx:
            return faults.waiting(tx)

    @delete("/faults", sync_to_thread=False)
    def clear_faults(self, state: State) -> None:
        """Remove all faults."""
        with House.of(state).store.transaction() as tx:
            tx.db.execute("DELETE FROM faults")

    @post("/webhooks/pause", status_code=200, sync_to_thread=False)
    def pause_webhooks(self, state: State) -> Json:
        """Withhold events, which queue."""
        return _pause(House.of(state), paused=True)

    @post("/webhooks/resume", status_code=200, sync_to_thread=False)
    def resume_webhooks(self, state: State) -> Json:
        """Deliver the withheld events, except those older than three days by the sandbox's clock."""
        return _pause(House.of(state), paused=False)

    @post("/webhooks/discard", status_code=200, sync_to_thread=False)
    def discard_webhooks(self, state: State) -> Json:
        """Lose every undelivered event; `GET /v1/events` still lists them."""
        with House.of(state).store.transaction() as tx:
            lost = tx.db.execute("UPDATE deliveries SET state = 'lost' WHERE state = 'pending'").rowcount
        return {"lost": lost}

    @post("/webhooks/replay", status_code=200, sync_to_thread=False)
    def replay_webhooks(self, state: State, data: Replay) -> Json:
        """Post events again, in the requested order."""
        house = House.of(state)
        with house.store.transaction() as tx:
            chosen = [tx.get(event_id, "event").id for event_id in data.event_ids] or [
                event.id for event in tx.select("event") if event.body["created"] >= (data.since or 0)
            ]
            if data.types:
                chosen = [event_id for event_id in chosen if tx.get(event_id, "event").body["type"] in data.types]
            chosen = chosen * data.times
            if data.order == "reverse":
                chosen.reverse()
            elif data.order == "shuffled":
                random.Random(data.seed).shuffle(chosen)  # noqa: S311 - a replayable order, not a secret
            for event_id in chosen:
                events.queue(tx, event_id)
        house.wake()
        return {"queued": len(chosen)}

    @post("/accounts/{account_id:str}/complete_onboarding", status_code=200, sync_to_thread=False)
    def complete_onboarding(self, state: State, account_id: str) -> Json:
        """Act as the account holder who has given every detail."""
        with House.of(state).changing() as tx:
            account = tx.get(account_id, "account")
            accounts.complete_onboarding(tx, account)
            return account.body

    @post("/payment_intents/{intent_id:str}/complete_action", status_code=200, sync_to_thread=False)
    def complete_action(self, state: State, intent_id: str, data: ActionOutcome) -> Json:
        """Act as the payer who comes back from the bank or from Alipay."""
        with House.of(state).changing() as tx:
            intent = tx.get(intent_id, "payment_intent")
            payment_flow.complete_action(tx, intent, data.outcome)
            return intent.body

    @post("/charges/{charge_id:str}/dispute", status_code=201, sync_to_thread=False)
    def dispute_charge(self, state: State, charge_id: str, data: DisputeRequest | None = None) -> Json:
        """Act as the payer's bank, which takes the money back."""
        asked = data or DisputeRequest()
        with House.of(state).changing() as tx:
            charge = tx.get(charge_id, "charge")
            amount = charge.body["amount_captured"] if asked.amount is None else asked.amount
            return disputes.open_dispute(tx, charge, amount, asked.reason).body

    @post("/disputes/{dispute_id:str}/resolve", status_code=200, sync_to_thread=False)
    def resolve_dispute(self, state: State, dispute_id: str, data: Verdict) -> Json:
        """Act as the bank, which decides the dispute."""
        with House.of(state).changing() as tx:
            dispute = tx.get(dispute_id, "dispute")
            disputes.resolve(tx, dispute, data.outcome)
            return dispute.body

    @post("/payouts/{payout_id:str}/fail", status_code=200, sync_to_thread=False)
    def fail_payout(self, state: State, payout_id: str, data: PayoutFailure | None = None) -> Json:
        """Act as the bank, which sends the payout back, now or when it should have arrived."""
        asked = data or PayoutFailure()
        with House.of(state).changing() as tx:
            payout = tx.get(payout_id, "payout")
            if asked.when == "now":
                payouts.fail(tx, payout, asked.failure_code)
            else:
                payout.hidden["fails"] = asked.failure_code
                tx.save(payout)
            return payout.body

    @post("/refunds/{refund_id:str}/fail", status_code=200, sync_to_thread=False)
    def fail_refund(self, state: State, refund_id: str) -> Json:
        """Act as the payer's bank, which refuses the refund."""
        with House.of(state).changing() as tx:
            refund = tx.get(refund_id, "refund")
            refunds_.fail(tx, refund)
            return refund.body

    @get("/summary", sync_to_thread=False)
    def summary(self, state: State) -> Json:
        """Counts, balances, money in and out, calls and their effects."""
        with House.of(state).store.transaction() as tx:
            return summarise(tx)

    @post("/reset", status_code=204, sync_to_thread=False)
    def reset(self, state: State) -> None:
        """Delete all state."""
        House.of(state).store.reset()


def _pause(house: House, *, paused: bool) -> Json:
    with house.store.transaction() as tx:
        tx.change_settings({"webhooks_paused": paused})
        waiting = tx.db.execute("SELECT count(*) FROM deliveries WHERE state = 'pending'").fetchone()[0]
    house.wake()
    return {"paused": paused, "waiting": waiting}
