"""Pictures of produce for the demo market and the story: flat drawings by Pillow, so that no picture is shipped."""

import io
import math
import random
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Draw = ImageDraw.ImageDraw

SIZE: Final = (960, 720)
_FINE: Final = 2
"""Pixels that are drawn for one that is kept, so that edges are smooth."""
_LEAF: Final[Colour] = (88, 142, 82)
_DARK_LEAF: Final[Colour] = (58, 110, 66)
_WOOD: Final[Colour] = (205, 162, 112)
_DARK_WOOD: Final[Colour] = (172, 126, 80)


def _shade(colour: Colour, by: float) -> Colour:
    """The colour, lighter for a positive share, darker for a negative one."""
    to = 255 if by > 0 else 0
    red, green, blue = (round(part + (to - part) * abs(by)) for part in colour)
    return red, green, blue


def _disc(draw: Draw, x: float, y: float, across: float, down: float, colour: Colour) -> None:
    draw.ellipse((x - across, y - down, x + across, y + down), fill=colour)


def _round(points: int, at: Callable[[float], tuple[float, float]]) -> list[tuple[float, float]]:
    return [at(2 * math.pi * step / points) for step in range(points)]


def _strawberry(draw: Draw, x: float, y: float, r: float, chance: random.Random) -> None:
    red = chance.choice(((214, 54, 58), (198, 40, 50), (224, 76, 70)))

    def edge(turn: float) -> tuple[float, float]:
        wide = math.sin(turn)
        down = -math.cos(turn)
        return x + r * wide * (0.92 - 0.32 * max(0.0, down)), y + r * (1.12 if down > 0 else 0.72) * down

    draw.polygon(_round(60, edge), fill=red)
    _disc(draw, x - r * 0.34, y - r * 0.2, r * 0.16, r * 0.22, _shade(red, 0.28))
    for row, count in ((-0.3, 4), (0.02, 4), (0.34, 3), (0.64, 2)):
        for place in range(count):
            across = (place - (count - 1) / 2) * 0.4 + (0.1 if count % 2 == 0 else 0)
            _disc(draw, x + across * r, y + row * r, r * 0.035, r * 0.06, (250, 214, 130))
    for turn in range(5):
        angle = math.pi * (1.05 + 0.225 * turn)
        tip = (x + math.cos(angle) * r * 0.86, y - r * 0.56 + math.sin(angle) * r * 0.46)
        base = (x - r * 0.16, y - r * 0.5), (x + r * 0.16, y - r * 0.5)
        draw.polygon((base[0], tip, base[1]), fill=_LEAF)
    _disc(draw, x, y - r * 0.58, r * 0.42, r * 0.16, _LEAF)


def _pineapple(draw: Draw, x: float, y: float, r: float, chance: random.Random) -> None:
    gold = chance.choice(((228, 168, 52), (216, 150, 44)))
    for turn in range(-3, 4):
        tip = (x + turn * r * 0.3, y - r * (1.9 - 0.14 * abs(turn)))
        feet = ((x + turn * r * 0.1 - r * 0.16, y - r * 0.8), (x + turn * r * 0.1 + r * 0.16, y - r * 0.8))
        draw.polygon((feet[0], tip, feet[1]), fill=_DARK_LEAF if turn % 2 else _LEAF)
    _disc(draw, x, y, r * 0.72, r, gold)
    line = _shade(gold, -0.24)
    for step in range(-5, 6):
        for lean in (-1, 1):
            _hatch(draw, x, y, r, step * 0.26, lean, line)
    _disc(draw, x - r * 0.3, y - r * 0.4, r * 0.1, r * 0.16, _shade(gold, 0.4))


def _hatch(draw: Draw, x: float, y: float, r: float, shift: float, lean: int, colour: Colour) -> None:
    """A slanting line, as far as it lies within the fruit."""
    slanting = ((lean * part / 40 * 0.7 + shift, part / 40) for part in range(-40, 41))
    inside = [(x + across * r, y + down * r) for across, down in slanting if (across / 0.72) ** 2 + down**2 < 0.98]
    if len(inside) > 1:
        draw.line(inside, fill=colour, width=max(1, round(r * 0.045)))


def _tangerine(draw: Draw, x: float, y: float, r: float, chance: random.Random) -> None:
    orange = chance.choice(((240, 142, 40), (246, 158, 56), (232, 128, 36)))
    _disc(draw, x, y, r, r * 0.86, orange)
    _disc(draw, x - r * 0.36, y - r * 0.32, r * 0.2, r * 0.14, _shade(orange, 0.4))
    for _ in range(9):
        _disc(draw, x + chance.uniform(-0.6, 0.6) * r, y + chance.uniform(-0.3, 0.6) * r, r * 0.025, r * 0.025,
              _shade(orange, -0.14))  # fmt: skip
    draw.line((x, y - r * 0.72, x + r * 0.06, y - r), fill=_DARK_LEAF, width=max(2, round(r * 0.08)))
    side = chance.choice((-1, 1))
    leaf = [
        (x + side * r * (0.05 + 0.85 * step / 12), y - r * (0.9 + 0.2 * math.sin(math.pi * step / 12) * sign))
        for sign, steps in ((1, range(13)), (-1, range(12, -1, -1)))
        for step in steps
    ]
    draw.polygon(leaf, fill=_LEAF)


def _sweet_potato(draw: Draw, x: float, y: float, r: float, chance: random.Random) -> None:
    skin = chance.choice(((168, 74, 92), (154, 64, 80), (180, 86, 98)))
    lean = chance.uniform(-0.35, 0.35)

    def edge(turn: float) -> tuple[float, float]:
        along, across = math.cos(turn) * r * 1.25, math.sin(turn) * r * 0.6 * (1 - 0.3 * abs(math.cos(turn)) ** 3)
        cos, sin = math.cos(lean), math.sin(lean)
        return x + along * cos - across * sin, y + along * sin + across * cos

    draw.polygon(_round(60, edge), fill=skin)
    for _ in range(7):
        at = x + chance.uniform(-0.8, 0.8) * r, y + chance.uniform(-0.28, 0.28) * r
        draw.line((*at, at[0] + r * 0.2, at[1] + r * 0.03), fill=_shade(skin, -0.2), width=max(1, round(r * 0.035)))
    _disc(draw, x - r * 0.3, y - r * 0.24, r * 0.3, r * 0.07, _shade(skin, 0.24))


FRUITS: Final[dict[str, tuple[Callable[[Draw, float, float, float, random.Random], None], Colour]]] = {
    "strawberry": (_strawberry, (252, 228, 222)),
    "pineapple": (_pineapple, (226, 240, 222)),
    "sugar_tangerine": (_tangerine, (232, 240, 218)),
    "sweet_potato": (_sweet_potato, (244, 234, 216)),
}
"""How each kind of produce is drawn, and the colour behind it."""


def _field(draw: Draw, wide: int, high: int, behind: Colour) -> None:
    """A sky, two hills with rows, and the ground."""
    draw.rectangle((0, 0, wide, high), fill=behind)
    _disc(draw, wide * 0.82, high * 0.2, high * 0.09, high * 0.09, (255, 246, 206))
    _disc(draw, wide * 0.22, high * 0.78, wide * 0.5, high * 0.36, (176, 204, 152))
    _disc(draw, wide * 0.86, high * 0.84, wide * 0.56, high * 0.4, (154, 190, 134))
    draw.rectangle((0, high * 0.74, wide, high), fill=(196, 168, 128))
    for row in range(-6, 7):
        foot = wide * (0.5 + row * 0.16)
        draw.line((wide * (0.5 + row * 0.06), high * 0.74, foot, high), fill=(182, 152, 112), width=round(wide * 0.008))


def _crate(draw: Draw, wide: int, high: int) -> None:
    left, right, top, foot = wide * 0.12, wide * 0.88, high * 0.56, high * 0.93
    draw.rectangle((left, top, right, foot - high * 0.02), fill=_shade(_DARK_WOOD, -0.3))
    for slat in range(3):
        y = top + slat * (foot - top) / 3
        draw.rounded_rectangle((left, y, right, y + (foot - top) / 3 - high * 0.014), high * 0.014, fill=_WOOD)
        draw.line((left + 20, y + high * 0.05, right - 20, y + high * 0.05), fill=_shade(_WOOD, -0.08), width=4)
    for side in (left, right - wide * 0.05):
        draw.rectangle((side, top - high * 0.02, side + wide * 0.05, foot), fill=_DARK_WOOD)


def _heap(draw: Draw, code: str, wide: int, high: int, chance: random.Random) -> None:
    """Fruit in a crate, the ones behind first."""
    fruit, _ = FRUITS[code]
    r = high * (0.15 if code == "pineapple" else 0.105)
    for y, count in ((0.36, 4), (0.45, 5), (0.54, 6)):
        for place in range(count):
            x = wide * (0.5 + (place - (count - 1) / 2) * 0.125)
            fruit(draw, x + chance.uniform(-0.1, 0.1) * r, high * y + chance.uniform(-0.1, 0.1) * r, r, chance)
    _crate(draw, wide, high)


def _close(draw: Draw, code: str, wide: int, high: int, chance: random.Random) -> None:
    """Three large ones on a cloth."""
    fruit, _ = FRUITS[code]
    _disc(draw, wide * 0.5, high * 0.84, wide * 0.42, high * 0.12, _shade((255, 255, 255), -0.03))
    r = high * (0.24 if code == "pineapple" else 0.2)
    for x, y in ((0.28, 0.58), (0.72, 0.58), (0.5, 0.68)):
        fruit(draw, wide * x, high * y, r, chance)


def jpeg(code: str, view: str = "crate") -> bytes:
    """A photo of that produce, by its code in `FRUITS`: in a `crate` at the field, or `close`. Always the same."""
    chance = random.Random(f"{code} {view}")  # noqa: S311
    wide, high = SIZE[0] * _FINE, SIZE[1] * _FINE
    picture = Image.new("RGB", (wide, high))
    draw = ImageDraw.Draw(picture)
    behind = FRUITS[code][1]
    if view == "close":
        draw.rectangle((0, 0, wide, high), fill=behind)
        draw.rectangle((0, high * 0.66, wide, high), fill=_shade(behind, -0.1))
        _close(draw, code, wide, high, chance)
    else:
        _field(draw, wide, high, behind)
        _heap(draw, code, wide, high, chance)
    taken = io.BytesIO()
    picture.resize(SIZE, Image.Resampling.LANCZOS).save(taken, "JPEG", quality=88)
    return taken.getvalue()
