"""Rules of `regions`: verdicts on deliveries, and names in the spelling for comparison. No session, no clock."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from agrimarket.regions import communities
from agrimarket.regions.types.places import RegionInfo
from agrimarket.regions.types.restrictions import RestrictionInfo, RiskLevel, Verdict

CLOSING = frozenset({RiskLevel.HIGH, RiskLevel.MIDDLE})
"""Levels that close. Low risk (常态化防控) does not: people stay in their district, at a distance; deliveries go on."""

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_WHOLE = re.compile(
    r"(?:的?(?:全(?:域|境|部|[区县市旗州盟]域?)|(?:全部|所有)(?:区域|地区|街道)|辖区|境)(?:范围)?内?)+$"
)

_KINDS_OF_PLACE = frozenset({"city", "county", "district", "province", "prefecture", "region", "autonomous", "china"})

_LONGEST_WHOLE = 40
"""Characters of the longest text that is looked at; the longest name of a county has 15."""


def is_code(text: str) -> bool:
    """Whether `text` could be the code of a region: six digits."""
    return len(text) == 6 and text.isascii() and text.isdecimal()


def lies_in(code: str, ancestor: str) -> bool:
    """Whether `ancestor` is the region `code` itself or one that it lies in."""
    return ancestor in (code, code[:4] + "00", code[:2] + "0000")


@lru_cache(maxsize=4_096)
def normalise(name: str) -> str:
    """Name in the spelling for comparison: NFKC, lower case, letters and digits only. Twice is the same as once."""
    while True:
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
        kept = _NOT_ALPHANUMERIC.sub("", folded)
        if kept == name:  # removing a character can bring two others together that compose
            return name
        name = kept


def searched(region: RegionInfo) -> str:
    """The text in which `words_of` what was typed are looked for. The division's own Latin name stands between bars."""
    own, _, above = region.latin.partition(",")
    latin = f"|{_latin_key(own)}|{_latin_key(above)}" if region.latin else ""
    return normalise(region.full_name + "".join(region.parts)) + latin


def words_of(typed: str) -> list[str]:
    """The words of a place as somebody typed it, without those that only say what kind of place it is.

    `Dandong City, Liaoning` is `dandong`, `liaoning`; `Xi'an`, `xi'an` and `xian` are one word.
    """
    words = [
        _latin_key(word) if word.isascii() else normalise(word) for word in re.split(r"[\s,，、/]+", _plain(typed))
    ]
    return [word for word in words if word and word not in _KINDS_OF_PLACE] or [word for word in words if word]


def _plain(text: str) -> str:
    """Text in one width, without accents on Latin letters: `Ürümqi` is `Urumqi`."""
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if unicodedata.category(c) != "Mn"))


def _latin_key(text: str) -> str:
    return normalise(_plain(text)).removesuffix("county")


def community_key(name: str) -> str:
    """The normalised name without a final 全域, which only says that all of it is meant."""
    key = normalise(name)
    return re.sub(r"全(?:区)?(?:域|境)$", "", key) or key


def is_whole_area(community: str, names: Iterable[str]) -> bool:
    """Whether an entry's community text means all of the area called by one of `names`.

    That is 全域 and its like, or the area's own name, with or without 全域 after it. A blank text means nothing.
    """
    if len(community) > _LONGEST_WHOLE:
        return False
    text = normalise(community)
    rest = _WHOLE.sub("", text).removeprefix("整个")
    return bool(text) and (not rest or any(name and rest == normalise(name) for name in names))


def verdict_of(here: Iterable[RestrictionInfo], beneath: Iterable[RestrictionInfo] = ()) -> Verdict:
    """A region's verdict by the restrictions of itself and of what it lies in (`here`), and by those `beneath` it.

    What could not be resolved lies somewhere in the region that is known, and makes that region `partial`; what is
    closed beneath a region never closes all of it.
    """
    closing = [entry for entry in here if entry.level in CLOSING]
    if any(entry.whole_area and entry.resolved for entry in closing):
        return Verdict.CLOSED
    return Verdict.PARTIAL if closing or any(entry.level in CLOSING for entry in beneath) else Verdict.OPEN


def delivery_verdict(
    origins: Sequence[RestrictionInfo],
    destination: Sequence[RestrictionInfo],
    touched: Sequence[RestrictionInfo],
    community: str | None,
) -> tuple[Verdict, list[RestrictionInfo]]:
    """The verdict on a delivery and the restrictions that made it.

    `touched` are the destination's restrictions in which the address lies or may lie (`touch`). An origin forbids
    only when all of it is closed. What may be elsewhere in the destination closes nothing as a whole.
    """
    all_of_it = [entry for entry in (*origins, *destination) if entry.whole_area and entry.touch is not Verdict.PARTIAL]
    shut = [entry for entry in all_of_it if verdict_of([entry]) is Verdict.CLOSED]
    if shut:
        return Verdict.CLOSED, shut
    closing = [entry for entry in touched if entry.level in CLOSING]
    inside = [entry for entry in closing if entry.touch is not Verdict.PARTIAL]
    if inside:
        return Verdict.CLOSED, inside
    partly = [entry for entry in destination if verdict_of([entry]) is Verdict.PARTIAL]
    if partly and not communities.says_where(community or ""):
        return Verdict.PARTIAL, partly
    return (Verdict.PARTIAL, closing) if closing else (Verdict.OPEN, [])
