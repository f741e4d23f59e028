"""Free text: what people read. No character is refused because this Python's Unicode tables lack it, so that a surname
or an emoji that is newer is taken like any other; and so are characters of private use, which old systems wrote rare
surnames with."""

import re
import unicodedata
from typing import Final

from agrimarket.typed import Refused

BREAK = r"\r\n|[\r\n\u2028\u2029]"
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_TURNING = r"\u202d\u202e\u2066-\u2069"
"""Overrides and isolates, by which a text is read in another order than it is written in."""
HARMLESS = r"\u00ad\u200b\u2060\ufeff"
"""Where a line may break, and where not. Pages and chat programs strew them into what is copied; a text without them is
the same text, so they go wherever they stand."""
_HIDING = r"\u061c\u200e\u200f\u202a-\u202c\u2061-\u2064\u206a-\u206f\ufff9-\ufffb"
"""Characters that show nothing and have a say in how the rest is read: pasting brings them to the ends of a text;
inside, they make one name look like another."""
UNSEEN = f"{HARMLESS}{_HIDING}"
_UNSEEN_BEYOND = r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
_JOINERS = r"\u034f\u180e\u200c\u200d"
_SELECTORS = r"\u180b-\u180d\u180f\ufe00-\ufe0f"
_SELECTORS_BEYOND = r"\U000e0100-\U000e01ef"
_BLANK = r"\t\n\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_AROUND = rf"{_BLANK}{UNSEEN}{_JOINERS}"
PLAIN_TEXT: Final = (
    rf"^[{_AROUND}{_SELECTORS}]*[^{_CONTROLS}{_TURNING}{_AROUND}{_SELECTORS}]"
    rf"[^{_CONTROLS}{_TURNING}{_HIDING}]*[{_AROUND}]*$"
)
"""The text that is taken, for JSON Schemas: something to see in it, and nothing that is refused."""

_BREAKS = re.compile(BREAK)
_REFUSED_CONTROL = re.compile(rf"[{_CONTROLS}\ud800-\udfff]")
_REFUSED_TURNING = re.compile(f"[{_TURNING}]")
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f")
_DROPPED = re.compile(f"[{HARMLESS}]")
_REFUSED_UNSEEN = re.compile(f"[{_HIDING}{_UNSEEN_BEYOND}]")
_HIDDEN = re.compile(rf"[{_CONTROLS}{_TURNING}{UNSEEN}{_UNSEEN_BEYOND}\ud800-\udfff]")
_FOLDED = re.compile(r"\s*[\n\t]\s*")
_BEFORE = re.compile(rf"^[{_AROUND}{_UNSEEN_BEYOND}{_SELECTORS}{_SELECTORS_BEYOND}]+")
_AFTER = re.compile(rf"(?:[{_BLANK}][{_SELECTORS}{_SELECTORS_BEYOND}]*|[{UNSEEN}{_JOINERS}])+$")
_FITTING = re.compile(f"[{_JOINERS}{_SELECTORS}{_SELECTORS_BEYOND}]")
_UNJOINED = re.compile("[\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
"""Chinese, Japanese, Korean: writing whose characters are shaped by nothing between them."""
_JOINER, _SELECTOR = re.compile(f"[{_JOINERS}]"), re.compile(f"[{_SELECTORS}{_SELECTORS_BEYOND}]")


def trimmed(text: str) -> str:
    """`text` without blanks, and without what shows nothing, around it. Refuses nothing: controls stay."""
    return _AFTER.sub("", _BEFORE.sub("", text))


def one_width(text: str, *, composed: bool = False) -> str:
    """`text` in half width: full-width signs, and the digits of any script, as ASCII.

    With `composed`, also what was put into one character, such as `㎏`, as what it is made of. Characters that only
    resemble figures, such as `²`, `①` and `〇`, stay, so that `5²` is not read as 52.
    """
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(each, _taken_apart(each) if composed else _halved(each))) for each in text)


def _halved(character: str) -> str:
    return chr(ord(character) - 0xFEE0) if "\uff01" <= character <= "\uff5e" else character


def _taken_apart(character: str) -> str:
    if unicodedata.category(character) in ("No", "Nl"):
        return character
    return unicodedata.normalize("NFKC", character)


def file_name(path: str) -> str:
    """Last part of a file's name, without controls and what hides or turns the rest; perhaps empty."""
    last = re.split(r"[/\\]", _HIDDEN.sub("", unicodedata.normalize("NFC", path)))[-1]
    return trimmed(last)


def refuse_hidden(text: str) -> None:
    """`Refused` for controls, and for what turns the order of reading."""
    if _REFUSED_CONTROL.search(text):
        raise Refused("text_unprintable")
    if _REFUSED_TURNING.search(text):
        raise Refused("text_invisible")


def paragraphs(text: str) -> str:
    """Text of several lines, each ended by one `\\n`, in Unicode's form C, without blanks around it; perhaps empty.

    Joiners and variation selectors stay where they shape letters or emoji, and what is `HARMLESS` goes. `Refused` for
    controls, for what turns the order of reading, and for what else shows nothing between the first and the last
    character to be seen.
    """
    refuse_hidden(text)
    return _settled(_BREAKS.sub("\n", text))


def line(text: str) -> str:
    """Text of one line, as `paragraphs`; a line break or tab in it becomes a space."""
    refuse_hidden(text)
    return _settled(_FOLDED.sub(" ", _BREAKS.sub("\n", text)))


def _settled(text: str) -> str:
    bare = trimmed(_DROPPED.sub("", text))
    if _REFUSED_UNSEEN.search(_FLAG.sub("", bare)):
        raise Refused("text_invisible")
    fitting = _fitting(bare) if _FITTING.search(bare) else bare
    return unicodedata.normalize("NFC", fitting)


def _fitting(text: str) -> str:
    """`text` with only those joiners and selectors that shape what stands beside them."""
    kept: list[str] = []
    for at, character in enumerate(text):
        if _SELECTOR.match(character):
            fits = bool(kept) and not (kept[-1].isspace() or _FITTING.match(kept[-1]))
        elif _JOINER.match(character):
            fits = bool(kept) and _joins(text[at + 1 : at + 2]) and (_joins(kept[-1]) or _is_selector(kept[-1]))
        else:
            fits = True
        if fits:
            kept.append(character)
    return "".join(kept)


def _is_selector(character: str) -> bool:
    return _SELECTOR.match(character) is not None


def _joins(character: str) -> bool:
    """Whether it is a letter, mark, numeral or emoji that a joiner may shape, or a character that this Python does not
    know yet."""
    if not character or _FITTING.match(character) or _UNJOINED.match(character):
        return False
    return unicodedata.category(character)[0] in "LMNS" or unicodedata.category(character) in ("Cn", "Co")
