"""Labels on boxes, as PDF: A6 for a label printer, or A4 with four a sheet and lines to cut along."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agrimarket.printing.sheets import SIZES, Paper, Sheets, fit, height

_EDGE: Final = 5.0
"""Millimetres that stay white around a label, since printers do not reach its edge."""
_QR: Final = 27.0
_SMALL: Final = (7.5, 6.5, 5.5)


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
    if not labels:
        raise ValueError("no label")
    sheets = Sheets(paper, words.title, words.language)
    wide, high = SIZES[Paper.A6]
    places = [(0.0, 0.0)] if paper is Paper.A6 else [(0.0, 0.0), (wide, 0.0), (0.0, high), (wide, high)]
    for number, label in enumerate(labels):
        place = number % len(places)
        if place == 0:
            sheets.page()
            if paper is Paper.A4:
                sheets.upright(wide, 0, sheets.height, dashed=True)
                sheets.rule(0, high, sheets.width, dashed=True)
        _Drawing(sheets, label, words, *places[place]).draw()
    return sheets.bytes()


class _Drawing:
    """One label, drawn from its top to its bottom; what is at the bottom is measured first."""

    def __init__(self, sheets: Sheets, label: Label, words: LabelWords, left: float, top: float) -> None:
        wide, high = SIZES[Paper.A6]
        self._sheets, self._label, self._words = sheets, label, words
        self._x, self._y = left + _EDGE, top + _EDGE
        self._across, self._end = wide - 2 * _EDGE, top + high - _EDGE

    def draw(self) -> None:
        """Draw the label."""
        self._head()
        self._to()
        bottom = self._foot()
        self._goods(bottom - 1)

    def _rule(self, thick: float = 0.3) -> None:
        self._sheets.rule(self._x, self._y, self._across, thick=thick)
        self._y += 1.2

    def _head(self) -> None:
        """Whose drive, which order, which box, and the code that opens it."""
        label, top = self._label, self._y
        across = self._across - (_QR if label.qr else 0)
        if label.qr:
            self._sheets.qr(label.qr, self._x + across, top - 2, _QR)
        self._y = self._sheets.text(label.drive, self._x, self._y, across, (10, 9, 8, 7))
        self._y = self._sheets.text(self._words.number, self._x, self._y, across, _SMALL)
        self._y = self._sheets.text(label.number, self._x, self._y, across, (15, 13, 11, 9, 7), bold=True)
        self._y = self._sheets.text(label.box, self._x, self._y, across, (13, 11, 9), bold=True)
        self._y = max(self._y, top + (_QR - 3 if label.qr else 0))
        if label.cold:
            cold = fit(label.cold, self._across - 4, (12, 10, 8), 1)
            tall = height(1, cold.size) + 1
            self._sheets.block(self._x, self._y, self._across, tall)
            self._sheets.text(
                label.cold, self._x + 2, self._y + 0.5, self._across - 4, (12, 10, 8), bold=True, white=True
            )
            self._y += tall + 1
        self._rule(0.5)

    def _to(self) -> None:
        """Who gets it, and where."""
        label = self._label
        self._caption(self._words.recipient)
        self._y = self._sheets.text(label.recipient, self._x, self._y, self._across, (15, 13, 11, 9), bold=True)
        self._y = self._sheets.text(label.telephone, self._x, self._y, self._across, (13, 11), bold=True)
        if label.pick_up:
            self._caption(self._words.pick_up)
            self._y = self._sheets.text(label.pick_up, self._x, self._y, self._across, (12, 10, 8), 2, bold=True)
        address = "\n".join(label.address)
        self._y = self._sheets.text(address, self._x, self._y, self._across, (11, 10, 9, 8, 7), 4)
        self._y += 1
        self._rule()

    def _foot(self) -> float:
        """Until when it is good, a note, and who sends it; returns where that begins."""
        label, words = self._label, self._words
        parts: list[tuple[str, tuple[float, ...], int, bool]] = []
        if label.perish_by:
            parts.append((f"{words.perish_by} {label.perish_by}", (11, 10, 9, 8), 2, True))
        if label.note:
            parts.append((f"{words.note} {label.note}", (9, 8, 7), 3, False))
        parts.append((f"{words.sender} {'  '.join(label.sender)}", (8.5, 7.5, 6.5), 3, False))
        fitted = [fit(text, self._across, sizes, most) for text, sizes, most, _ in parts]
        start = y = self._end - sum(height(len(each.lines), each.size) for each in fitted)
        for text, sizes, most, bold in parts:
            y = self._sheets.text(text, self._x, y, self._across, sizes, most, bold=bold)
        return start

    def _goods(self, bottom: float) -> None:
        """What is in it, in the largest letters in which all has room; what has none is left out, and that is said."""
        self._caption(self._words.goods)
        room, weight = bottom - self._y, 24.0
        goods = self._label.goods
        for size in (11.0, 10.0, 9.0, 8.0, 7.0, 6.0):
            names = [fit(name, self._across - weight - 2, (size,), 2 if size > 7 else 1) for name, _ in goods]
            if sum(height(len(each.lines), size) for each in names) <= room:
                break
        left = len(goods)
        for (name, grams), each in zip(goods, names, strict=True):
            last = left > 1 and self._y + height(len(each.lines) + 1, size) > bottom
            if last:
                self._sheets.text(f"… + {left}", self._x, self._y, self._across, (size,))
                return
            end = self._sheets.text(name, self._x, self._y, self._across - weight - 2, (size,), len(each.lines))
            x = self._x + self._across - weight
            self._sheets.text(grams, x, self._y, weight, (size, size - 1, 5), right=True)
            self._y = end
            left -= 1

    def _caption(self, words: str) -> None:
        self._y = self._sheets.text(words, self._x, self._y, self._across, _SMALL)
