"""Words by which SQL finds the listed names that may touch an address, so that few of thousands are compared."""

from collections import defaultdict
from functools import cache
from itertools import product

from agrimarket.regions.communities.names import Kind
from agrimarket.regions.communities.reading import read_address
from agrimarket.regions.communities.spelling import one_script

ALWAYS = (
    "^(内?除|[高中]风险|不含)"
    "|(街道|街道办|办事处|镇|乡|苏木|兵团|师|开发区|高新区|新区|管理区|风景区|示范区|度假区|经开区|保税区|合作区)"
    "(全域|全境|全部|全[镇乡区村]|境内|片区|区域|范围|内|及?周边)*($|除|内除|不含|不包|[高中]风险)"
    "|(街道|街道办|办事处|镇|乡)[第甲乙丙丁]?[0-9a-z一二三四五六七八九十]+(号|组|社|队|栋|幢|区|院|期|排|片)"
    "|以[东南西北内]|[东南西北][至到临]|[至到][东南西北]|围合|合围|之间|交[汇叉]|为界|区域内"
    "|^[0-9a-z第之附甲乙丙丁一二三四五六七八九十百号栋幢座楼院单元门室组社队排区期]+$"
)
"""Normalised names that share no word with an address in them: whole towns and zones, areas between roads, numbers.

A pattern of PostgreSQL, and of Python.
"""

_PAIR = 2


def words(address: str) -> list[str]:
    """Patterns for LIKE; a normalised name that none fits, nor `ALWAYS`, is `open` for the address.

    Every answer but `open` needs a name that the two have in common, and so two characters of it that stand together.
    `%` alone if a name of the address is one of figures.
    """
    place = read_address(address)
    named = [*place.wide, *place.lead, *place.narrow, *place.tail, *filter(None, [place.road])]
    found: set[str] = set()
    for name in named:
        if name.kind not in (Kind.ZONE, Kind.TOWN):
            found |= _pairs(name.core)
    return sorted({f"%{written}%" if written else "%" for pair in found for written in _written(pair)})


def _pairs(core: str) -> set[str]:
    """Two characters that stand together, at most one of them a figure: those are written in two ways."""
    pairs = {core[at : at + _PAIR] for at in range(len(core) - 1)} or {core}
    return {pair for pair in pairs if not pair.isdecimal()} or {""}


@cache
def _other_ways() -> dict[str, str]:
    """Characters as they are read → all that are read as them."""
    ways: dict[str, str] = defaultdict(str, _FIGURES)
    for code in range(*_IDEOGRAPHS):
        character = chr(code)
        read = one_script(character)
        if read != character:
            ways[read] += character
    return ways


_IDEOGRAPHS = (0x4E00, 0xA000)
_FIGURES = {
    "0": "十〇零百廿拾",
    "1": "一壹",
    "2": "二贰貳",
    "3": "三叁參",
    "4": "四肆",
    "5": "五伍",
    "6": "六陆陸",
    "7": "七柒",
    "8": "八捌",
    "9": "九玖",
}


def _written(pair: str) -> list[str]:
    """The ways in which a notice may write it."""
    return ["".join(way) for way in product(*(c + _other_ways().get(c, "") for c in pair))]
