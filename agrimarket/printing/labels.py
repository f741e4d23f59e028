"""Labels on boxes, as PDF: A6 for a label printer, or A4 with four a sheet and lines to cut along."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Paper(StrEnum):
    """Sheets."""

    A6 = "A6"
    A4 = "A4"


@dataclass(frozen=True, slots=True)
class LabelWords:
    """Captions of a label in its reader's language, for example 订单 or Keep cold."""

    language: str
    title: str
    """Title of the file."""
    number: str
    recipient: str
    sender: str
    goods: str
    pick_up: str
    perish_by: str
    note: str


@dataclass(frozen=True, slots=True)
class Label:
    """What is on one box. Every value is a text that people read; those with a default are left out where empty."""

    number: str
    """The order's number in full."""
    box: str
    """For example 第 1 箱，共 3 箱."""
    recipient: str
    telephone: str
    address: Sequence[str]
    goods: Sequence[tuple[str, str]]
    """Each (name, weight)."""
    sender: Sequence[str]
    """Name and place, telephone."""
    drive: str
    """Name of the drive."""
    perish_by: str = ""
    pick_up: str = ""
    """The point where it is picked up; the address of the recipient follows it."""
    cold: str = ""
    """The cold chain's mark in words, printed white on black."""
    note: str = ""
    qr: str = ""
    """Text of the QR code."""


def pdf(labels: Sequence[Label], words: LabelWords, paper: Paper = Paper.A6) -> bytes:
    """The labels as PDF, in their order: one a page on A6, four a sheet on A4. The same labels give the same bytes.

    Long texts wrap, then shrink, then are cut with an ellipsis; nothing runs out of its label. `ValueError` for none.
    """
    raise NotImplementedError
