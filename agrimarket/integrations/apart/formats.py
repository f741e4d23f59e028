"""Number formats of a workbook that put words around its numbers: `0"斤"` shows 500 as `500斤`. Runs apart."""

import re
from collections.abc import Callable
from html import unescape

Shown = Callable[[float], str]
"""Function that writes a number as the sheet shows it, exact, with the words of its format."""

_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\b([^>]*)>")
_ATTRIBUTE = re.compile(rb"\b(numFmtId|formatCode)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b[^>]*>(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<(?:\w+:)?xf\b([^>]*)>")
_TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|_.|\*.|\[[^\]]*\]|(General|G/通用格式)|(.)', re.DOTALL)
_CONDITION = re.compile(r"\[[<>=]")


def read(styles: bytes, write: Callable[[float], str]) -> dict[str, Shown]:
    """The formats with words, by the number under which cells name their style; `write` writes a number by itself.

    A format that cannot be followed, such as one that scales, puts a `?` between number and words: the number is
    nobody's to guess.
    """
    codes: dict[bytes, str] = {b"9": "0%", b"10": "0.00%"}
    for found in _FORMAT.finditer(styles):
        said = _attributes(found[1])
        codes[said.get("numFmtId", b"")] = unescape(said.get("formatCode", b"").decode(errors="replace"))
    shown = {identity: each for identity, code in codes.items() if (each := _shown(code, write))}
    styled = _STYLES.search(styles) if shown else None
    used = (_attributes(each[1]).get("numFmtId", b"") for each in _STYLE.finditer(styled[1])) if styled else ()
    return {str(at): shown[identity] for at, identity in enumerate(used) if identity in shown}


def _attributes(element: bytes) -> dict[str, bytes]:
    return {found[1].decode(): found[2] or found[3] or b"" for found in _ATTRIBUTE.finditer(element)}


def _shown(code: str, write: Callable[[float], str]) -> Shown | None:
    """How a number of that format is shown; None if there are no words in it, or if it is one of days."""
    parts, between, at = ["", ""], "", 0
    for found in _TOKEN.finditer(code.partition(";")[0]):
        words, general, sign = found[1] or found[2] or "", found[3], found[4] or ""
        if general or (sign in "0#?.,/" and sign):
            parts[1], between, at = "", between + parts[1], 1
        elif sign.isascii() and sign.isalpha() and sign not in "Ee":
            return None
        elif words or sign == "%" or sign.isalpha():
            parts[at] += words or sign
    before, behind = parts
    if not any(each.isalpha() or each == "%" for each in before + between + behind):
        return None
    if between or (code.count(";") and _CONDITION.search(code)) or re.search(r"[0#?],+(?![0#?,])", code):
        return lambda value: f"{write(value)} ? {before}{between}{behind}"
    if "%" in behind:
        return lambda value: f"{write(value * 100)}{behind}"
    return lambda value: f"{before}{write(value)}{behind}"
