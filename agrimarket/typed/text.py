"""Free text: what people read. No character is refused because this Python's Unicode tables lack it, so that a surname
or an emoji that is newer is taken like any other; and so are characters of private use, which old systems wrote rare
surnames with."""

import re
import unicodedata
from typing import Final

from agrimarket.typed import Refused

BREAK = r"\r\n|[\r\n\u2028\u2029]"
CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
TURNING = r"\u202d\u202e\u2066-\u2069"
"""Overrides and isolates, by which a text is read in another order than it is written in."""
UNSEEN = (
    r"\u00ad\u061c\u200b\u200e\u200f\u202a-\u202c\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
"""Characters that show nothing and mean nothing in a name or a note; pasting from other programs brings them."""
_JOINERS = r"\u034f\u180e\u200c\u200d"
_SELECTORS = r"\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_BLANK = r"\s\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
PLAIN_TEXT: Final = (
    rf"^[^{CONTROLS}{TURNING}]*"
    rf"[^{CONTROLS}{TURNING}\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u2060-\u206f"
    rf"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]"
    rf"[^{CONTROLS}{TURNING}]*$"
)
"""The text that is taken, for JSON Schemas: something to see in it, and nothing that is refused."""

_BREAKS = re.compile(BREAK)
_REFUSED_CONTROL = re.compile(rf"[{CONTROLS}\ud800-\udfff]")
_REFUSED_TURNING = re.compile(f"[{TURNING}]")
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f")
_DROPPED = re.compile(rf"({_FLAG.pattern})|[{UNSEEN}]")
_FOLDED = re.compile(r"\s*[\n\t]\s*")
_EDGES = re.compile(rf"^[{_BLANK}{_JOINERS}{_SELECTORS}]+|(?:[{_BLANK}][{_SELECTORS}]*|[{_JOINERS}])+$")
_FITTING = re.compile(f"[{_JOINERS}{_SELECTORS}]")
_JOINER, _SELECTOR = re.compile(f"[{_JOINERS}]"), re.compile(f"[{_SELECTORS}]")


def seen(text: str) -> str:
    """`text` without what shows nothing. `Refused` for controls, and for what turns the order of reading."""
    if _REFUSED_CONTROL.search(text):
        raise Refused("text_unprintable")
    if _REFUSED_TURNING.search(text):
        raise Refused("text_invisible")
    return _DROPPED.sub(r"\1", text)


def paragraphs(text: str) -> str:
    """Text of several lines, each ended by one `\\n`, in Unicode's form C, without blanks around it; perhaps empty.

    Joiners and variation selectors stay where they shape letters or emoji. `Refused` as by `seen`.
    """
    return _settled(_BREAKS.sub("\n", seen(text)))


def line(text: str) -> str:
    """Text of one line, as `paragraphs`; a line break or tab in it becomes a space."""
    return _settled(_FOLDED.sub(" ", _BREAKS.sub("\n", seen(text)).strip()))


def _settled(text: str) -> str:
    bare = _EDGES.sub("", text)
    fitting = _fitting(bare) if _FITTING.search(bare) else bare
    return unicodedata.normalize("NFC", fitting)


def _fitting(text: str) -> str:
    """`text` with only those joiners and selectors that shape what stands beside them."""
    kept: list[str] = []
    for at, character in enumerate(text):
        if _SELECTOR.match(character):
            fits = bool(kept) and not (kept[-1].isspace() or _FITTING.match(kept[-1]))
        elif _JOINER.match(character):
            fits = (
                bool(kept) and _joins(text[at + 1 : at + 2]) and (_joins(kept[-1]) or bool(_SELECTOR.match(kept[-1])))
            )
        else:
            fits = True
        if fits:
            kept.append(character)
    return "".join(kept)


def _joins(character: str) -> bool:
    """Whether it is a letter, mark, numeral or emoji, or a character that this Python does not know yet."""
    if not character or _FITTING.match(character):
        return False
    return unicodedata.category(character)[0] in "LMNS" or unicodedata.category(character) in ("Cn", "Co")
