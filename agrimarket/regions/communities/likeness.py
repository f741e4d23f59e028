"""Whether two names, two roads or two numbers are the same."""

from collections.abc import Iterable, Sequence
from enum import IntEnum

from agrimarket.regions.communities.counts import Count, Number
from agrimarket.regions.communities.names import Kind, Name, is_generic


class Sure(IntEnum):
    """How sure it is that an address lies in a place."""

    NO = 0
    MAYBE = 1
    YES = 2


_WIDE_ROADS = ("路", "大道", "段")
"""Endings of roads that a county has once; 街 and 巷 of one name are found in many villages."""
_A_WORD = 2
"""Characters of the shortest name of an owner, a village or a builder that may stand before another name."""


def same_road(listed: Name, said: Name, numbered: bool) -> Sure:
    if listed.core == said.core:
        return Sure.YES
    if listed.relative or said.relative:
        return Sure.NO
    long, short = sorted((listed.core, said.core), key=len, reverse=True)
    rest = long.removesuffix(short)
    if rest != long and not (short[0].isdecimal() and rest[-1].isdecimal()):
        if len(rest) < _A_WORD:
            return Sure.NO
        return Sure.YES if short.endswith(_WIDE_ROADS) and len(short) > _A_WORD else Sure.MAYBE
    return Sure.MAYBE if not numbered and listed.core.startswith(said.core) else Sure.NO


def same_name(name: Name, said: Name, leading: Sequence[str]) -> Sure:
    if name.core == said.core:
        return _same_kind(name.kind, said.kind)
    one_is_a_road = Kind.ROAD in (name.kind, said.kind) and name.kind is not said.kind
    if one_is_a_road and (said.kind is Kind.ROAD or not said.core.startswith(name.core)):
        return Sure.NO
    if said.kind is Kind.TOWN or name.kind is Kind.TOWN:
        return Sure.NO
    if name.core in said.core:
        return _inside(name.core, said.core, leading)
    if said.core in name.core:
        return _shorter(name.core, said.core, leading)
    return Sure.MAYBE if _stem(name.core) == _stem(said.core) else Sure.NO


def _stem(core: str) -> str:
    return core.removesuffix("村") if len(core) > _A_WORD else core


def _same_kind(listed: Kind, said: Kind) -> Sure:
    """An estate and a community of one name are near each other, a town and a village of one name need not be."""
    if listed is said or Kind.PLAIN in (listed, said):
        return Sure.NO if Kind.TOWN in (listed, said) and listed is not said else Sure.YES
    return Sure.NO if Kind.TOWN in (listed, said) else Sure.MAYBE


def _inside(core: str, said: str, leading: Sequence[str]) -> Sure:
    """`said` has more in it than `core`: before it, behind it or both."""
    best = Sure.NO
    at = said.find(core) if len(core) >= _A_WORD else -1
    while at >= 0:
        before, behind = said[:at], said[at + len(core) :]
        if not _cuts_a_number(core, before, behind):
            best = max(best, min(_before(before, core, leading), _behind(behind)))
        at = said.find(core, at + 1)
    return best


def _cuts_a_number(core: str, before: str, behind: str) -> bool:
    return (before[-1:].isdecimal() and core[0].isdecimal()) or (behind[:1].isdecimal() and core[-1].isdecimal())


def _before(text: str, core: str, leading: Sequence[str]) -> Sure:
    for known in sorted(leading, key=len, reverse=True):
        text = text.replace(known, "", 1)
    if not text:
        return Sure.YES
    return Sure.MAYBE if len(text) >= _A_WORD and not is_generic(core) else Sure.NO


def _behind(text: str) -> Sure:
    if not text:
        return Sure.YES
    return Sure.MAYBE if is_generic(text) else Sure.NO


def _shorter(core: str, said: str, leading: Sequence[str]) -> Sure:
    """`said` is a part of the listed name."""
    if is_generic(said) or len(said) < _A_WORD:
        return Sure.NO
    rest = core.removesuffix(said)
    if rest != core and not _cuts_a_number(said, rest, ""):
        for known in leading:
            rest = rest.replace(known, "", 1)
        if not rest:
            return Sure.YES
        return Sure.MAYBE if len(rest) >= _A_WORD and len(said) > _A_WORD else Sure.NO
    rest = core.removeprefix(said)
    return Sure.MAYBE if rest != core and not _cuts_a_number(said, "", rest) else Sure.NO


def same_count(listed: Count, said: Iterable[Count]) -> Sure:
    pairs = [(n, m) for count in said for n in listed.numbers for m in count.numbers]
    return max((_number(n, m) for n, m in pairs), default=Sure.MAYBE)


def _number(listed: Number, said: Number) -> Sure:
    if listed.prefix != said.prefix:
        return Sure.NO
    if not listed.low <= said.low <= listed.high:
        return Sure.NO
    if said.sub.isdecimal() and listed.low == said.low < listed.high != int(said.sub):
        return Sure.MAYBE  # 3-60号楼 may be one building, and 3-61号楼 another
    if listed.odd is not None and bool(said.low % 2) is not listed.odd:
        return Sure.NO
    if listed.sub == said.sub or (not listed.sub and listed.low < listed.high):
        return Sure.YES
    if not listed.sub:
        return Sure.YES if said.sub.startswith("附") else Sure.MAYBE
    return Sure.NO if said.sub else Sure.MAYBE
