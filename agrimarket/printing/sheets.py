"""A PDF of ours, in millimetres: the font inside, always the same bytes, and texts that stay within their place."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import segno
from fpdf import FPDF
from fpdf.enums import TextMode

from agrimarket.printing import font
from agrimarket.printing.font import Fitted

_POINT: Final = 25.4 / 72
"""Millimetres of a point."""
LEADING: Final = 1.3
"""Distance of lines, in sizes of letters."""
_RISE: Final = 0.88
"""How far below the top of its line a letter stands, in its size."""
_FAMILY: Final = "noto"

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it would tell every character of an address


class Paper(StrEnum):
    """Sheets."""

    A6 = "A6"
    A4 = "A4"


SIZES: Final[dict[Paper, tuple[float, float]]] = {Paper.A6: (105, 148), Paper.A4: (210, 297)}
"""Width and height, in millimetres."""


class Sheets:
    """Pages of one size, which are drawn from their upper left corner. Sizes of letters are in points."""

    def __init__(self, paper: Paper, title: str, language: str) -> None:
        self.width, self.height = SIZES[paper]
        self._pdf: Any = FPDF(unit="mm", format=SIZES[paper])
        self._pdf.set_creation_date(datetime(2020, 1, 1, tzinfo=UTC))  # the same words give the same bytes
        self._pdf.set_auto_page_break(False)
        self._pdf.set_title(title)
        self._pdf.set_lang(language)
        self._pdf.add_font(_FAMILY, fname=font.FILE)
        self._pdf.set_font(_FAMILY, size=10)

    def page(self) -> None:
        """Begin a page."""
        self._pdf.add_page()

    def bytes(self) -> bytes:
        """The file."""
        return bytes(self._pdf.output())

    def line(self, text: str, x: float, y: float, size: float, *, bold: bool = False, white: bool = False) -> None:
        """One line of a text that fits, its top at `y`."""
        self._pdf.set_font_size(size)
        grey = 255 if white else 0
        self._pdf.set_text_color(grey)
        self._pdf.set_draw_color(grey)
        self._pdf.set_line_width(0.02 * size * _POINT)
        with self._pdf.local_context(text_mode=TextMode.FILL_STROKE if bold else TextMode.FILL):
            self._pdf.text(x, y + _RISE * size * _POINT, text)

    def text(
        self,
        text: str,
        x: float,
        y: float,
        across: float,
        sizes: Sequence[float],
        most: int = 1,
        *,
        bold: bool = False,
        right: bool = False,
        white: bool = False,
    ) -> float:
        """A text as `font.fit` breaks it; returns where the next may begin. `right` ends its lines at `x + across`."""
        fitted = fit(text, across, sizes, most)
        for line in fitted.lines:
            start = x + across - font.width(line, fitted.size * _POINT) if right else x
            self.line(line, start, y, fitted.size, bold=bold, white=white)
            y += height(1, fitted.size)
        return y

    def rule(self, x: float, y: float, across: float, *, thick: float = 0.2, dashed: bool = False) -> None:
        """A line from left to right."""
        self._draw(x, y, x + across, y, thick, dashed=dashed)

    def upright(self, x: float, y: float, down: float, *, thick: float = 0.2, dashed: bool = False) -> None:
        """A line from top to bottom."""
        self._draw(x, y, x, y + down, thick, dashed=dashed)

    def _draw(self, x: float, y: float, to_x: float, to_y: float, thick: float, *, dashed: bool) -> None:
        self._pdf.set_draw_color(0)
        self._pdf.set_line_width(thick)
        self._pdf.set_dash_pattern(*((2, 1.5) if dashed else (0, 0)))
        self._pdf.line(x, y, to_x, to_y)
        self._pdf.set_dash_pattern()

    def block(self, x: float, y: float, across: float, down: float) -> None:
        """A black rectangle."""
        self._pdf.set_fill_color(0)
        self._pdf.rect(x, y, across, down, style="F")
        self._pdf.set_fill_color(255)

    def qr(self, text: str, x: float, y: float, side: float) -> None:
        """A QR code with the white edge that readers want, `side` wide in all."""
        rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
        dot = side / (len(rows) + 8)
        self._pdf.set_fill_color(0)
        for down, row in enumerate(rows, 4):
            for along, length in _runs(row):
                self._pdf.rect(x + (4 + along) * dot, y + down * dot, length * dot, dot, style="F")


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Where black begins in a row of a QR code, and how long it is."""
    runs: list[tuple[int, int]] = []
    for along, black in enumerate(row):
        if black and runs and sum(runs[-1]) == along:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif black:
            runs.append((along, 1))
    return runs


def fit(text: str, across: float, sizes: Sequence[float], most: int) -> Fitted:
    """`font.fit` for a place of `across` millimetres and sizes in points."""
    return font.fit(text, across / _POINT, sizes, most)


def height(lines: int, size: float) -> float:
    """Millimetres that lines of this size take."""
    return lines * LEADING * size * _POINT
