"""Price labels, as PDF on A6: what is sold, where it is from, its price and unit, and all that is added to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agrimarket.printing.sheets import Paper, Sheets

_EDGE: Final = 7.0
_QR: Final = 30.0


@dataclass(frozen=True, slots=True)
class PriceLabel:
    """What a price label says. Every value is a text that people read; empty ones are left out.

    Goods carry their name, price, unit and place of origin, and no price is added that is not on it (rules on marking
    prices, 明码标价).
    """

    language: str
    heading: str
    """For example 价格标签."""
    name: str
    price: str
    unit: str
    per_unit: str
    facts: Sequence[tuple[str, str]]
    """Each (caption, what): origin, what a pack holds, what is added before it is sold, who sells it."""
    contact: str
    """Whom to ask after the sale."""
    drive: str
    scan: str
    qr: str


def pdf(label: PriceLabel) -> bytes:
    """The label as PDF on A6. The same label gives the same bytes."""
    sheets = Sheets(Paper.A6, label.heading, label.language)
    sheets.page()
    x, y, across = _EDGE, _EDGE, sheets.width - 2 * _EDGE
    y = sheets.text(f"{label.heading} · {label.drive}", x, y, across, (9, 8, 7))
    y = sheets.text(label.name, x, y + 1, across, (22, 19, 16, 13), 2, bold=True)
    y = sheets.text(label.price, x, y + 1, across, (38, 32, 26, 20), bold=True)
    y = sheets.text(label.unit, x, y, across, (13, 11, 9), 2)
    y = sheets.text(label.per_unit, x, y, across, (13, 11, 9))
    sheets.rule(x, y + 1.5, across, thick=0.5)
    y = _facts(sheets, label, x, y + 3, across)
    end = sheets.height - _EDGE - _QR
    sheets.rule(x, end - 1, across)
    sheets.text(label.contact, x, end + 3, across - _QR - 3, (9.5, 8.5, 7.5), 5)
    sheets.qr(label.qr, x + across - _QR + 2, end - 1, _QR)
    sheets.text(label.scan, x + across - _QR + 2, end + _QR - 3.5, _QR, (7, 6), 1)
    return sheets.bytes()


def _facts(sheets: Sheets, label: PriceLabel, x: float, y: float, across: float) -> float:
    captions = 0.3 * across
    for caption, what in label.facts:
        end = sheets.text(caption, x, y, captions - 2, (9.5, 8.5, 7.5))
        y = max(end, sheets.text(what, x + captions, y, across - captions, (10, 9, 8), 3)) + 0.5
    return y
