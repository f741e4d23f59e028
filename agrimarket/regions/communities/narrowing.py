"""Words by which SQL finds the listed names that may touch an address, so that few of thousands are compared."""

import re
from collections import defaultdict
from dataclasses import replace
from functools import cache
from itertools import product

from agrimarket.regions.communities.comparing import names_said
from agrimarket.regions.communities.names import Kind, is_generic
from agrimarket.regions.communities.reading import read_address
from agrimarket.regions.communities.spelling import in_all_figures, one_script

ALWAYS = (
    "^(.{1,12}[区县市旗](全域|全境|范围|内|的)*)?(内?除|[高中]风险|不含)"
    "|(街道|街道办|办事处|镇|乡|苏木|兵团|师|开发区|高新区|新区|管理区|风景区|示范区|度假区|经开区|保税区|合作区)"
    "(的|全域|全境|全部|所有|全[镇乡区村街]|辖区|[镇城街]区|建成区|集镇|其[他它余]|地区|境内|片区|区域|范围|内|及?周边)*"
    "($|除|内除|不含|不包|[高中]风险)"
    "|(其[他它余]|城区|建成区)(的|区域|地区|范围|全域|全境|内)*($|除|内除|[高中]风险)"
    "|^(全[区县市域境]|主|中心|老|新|县|城|市|镇|建成区|其[他它余]|辖区|全部|所有)(城|区|内|的|其[他它余]|区域|地区|范围|全域|全境|辖区|建成区)*"
    "($|除|内除|不含|不包|[高中]风险)"
    "|(街道|街道办|办事处|镇|乡)[第甲乙丙丁]?[0-9a-z一二三四五六七八九十]+(号|组|社|队|栋|幢|区|院|期|排|片)"
    "|以[东南西北内]|[东南西北][至到临]|[至到][东南西北]|围合|合围|之间|交[汇叉]|为界|区域内|沿线|沿.{1,12}至|起点"
    "|^[0-9a-z第之附甲乙丙丁一二三四五六七八九十百号栋幢座楼院单元门室组社队排区期]+$"
)
"""Normalised names that share no word with an address in them: whole towns and zones, areas between roads, numbers.

A pattern of PostgreSQL, and of Python.
"""

_PAIR = 2
_ROAD = 3
"""The shortest name of a road."""
_OF_AN_ESTATE = 4
_LANE = re.compile(r"(?P<of>\D?)\d*(?P<lane>\d.)$")
"""二巷, which in an enumeration stands apart from what it belongs to."""


def words(address: str) -> list[str]:
    """Patterns for LIKE; a normalised name that none fits, nor `ALWAYS`, is `open` for the address.

    Every answer but `open` needs a name that the two have in common, in which one begins or ends where the other
    does, up to a word such as 家属院. So they share the two characters there. `%` alone if those are figures.
    """
    place = read_address(address)
    found: set[str] = set()
    said = names_said(place)
    said += [replace(n, core=figured) for n in said if (figured := in_all_figures(n.core)) != n.core]
    for name in said:
        if name.kind is Kind.ROAD:
            lane = _LANE.search(name.core)
            found.add(f"{lane['of']}%{lane['lane']}" if lane else _last(name.core, _ROAD))
        elif name.kind is not Kind.TOWN:
            found |= _ends(name.core)
        if name.kind is not Kind.TOWN:
            found.add(_estate(name.core) if name is place.road else _first(name.core))
    return sorted({f"%{written}%" if written else "%" for part in found for written in _written(part)})


def _ends(core: str) -> set[str]:
    """What stands before each place where a listed name within this one may end."""
    ends = [at for at in range(1, len(core) + 1) if at == len(core) or is_generic(core[at:])]
    return {_last(core[:at], _PAIR) for at in ends}


def _first(core: str) -> str:
    """The first two characters, without the other figures of a number."""
    start = re.sub(r"^\d+(?=\d)", "", core)[:_PAIR]
    return "" if start.isdecimal() else start


def _estate(road: str) -> str:
    """The beginning of an estate's name that a road within it may have: 凤凰城凤鸣苑三街."""
    start = road[:_OF_AN_ESTATE]
    return start if start.isalpha() and len(start) == _OF_AN_ESTATE else _first(road)


def _last(text: str, length: int) -> str:
    """The last characters, with one figure of a number at most: 26 may be 二十六, and 1 第一."""
    plain = text.rstrip("0123456789")
    text = (plain if len(plain) >= length else text)[-length:]
    return "" if text.isdecimal() else re.sub(r".*\d(?=\d)", "", text)


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


def _written(part: str) -> list[str]:
    """The ways in which a notice may write it."""
    return ["".join(way) for way in product(*(c + _other_ways().get(c, "") for c in part))]
