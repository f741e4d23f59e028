"""Finding a place by what somebody typed: keys of names, the pieces of a text, and the places that they add up to.

Pure. A text is compared piece by piece with the names of places, and a place scores by how much of the text its own
name and those of what it lies in account for: of `武汉江岸`, 江岸区 explains all and 武汉市 half. A score of one is one
Chinese character that is explained.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import product

from agrimarket.regions.types.places import FoundRegion, NameKind, RegionInfo
from agrimarket.regions.variants import simplified

LONGEST = 80
"""Characters of a text that are looked at; an address names its place at the beginning."""
_LONGEST_NAME, _LONGEST_LATIN, _LONGEST_SOUND, _LONGEST_SLIP = 16, 30, 8, 5
_LETTER = 1 / 3
"""Worth of a Latin letter: a Chinese character is written with three."""
_CODE_LENGTHS = (2, 4, 6, 9, 12)
_KINDS_IN_LATIN = frozenset(
    {"city", "county", "district", "province", "prefecture", "region", "autonomous", "municipality", "banner"}
    | {"china", "prc", "sar", "shi", "qu", "sheng", "the", "of", "town", "new", "area"}
)
_KIND = "省市县区州盟旗"
_STREET = re.compile(
    r"[东西南北中]?(?:路|街|大道|大街|巷|胡同|镇|乡|村|社区|小区|花园|花苑|广场|大厦|大桥|公园|医院|大学|中学|小学|号)"
)
"""What follows a short name that is part of a street's or a town's: 中山大道, 长安镇."""
_WORTH: Mapping[NameKind, float] = {
    NameKind.OWN: 1.0,
    NameKind.SHORT: 1.0,
    NameKind.OTHER: 1.0,
    NameKind.LATIN: 1.0,
    NameKind.CODE: 1.0,
    NameKind.FORMER: 0.99,
    NameKind.PART: 0.9,
    NameKind.SOUND: 0.75,
    NameKind.INITIALS: 0.5,
}
_SLIP = 0.65
_INSIDE = 0.6
"""Worth of Latin letters in the midst of a word: `wuhanjiangan` is two names, and `hanjiang` none of them."""
_FULLNESS = 0.1
"""A name with its suffix is meant more surely than one without, of the same length."""


def key_of(text: str) -> str:
    """Letters and digits of `text`: in lower case, simplified, without accents."""
    return "".join(c for c in _folded(text) if c.isalnum())


def sounds_of(text: str) -> str:
    """How Chinese characters are pronounced, `jiang an`; "" where one is not among the 6,800 of the table.

    Sounds that many people do not tell apart (zh and z, ng and n) are one.
    """
    return " ".join(map(_blurred, syllables(text)))


def syllables(text: str) -> list[str]:
    """How each Chinese character is pronounced, `jiang`, `an`; [] where one is not among the 6,800 of the table."""
    table = _sounds()
    heard = [table.get(character, "") for character in text]
    return heard if all(heard) else []


def near_keys(key: str) -> tuple[str, ...]:
    """The key, and with each character left out: two keys that share one are a slip of one character apart."""
    return tuple(dict.fromkeys([key, *(key[:at] + key[at + 1 :] for at in range(len(key)))]))


@cache
def _sounds() -> dict[str, str]:
    with files("agrimarket.regions").joinpath("data", "sounds.csv").open(encoding="utf-8") as stream:
        return {c: row["sound"] for row in csv.DictReader(stream) for c in row["characters"]}


@cache
def _blurred(sound: str) -> str:
    return re.sub(r"^([zcs])h", r"\1", re.sub(r"(?<=[aeiou])ng$", "n", sound))


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", simplified(text).casefold())
    return simplified(unicodedata.normalize("NFKC", "".join(c for c in apart if unicodedata.category(c) != "Mn")))


@dataclass(frozen=True, slots=True)
class Typed:
    """A text as it is compared: words put together, `edges` between them; `pieces` and `slips` by key.

    `pieces` are its parts that may be names, by spelling or by sound, and `slips` those parts of it that may be
    misspelt ones.
    """

    text: str
    edges: frozenset[int] = frozenset()
    pieces: dict[str, list[tuple[int, int]]] = field(default_factory=dict[str, list[tuple[int, int]]])
    slips: dict[str, list[tuple[int, int]]] = field(default_factory=dict[str, list[tuple[int, int]]])

    @property
    def slip_keys(self) -> list[str]:
        """Keys with a character left out, as in `PlaceName.near`."""
        return list({near for key in self.slips for near in (near_keys(key) if self._whole(key) else (key,))})

    def _whole(self, key: str) -> bool:
        """Whether a character of it may be too many or wrong; of two characters only where they are all there is."""
        return len(key) > 2 or key == self.text


def read(text: str) -> Typed:
    """What was typed, in pieces. Digits count only where nothing else is typed: they are a code, whole or its start."""
    words = re.findall(r"[a-z]+|[0-9]+|[^\W\d_a-z]+", re.sub(r"['’‘`´·]", "", _folded(text))[:LONGEST])
    if words and all(word.isascii() and word.isdigit() for word in words):
        code = "".join(words)
        full = code[:6].ljust(6, "0") if len(code) in _CODE_LENGTHS else code
        return Typed(full, frozenset({0, len(full)}), {full: [(0, len(full))]})
    words = [word for word in words if not word.isdigit()]
    words = [word for word in words if word not in _KINDS_IN_LATIN] or words
    ends = [sum(map(len, words[: at + 1])) for at in range(len(words))]
    joined = "".join(words)
    typed = Typed(joined, frozenset({0, *ends}), defaultdict(list), defaultdict(list))
    for run in re.finditer(r"[a-z]+|[^a-z]+", joined):
        (_cut_latin if run[0].isascii() else _cut_chinese)(typed, run.start(), run.end())
    return typed


def _cut_latin(typed: Typed, start: int, end: int) -> None:
    for at in range(start, end):
        for until in range(at + 2, min(at + _LONGEST_LATIN, end) + 1):
            key = typed.text[at:until]
            typed.pieces[key].append((at, until))
            if {at, until} <= typed.edges and len(key) > 3:
                typed.slips[key].append((at, until))


def _cut_chinese(typed: Typed, start: int, end: int) -> None:
    alone = end - start == len(typed.text) == 2
    for at in range(start, end):
        for until in range(at + 1, min(at + _LONGEST_NAME, end) + 1):
            key = typed.text[at:until]
            typed.pieces[key].append((at, until))
            if 1 < len(key) <= _LONGEST_SOUND:
                if heard := sounds_of(key):
                    typed.pieces[heard].append((at, until))
                ends = until in typed.edges or key[-1] in _KIND
                ends = ends and (len(key) <= _LONGEST_SLIP or at in typed.edges)
                if alone or (ends and (len(key) > 2 or key[-1] in _KIND)):
                    typed.slips[key].append((at, until))


@dataclass(frozen=True, slots=True)
class Hit:
    """A name of the division `code` that is, or is nearly, a piece of what was typed."""

    region: RegionInfo
    kind: NameKind
    key: str
    shown: str
    prominence: int
    until: int | None
    exact: bool


@dataclass(frozen=True, slots=True)
class _Match:
    hit: Hit
    start: int
    end: int
    worth: float

    @property
    def sure(self) -> bool:
        """Whether the name stands there as it is written."""
        return self.hit.exact and self.hit.kind not in (NameKind.SOUND, NameKind.INITIALS)

    @property
    def meant(self) -> bool:
        """Whether it stands there by itself too, and not in the name of a street or in the midst of a word."""
        return self.sure and self.worth > 0.88 * _WORTH[self.hit.kind] * self.length

    @property
    def length(self) -> float:
        """Characters that it explains, a Latin letter being a third of one."""
        return sum(_LETTER if c.isascii() and c.isalpha() else 1.0 for c in self.hit.key)

    def apart_from(self, other: "_Match") -> bool:
        return self.end <= other.start or other.end <= self.start


def ranked(typed: Typed, hits: Iterable[Hit], limit: int) -> list[FoundRegion]:
    """The places that `hits` add up to, best first: those that explain most of the text, then the better known."""
    matches = _placed(typed, list(hits))
    by_code: dict[str, list[_Match]] = defaultdict(list)
    for match in matches:
        by_code[match.hit.region.code].append(match)
    best = [found for code, own in by_code.items() if (found := _summed(code, own, by_code)) is not None]
    best.sort(key=lambda found: found[0])
    found = [each for _, each in best]
    return [each for each in found if _beside(each, found[0])][:limit]


def _beside(found: FoundRegion, first: FoundRegion) -> bool:
    """Whether a place is worth telling of: one that explains much less is not, nor a guess where the first is none."""
    return found.score > first.score * 0.6 and (found.exact or not first.exact)


def _placed(typed: Typed, hits: Sequence[Hit]) -> list[_Match]:
    """Where each hit stands in the text, and its worth there. Doubtful ones stand at edges or beside sure ones."""
    sure = [m for hit in hits if hit.exact for m in _exact(typed, hit) if m.sure]
    beside = [m for m in sure if m.end - m.start > 1]
    starts = typed.edges | {m.end for m in beside}
    ends = typed.edges | {m.start for m in beside}
    doubtful = [m for hit in hits for m in (_exact(typed, hit) if hit.exact else _slipped(typed, hit)) if not m.sure]
    return [*sure, *(m for m in doubtful if m.start in starts and (m.end in ends or typed.text[m.end - 1] in _KIND))]


def _exact(typed: Typed, hit: Hit) -> list[_Match]:
    return [
        _Match(hit, start, end, worth)
        for start, end in typed.pieces.get(hit.key, ())
        if (worth := _worth(typed, hit, start, end)) > 0
    ]


def _slipped(typed: Typed, hit: Hit) -> list[_Match]:
    return [
        _Match(hit, start, end, _SLIP * _length(typed.text[start:end]) * _WORTH[hit.kind])
        for key, spans in typed.slips.items()
        if _one_slip(key, hit.key)
        for start, end in spans
    ]


def _worth(typed: Typed, hit: Hit, start: int, end: int) -> float:
    text, length = typed.text, _length(typed.text[start:end])
    worth = _WORTH[hit.kind] * length + (_FULLNESS if hit.kind is NameKind.OWN else 0)
    whole = (start, end) == (0, len(text))
    if hit.kind is NameKind.INITIALS:
        return worth if whole else 0
    if text[start].isascii():
        return worth if {start, end} <= typed.edges else worth * _INSIDE
    if end - start == 1 and not whole:  # 沪 and its like stand before what lies there
        return worth * 0.9 if start in typed.edges and len(text) <= 8 else 0
    if hit.kind in (NameKind.SHORT, NameKind.OTHER, NameKind.SOUND):
        if end not in typed.edges and _STREET.match(text, end):
            return worth * 0.3
        if text[end : end + 1] and text[end] in _KIND and end not in typed.edges:
            return worth * 0.85
    return worth


def _length(text: str) -> float:
    return sum(_LETTER if character.isascii() and character.isalpha() else 1.0 for character in text)


def _summed(
    code: str, own: list[_Match], by_code: Mapping[str, list[_Match]]
) -> tuple[tuple[float, int, int, str], FoundRegion] | None:
    """The place by the best of its names, of its parts' and of what it lies in, none of which overlap in the text."""
    named = [m for m in own if m.hit.kind is not NameKind.PART]
    parts = [m for m in own if m.hit.kind is NameKind.PART]
    above = [by_code.get(each, []) for each in dict.fromkeys((code[:4] + "00", code[:2] + "0000")) if each != code]
    best: tuple[float, list[_Match]] = (0.0, [])
    for chosen in product(*(_few(each) for each in (named, parts, *above))):
        there = [match for match in chosen if match is not None]
        if (chosen[0] is None and chosen[1] is None) or not _side_by_side(there):
            continue
        worth = sum(match.worth for match in there)
        if worth > best[0]:
            best = worth, there
    score, matches = round(best[0], 2), best[1]
    if not matches:
        return None
    first = min(match.start for match in matches)
    return (-score, first, -max(m.hit.prominence for m in own), code), _found(code, score, matches)


def _few(matches: list[_Match]) -> list[_Match | None]:
    return [*sorted(matches, key=lambda match: -match.worth)[:6], None]


def _side_by_side(matches: Sequence[_Match]) -> bool:
    return all(one.apart_from(other) for at, one in enumerate(matches) for other in matches[:at])


def _found(code: str, score: float, matches: Sequence[_Match]) -> FoundRegion:
    own = [match.hit for match in matches if match.hit.region.code == code]
    former = next((hit for hit in (m.hit for m in matches) if hit.kind is NameKind.FORMER), None)
    part = next((hit for hit in own if hit.kind is NameKind.PART), None)
    return FoundRegion(
        region=own[0].region,
        score=score,
        exact=all(match.meant for match in matches),
        former_name=former.shown if former else None,
        former_until=former.until if former else None,
        renamed=former.region if former else None,
        part=part.shown if part else None,
    )


def _one_slip(one: str, other: str) -> bool:
    """Whether one character added, left out, changed, or changed places with the next makes the other of the one."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return one == other
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, rest_other = one[at:], other[at:]
    return (
        rest[1:] == rest_other[1:]
        or rest[1:] == rest_other
        or rest == rest_other[1:]
        or (rest[:2] == rest_other[1::-1] and rest[2:] == rest_other[2:])
    )
