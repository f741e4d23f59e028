"""Money rules: pure functions on minor units and account numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from agrimarket.kernel.money import share
from agrimarket.payments.states import UNPAID, NextStep, PaymentState


@dataclass(frozen=True, slots=True)
class SplitFigures:
    """Figures of one split that decide what its seller gets."""

    captured: int
    refunded: int
    commission: int
    transferred: int = 0
    clawed_back: int = 0
    held: int = 0


def next_step(state: PaymentState, redirect_url: str | None) -> NextStep:
    """What the payer of such a payment does next."""
    if state == PaymentState.PENDING:
        return NextStep.AUTHENTICATE if redirect_url else NextStep.WAIT
    return NextStep.PAY if state in UNPAID else NextStep.NONE


def commission(kept: int, basis_points: int) -> int:
    """Commission on what the buyer pays for in the end, rounded half up.

    The rate is frozen when the order is placed. A refund gives back the commission on what is refunded, so that a
    seller never pays a commission on goods that were not kept.
    """
    return share(kept, basis_points)


def sendable(split: SplitFigures) -> int:
    """Amount that may still go to the seller: captured − refunded − commission − open holds − sent (invariant 5)."""
    entitled = split.captured - split.refunded - split.commission
    return max(0, entitled - split.held - (split.transferred - split.clawed_back))


def overdrawn(split: SplitFigures) -> int:
    """Amount that the seller was sent above what a refund leaves them entitled to."""
    entitled = split.captured - split.refunded - split.commission
    return max(0, split.transferred - split.clawed_back - entitled)


def take_back(amount: int, left: Sequence[int]) -> list[int]:
    """Part of `amount` to take from each of several transfers with `left` on them, the newest (last) first.

    An excess over them all falls on the first one, as a debt.
    """
    parts = [0] * len(left)
    for i in reversed(range(len(left))):
        parts[i] = min(amount, left[i])
        amount -= parts[i]
    if amount and parts:
        parts[0] += amount
    return parts


def finals_are_sound(authorised: Mapping[UUID, int], finals: Mapping[UUID, int]) -> bool:
    """Whether there is a final amount for every split and none is negative or above what was authorised."""
    return authorised.keys() == finals.keys() and all(0 <= finals[key] <= authorised[key] for key in authorised)


def masked_number(number: str) -> str:
    """Account number in the form that is shown: its last four digits."""
    return "•" * 4 + number[-4:]


def masked_name(name: str) -> str:
    """Account holder's name in the form that is shown: the first of several characters."""
    return "＊" if len(name) < 2 else name[:1] + "＊" * min(len(name) - 1, 2)


TOPICS: Final = (
    ("external_account", "bank"),
    ("bank_account", "bank"),
    ("tos_acceptance", "terms"),
    ("verification", "document"),
    ("documents", "document"),
    ("id_number", "number"),
    ("ssn_last_4", "number"),
    ("tax_id", "number"),
    ("registration_number", "number"),
    ("dob", "birth"),
    ("address", "address"),
    ("phone", "contact"),
    ("email", "contact"),
    ("name", "name"),
    ("owners", "owners"),
    ("directors", "owners"),
    ("executives", "owners"),
    ("representative", "owners"),
    ("business", "business"),
)
"""Part of a requirement's name → topic of the requirement; the first that matches counts."""


def asked_for(requirements: Sequence[str]) -> list[str]:
    """Topics of a provider's requirements (`individual.dob.day`, `external_account`), each once, in order.

    Stripe names hundreds of fields; a person wants to know what to have ready. `other` for a field that is not known.
    """
    topics = (next((topic for part, topic in TOPICS if part in name), "other") for name in requirements)
    return list(dict.fromkeys(topics))
