"""Share cards: a picture with photo, price, days left and a QR code, for a group's chat."""

import io
from dataclasses import dataclass
from functools import cache
from typing import Final

import segno
from PIL import Image, ImageDraw, ImageFont, ImageOps

from agrimarket.printing import font

WIDTH: Final = 1080
HEIGHT: Final = 1440
_PHOTO: Final = 850
"""Pixels of the photo's height; without one that much is coloured, and holds the title."""
_EDGE: Final = 60
_QR: Final = 300
_EFFORT: Final = 2
"""How much is compressed: more takes far longer, and saves little of a photo."""
_GREEN: Final = "#1d6b38"
_PALE: Final = "#e9f3ec"
_INK: Final = "#1c2420"
_QUIET: Final = "#55605a"
_RED: Final = "#b3261e"
_WHITE: Final = "#ffffff"


@dataclass(frozen=True, slots=True)
class Poster:
    """What is on a share card. Every value is a text that people read; empty ones are left out."""

    title: str
    price: str
    per_unit: str
    """For example ¥6 / 斤."""
    left: str
    """For example 还有 3 天."""
    place: str
    drive: str
    scan: str
    """What the QR code is for."""
    qr: str
    """Address that the QR code opens."""
    photo: bytes | None = None
    """WebP that we have encoded ourselves."""


def png(poster: Poster) -> bytes:
    """The card as PNG, 1080 × 1440 pixels; without a photo it is finished too. The same card gives the same bytes."""
    card = Image.new("RGB", (WIDTH, HEIGHT), _WHITE)
    _Drawing(card, poster).draw()
    buffer = io.BytesIO()
    card.save(buffer, "PNG", compress_level=_EFFORT)
    return buffer.getvalue()


@cache
def _letters(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font.FILE), size)


class _Drawing:
    """One card."""

    def __init__(self, card: Image.Image, poster: Poster) -> None:
        self._card, self._poster, self._pen = card, poster, ImageDraw.Draw(card)

    def draw(self) -> None:
        """Draw the card."""
        poster, across = self._poster, WIDTH - 2 * _EDGE
        if poster.photo is None:
            self._without_photo()
            y = _PHOTO + 50
        else:
            with Image.open(io.BytesIO(poster.photo)) as photo:
                self._card.paste(ImageOps.fit(photo.convert("RGB"), (WIDTH, _PHOTO)), (0, 0))
            y = self._text(poster.title, _EDGE, _PHOTO + 36, across, (58, 50, 42), 2, bold=True)
        self._tag(poster.left)
        self._beside_code(y + 10)
        self._code()

    def _without_photo(self) -> None:
        """The coloured field of a card without a photo, with its title in large letters."""
        self._pen.rectangle((0, 0, WIDTH, _PHOTO), fill=_GREEN)
        self._pen.ellipse((560, 380, 1400, 1220), fill="#2a7d47")
        self._pen.rectangle((0, _PHOTO, WIDTH, HEIGHT), fill=_WHITE)
        self._text(self._poster.drive, _EDGE, 130, WIDTH - 2 * _EDGE, (44, 36), 1, fill=_PALE)
        self._text(self._poster.title, _EDGE, 230, WIDTH - 2 * _EDGE, (112, 92, 76, 60), 4, fill=_WHITE, bold=True)

    def _tag(self, words: str) -> None:
        """How many days are left, on the lower edge of the photo."""
        if not words:
            return
        fitted = font.fit(words, WIDTH - 4 * _EDGE, (46, 38), 1)
        size = int(fitted.size)
        across = font.width(fitted.lines[0], size) + 60
        top = _PHOTO - size - 70
        self._pen.rounded_rectangle((_EDGE, top, _EDGE + across, top + size + 36), 20, fill=_RED)
        self._text(words, _EDGE + 30, top + 10, int(across), (size,), 1, fill=_WHITE, bold=True)

    def _beside_code(self, y: float) -> None:
        """Price and place, at the left of the code."""
        poster, across = self._poster, WIDTH - 3 * _EDGE - _QR
        y = self._text(poster.price, _EDGE, y, across, (84, 68, 54, 42), 1, fill=_RED, bold=True)
        y = self._text(poster.per_unit, _EDGE, y + 4, across, (38, 32, 28), 2, fill=_QUIET)
        y = self._text(poster.place, _EDGE, y + 10, across, (38, 32, 28), 2)
        if poster.photo is not None:
            self._text(poster.drive, _EDGE, HEIGHT - 84, across, (34, 28), 1, fill=_GREEN, bold=True)

    def _code(self) -> None:
        """The QR code and what it is for, at the lower right."""
        rows = [bytes(row) for row in segno.make(self._poster.qr, error="m", micro=False).matrix]
        dots = Image.new("L", (len(rows) + 4, len(rows) + 4), 255)
        for down, row in enumerate(rows, 2):
            for along, black in enumerate(row, 2):
                if black:
                    dots.putpixel((along, down), 0)
        side = _QR // dots.width * dots.width
        left, top = WIDTH - _EDGE - _QR, HEIGHT - _QR - 110
        at = (left + (_QR - side) // 2, top + (_QR - side) // 2)
        self._card.paste(dots.resize((side, side), Image.Resampling.NEAREST), at)
        words = font.fit(self._poster.scan, _QR, (32, 28, 24, 20), 1)
        start = left + (_QR - font.width(words.lines[0], words.size)) / 2
        self._line(words.lines[0], start, top + _QR + 8, int(words.size), _QUIET)

    def _text(
        self,
        text: str,
        x: float,
        y: float,
        across: int,
        sizes: tuple[int, ...],
        most: int,
        *,
        fill: str = _INK,
        bold: bool = False,
    ) -> float:
        """A text as `font.fit` breaks it; returns where the next may begin."""
        if not text:
            return y
        fitted = font.fit(text, across, sizes, most)
        for line in fitted.lines:
            self._line(line, x, y, int(fitted.size), fill, bold=bold)
            y += 1.28 * fitted.size
        return y

    def _line(self, text: str, x: float, y: float, size: int, fill: str, *, bold: bool = False) -> None:
        stroke = size / 45 if bold else 0
        self._pen.text((x, y - 0.16 * size), text, font=_letters(size), fill=fill, stroke_width=stroke)
