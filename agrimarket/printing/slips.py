"""Packing slips, as PDF: what is in a parcel, what it costs, and what comes back for what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from agrimarket.printing.labels import Paper


@dataclass(frozen=True, slots=True)
class SlipWords:
    """Captions of a slip in its reader's language."""

    language: str
    title: str
    number: str
    placed: str
    sender: str
    recipient: str
    name: str
    ordered: str
    packed: str
    price: str
    amount: str
    note: str


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A line of an order; every value is a text that people read."""

    name: str
    ordered: str
    packed: str
    price: str
    amount: str


@dataclass(frozen=True, slots=True)
class Slip:
    """An order as its parcel says it. Every value is a text that people read; empty ones are left out."""

    number: str
    placed: str
    sender: Sequence[str]
    recipient: Sequence[str]
    lines: Sequence[SlipLine]
    sums: Sequence[tuple[str, str]]
    """Each (caption, amount): goods, delivery, what comes back; the last is the total, and printed bold."""
    drive: str
    until: str = ""
    """Sentence that says until when a claim can be made, and where."""
    notes: Sequence[str] = ()
    qr: str = ""


def pdf(slips: Sequence[Slip], words: SlipWords, paper: Paper = Paper.A4) -> bytes:
    """The slips as PDF, each beginning on a page of its own; long ones go on. The same slips give the same bytes.

    `ValueError` for none.
    """
    raise NotImplementedError
