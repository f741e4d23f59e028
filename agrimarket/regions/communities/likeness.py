"""Whether two names, two roads or two numbers are the same."""

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum

from agrimarket.regions.communities.counts import Count, Number
from agrimarket.regions.communities.names import Kind, Name, is_generic
from agrimarket.regions.communities.spelling import in_all_figures


class Sure(IntEnum):
    """How sure it is that an address lies in a place."""

    NO = 0
    MAYBE = 1
    YES = 2


_WIDE_ROADS = ("路", "大道", "段")
"""Endings of roads that a county has once; 街 and 巷 of one name are found in many villages."""
_ANOTHER = re.compile(r"[东南西北新老]?(?:花园|家园|嘉园|佳苑|新村|国际|广场|中心|[苑里城府居阁村])")
_PART = re.compile(r"(?:[苑园阁轩庭府居湾里郡墅邸坊城]|\d+[街巷])$")
_ESTATE = 4
_LETTER = re.compile("[a-z]")
"""Before a number, it is left out by some: 3栋 for A3栋."""
_ONCE = frozenset("老原省市县区州")
"""Words that people leave out: 老五院家属院, 市第一医院."""
_BUILDERS = re.compile(
    "龙湖|保利|万科|恒大|绿地|融创|中海|华润|金地|招商|远洋|绿城|世茂|新城|旭辉|富力|金科|中南|荣盛|首创|万达|金茂|龙光"
    "|美的|中梁|建发|越秀|卓越|正荣|蓝光|奥园|融信|碧桂园|雅居乐|佳兆业|阳光城"
)
"""Names of builders before the names of their estates: 龙湖天璞 is called 天璞."""
_A_WORD = 2
"""Characters of the shortest name of an owner, a village or a builder that may stand before another name."""


def same_road(listed: Name, said: Name, numbered: bool) -> Sure:
    if listed.core == said.core:
        return Sure.YES
    if _misspelt(listed.core, said.core):
        return Sure.MAYBE
    if said.relative and not listed.relative and listed.core.endswith(said.core):
        return Sure.NO if listed.core[-len(said.core) - 1].isdecimal() else Sure.MAYBE
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
    if name.relative or said.relative:
        return Sure.NO
    if name.kind is said.kind is Kind.ROAD:
        return same_road(name, said, False)
    if said.kind is Kind.ROAD and _goes_on(name.core, said.core, _ESTATE):  # 凤凰城凤鸣苑三街
        return Sure.MAYBE
    one_is_a_road = Kind.ROAD in (name.kind, said.kind) and name.kind is not said.kind
    if one_is_a_road and (said.kind is Kind.ROAD or not said.core.startswith(name.core)):
        return Sure.NO
    if said.kind is Kind.TOWN or name.kind is Kind.TOWN:
        return Sure.NO
    if name.core in said.core:
        return _inside(name.core, said.core, leading)
    if said.core in name.core:
        return _shorter(name.core, said.core, leading)
    alike = _stem(name.core) == _stem(said.core) or _misspelt(name.core, said.core) or _left_out(name.core, said.core)
    return Sure.MAYBE if alike else Sure.NO


def _misspelt(core: str, said: str) -> bool:
    """Whether they are typed alike: 81小区 for 八一小区, 阳光嘉园 for 阳光家园."""
    return in_all_figures(core).replace("嘉园", "家园") == in_all_figures(said).replace("嘉园", "家园")


def _left_out(core: str, said: str) -> bool:
    """Whether they are one name without the word before it that people leave out, and a house of it: 第一医院家属院."""
    start = core[1:] if core[0] in _ONCE else core
    part = said.removeprefix(start)
    return start != core and len(start) > _A_WORD and part != said and is_generic(part)


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
            best = max(best, min(_before(before, core, leading), _behind(behind, core)))
        at = said.find(core, at + 1)
    return best


def _cuts_a_number(core: str, before: str, behind: str) -> bool:
    return (before[-1:].isdecimal() and core[0].isdecimal()) or (behind[:1].isdecimal() and core[-1].isdecimal())


def _before(text: str, core: str, leading: Sequence[str]) -> Sure:
    for known in sorted(leading, key=len, reverse=True):
        text = text.replace(known, "", 1)
    if not text:
        return Sure.YES
    if text in _ONCE and len(core) > _A_WORD:
        return Sure.MAYBE
    return Sure.MAYBE if len(text) >= _A_WORD and not is_generic(core) else Sure.NO


def _behind(text: str, core: str) -> Sure:
    """What stands behind the name: a house of it (家属院), a part of it (凤凰城凤鸣苑), or what makes it another."""
    if not text:
        return Sure.YES
    if _ANOTHER.fullmatch(text):
        return Sure.NO
    return Sure.MAYBE if is_generic(text) or _goes_on(core, core + text, _A_WORD + 1) else Sure.NO


def _goes_on(core: str, said: str, least: int) -> bool:
    """Whether a name goes on with that of a part of it, after a name that is long enough to be one's own."""
    part = said.removeprefix(core)
    return part != said and len(core) >= least and len(part) > 1 and _PART.search(part) is not None


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
        if _BUILDERS.fullmatch(rest) or (rest in _ONCE and len(said) > _A_WORD):
            return Sure.MAYBE
        return Sure.MAYBE if len(rest) >= _A_WORD and len(said) > _A_WORD else Sure.NO
    rest = core.removeprefix(said)
    return Sure.MAYBE if rest != core and not _cuts_a_number(said, "", rest) else Sure.NO


def same_count(listed: Count, said: Iterable[Count]) -> Sure:
    pairs = [(n, m) for count in said for n in listed.numbers for m in count.numbers]
    return max((_number(n, m) for n, m in pairs), default=Sure.MAYBE)


def _number(listed: Number, said: Number) -> Sure:
    first, to, last = listed.prefix.partition("-")
    if to:
        return Sure.YES if not said.low and first <= said.prefix <= last else Sure.NO
    if not listed.low <= said.low <= listed.high:
        return Sure.NO
    if listed.prefix != said.prefix:
        return Sure.MAYBE if not said.prefix and _LETTER.fullmatch(listed.prefix) else Sure.NO
    if said.sub.isdecimal() and listed.low == said.low < listed.high != int(said.sub):
        return Sure.MAYBE  # 3-60号楼 may be one building, and 3-61号楼 another
    if listed.odd is not None and bool(said.low % 2) is not listed.odd:
        return Sure.NO
    if listed.sub == said.sub or (not listed.sub and listed.low < listed.high):
        return Sure.YES
    if not listed.sub:
        return Sure.YES if said.sub.startswith("附") else Sure.MAYBE
    return Sure.NO if said.sub else Sure.MAYBE
