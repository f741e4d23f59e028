"""The font of papers and pictures: what it can show, how wide it is, and how texts are broken into lines."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from fontTools.ttLib import TTFont
from pypinyin import Style, pinyin

FILE: Final = Path(__file__).with_name("fonts") / "NotoSansSC.ttf"
"""Noto Sans SC, a subset for both scripts of Chinese, under the SIL Open Font License (`fonts/LICENCE.txt`)."""
ELLIPSIS: Final = "…"
_NOT_FIRST: Final = frozenset("，。、；：！？）」』】》〉”’…％,.;:!?)]}%")
"""Marks that no line begins with."""
_SILENT: Final = frozenset({"Cf", "Mn", "Me"})
"""Categories of characters that only change how a neighbour looks."""


@cache
def widths() -> dict[int, float]:
    """Code point → width in ems, of every character that the font has."""
    font: Any = TTFont(FILE, lazy=True)
    names: dict[int, str] = font.getBestCmap()
    metrics, em = font["hmtx"], font["head"].unitsPerEm
    return {point: metrics[name][0] / em for point, name in names.items()}


def spelt(text: str) -> str:
    """The text in characters that the font has. What it lacks is never an empty box: it is said in brackets.

    A rare character of Chinese by its pinyin, a letter by those that
    it is composed of, a picture by its English name, anything else by its number in Unicode.
    """
    known = widths()
    text = unicodedata.normalize("NFC", text)
    if all(ord(each) in known for each in text):
        return text
    return "".join(each if ord(each) in known else _said(each, known) for each in text)


def _said(each: str, known: dict[int, float]) -> str:
    kind = unicodedata.category(each)
    if kind in _SILENT:
        return ""
    if each in "\n\u2028\u2029":
        return "\n"
    if kind in ("Cc", "Zs"):
        return " "
    if kind == "Pd" or each == "\u2212":
        return "-"
    simpler = unicodedata.normalize("NFKD", each)
    if simpler != each and (kept := "".join(part for part in simpler if ord(part) in known)):
        return kept
    sound = pinyin(each, style=Style.TONE, errors="ignore")
    if sound and all(ord(letter) in known for letter in sound[0][0]):
        return f"({sound[0][0]})"
    if kind == "So" and (name := unicodedata.name(each, "")):
        return f"[{name.lower()}]"
    return f"[U+{ord(each):04X}]"


def width(text: str, size: float) -> float:
    """Width of a text that is `spelt`, in the unit of `size`."""
    known = widths()
    return size * sum(known[ord(each)] for each in text)


class Fitted(NamedTuple):
    """Lines of a text, and the size of letters in which they fit."""

    lines: list[str]
    size: float


def fit(text: str, across: float, sizes: Sequence[float], most: int) -> Fitted:
    """The text in the largest of `sizes`, which descend, in which it takes at most `most` lines; else cut.

    A text that is cut ends with an ellipsis. No line is wider than `across`, in the unit of the sizes.
    """
    text = spelt(text)
    for size in sizes:
        lines = wrapped(text, across, size)
        if len(lines) <= most:
            return Fitted(lines, size)
    lines = wrapped(text, across, sizes[-1])[:most]
    lines[-1] = shortened(lines[-1] + ELLIPSIS, across, sizes[-1])
    return Fitted(lines, sizes[-1])


def shortened(text: str, across: float, size: float) -> str:
    """The text, or as much of it as is no wider than `across`, with an ellipsis."""
    if width(text, size) <= across:
        return text
    text = text.removesuffix(ELLIPSIS)
    while text and width(text + ELLIPSIS, size) > across:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


def wrapped(text: str, across: float, size: float) -> list[str]:
    """Lines of a text that is `spelt`, none wider than `across`.

    Latin words stay whole where they fit into a line; Chinese is broken anywhere but before a closing mark.
    """
    return [line for paragraph in text.splitlines() or [""] for line in _broken(paragraph, across, size)]


def _broken(paragraph: str, across: float, size: float) -> list[str]:
    lines: list[str] = []
    line, taken = "", 0.0
    for piece in _pieces(paragraph):
        if taken + width(piece.rstrip(), size) > across:
            if line.strip():
                lines.append(line.rstrip())
            line = piece.lstrip()
            while width(line.rstrip(), size) > across and len(line) > 1:
                at = _fitting(line, across, size)
                lines.append(line[:at].rstrip())
                line = line[at:]
            taken = width(line, size)
        else:
            line += piece
            taken += width(piece, size)
    return [*lines, line.rstrip()]


def _fitting(text: str, across: float, size: float) -> int:
    """How many characters of a text fit into a line; at least one."""
    taken, wide = 1, width(text[0], size)
    while taken < len(text) and (wide := wide + width(text[taken], size)) <= across:
        taken += 1
    return taken


def _pieces(text: str) -> list[str]:
    """What is not broken: a Latin word with the space behind it, or a character with the closing marks behind it."""
    pieces: list[str] = []
    for each in text:
        joins = pieces and (each in _NOT_FIRST or each == " " or (_is_letter(each) and _is_letter(pieces[-1][-1])))
        if joins:
            pieces[-1] += each
        else:
            pieces.append(each)
    return pieces


def _is_letter(each: str) -> bool:
    """Whether it is part of a word that is written with letters or figures."""
    return ord(each) < 0x2E80 and not each.isspace() and each not in _NOT_FIRST
