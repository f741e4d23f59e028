"""Packing slips, as PDF: what is in a parcel, what it costs, and what comes back for what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agrimarket.printing.sheets import Paper, Sheets, fit, height

_COLUMNS: Final = (0.4, 0.15, 0.15, 0.15, 0.15)
"""Shares of the width: what it is, ordered, packed, price, amount."""
_GAP: Final = 2.0


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
    if not slips:
        raise ValueError("no slip")
    sheets = Sheets(paper, words.title, words.language)
    for slip in slips:
        _Drawing(sheets, slip, words, *((15, 10) if paper is Paper.A4 else (6, 7.5))).draw()
    return sheets.bytes()


class _Drawing:
    """One slip, drawn from its top; a page that is full is followed by another, with the number and the captions."""

    def __init__(self, sheets: Sheets, slip: Slip, words: SlipWords, edge: float, size: float) -> None:
        self._sheets, self._slip, self._words = sheets, slip, words
        self._x, self._edge, self._size = edge, edge, size
        self._across, self._end = sheets.width - 2 * edge, sheets.height - edge
        self._y, self._pages = edge, 0

    def draw(self) -> None:
        """Draw the slip."""
        self._page()
        self._head()
        self._table()
        self._sums()
        for note in self._slip.notes:
            self._paragraph(f"{self._words.note} {note}")
        if self._slip.until:
            self._paragraph(self._slip.until)

    def _page(self) -> None:
        self._sheets.page()
        self._pages += 1
        self._y = self._edge
        if self._pages > 1:
            said = f"{self._slip.number} · {self._pages}"
            self._y = self._sheets.text(said, self._x, self._y, self._across, self._sizes(0), right=True) + 1

    def _sizes(self, more: float) -> tuple[float, float, float]:
        """The usual size of letters, `more` points larger, and two smaller ones for what does not fit."""
        size = self._size + more
        return size, size * 0.85, size * 0.7

    def _room(self, tall: float) -> bool:
        """Whether a page had to be begun, for want of room for `tall` millimetres."""
        if self._y + tall <= self._end:
            return False
        self._page()
        return True

    def _head(self) -> None:
        """Title, number, day, code; who sends it, and who gets it."""
        slip, words, top = self._slip, self._words, self._y
        code = 2.7 * self._size if slip.qr else 0.0
        across = self._across - code
        if slip.qr:
            self._sheets.qr(slip.qr, self._x + across, top - 1, code)
        self._y = self._sheets.text(slip.drive, self._x, self._y, across, self._sizes(0))
        self._y = self._sheets.text(words.title, self._x, self._y, across, self._sizes(8), bold=True)
        self._y = self._sheets.text(
            f"{words.number} {slip.number}", self._x, self._y, across, self._sizes(1), bold=True
        )
        self._y = self._sheets.text(f"{words.placed} {slip.placed}", self._x, self._y, across, self._sizes(0))
        self._y = max(self._y, top + code) + 2
        half = (self._across - _GAP) / 2
        ends = [
            self._party(words.sender, slip.sender, self._x, half),
            self._party(words.recipient, slip.recipient, self._x + half + _GAP, half),
        ]
        self._y = max(ends) + 2

    def _party(self, caption: str, lines: Sequence[str], x: float, across: float) -> float:
        y = self._sheets.text(caption, x, self._y, across, self._sizes(-1.5))
        return self._sheets.text("\n".join(lines), x, y, across, self._sizes(0), 8)

    def _columns(self) -> list[tuple[float, float]]:
        """Left edge and width of each column; between two there is a gap."""
        edges = [self._x + self._across * sum(_COLUMNS[:number]) for number in range(len(_COLUMNS))]
        name, *figures = [(x, self._across * share) for x, share in zip(edges, _COLUMNS, strict=True)]
        return [name, *((x + _GAP, across - _GAP) for x, across in figures)]

    def _captions(self) -> None:
        words = self._words
        self._row((words.name, words.ordered, words.packed, words.price, words.amount), bold=True)
        self._sheets.rule(self._x, self._y, self._across, thick=0.4)
        self._y += 0.8

    def _table(self) -> None:
        self._captions()
        for line in self._slip.lines:
            tall = height(len(fit(line.name, self._columns()[0][1], self._sizes(0), 4).lines), self._size) + 2
            if self._room(tall):
                self._captions()
            self._row((line.name, line.ordered, line.packed, line.price, line.amount))
            self._sheets.rule(self._x, self._y, self._across, thick=0.1)
            self._y += 0.8

    def _row(self, cells: Sequence[str], *, bold: bool = False) -> None:
        """A row of the table; figures stand at the right of their columns."""
        ends: list[float] = []
        for number, (cell, (x, across)) in enumerate(zip(cells, self._columns(), strict=True)):
            most = 4 if number == 0 or not self._fits(cell, across) else 1
            ends.append(self._sheets.text(cell, x, self._y, across, self._sizes(0), most, bold=bold, right=number > 0))
        self._y = max(ends) + 0.6

    def _fits(self, cell: str, across: float) -> bool:
        """Whether a figure stands in one line, if need be in smaller letters; it is never cut."""
        return len(fit(cell, across, self._sizes(0)[-1:], 9).lines) == 1

    def _sums(self) -> None:
        captions, amounts = self._across * 0.72, self._across * 0.28
        for number, (caption, amount) in enumerate(self._slip.sums, 1):
            last = number == len(self._slip.sums)
            sizes = self._sizes(2 if last else 0)
            self._room(height(1, sizes[0]))
            end = self._sheets.text(caption, self._x, self._y, captions - _GAP, sizes, bold=last, right=True)
            self._sheets.text(amount, self._x + captions, self._y, amounts, sizes, bold=last, right=True)
            self._y = end
        self._y += 2

    def _paragraph(self, text: str) -> None:
        for line in fit(text, self._across, (self._size,), 60).lines:
            self._room(height(1, self._size))
            self._y = self._sheets.text(line, self._x, self._y, self._across, self._sizes(0))
        self._y += 1.5
