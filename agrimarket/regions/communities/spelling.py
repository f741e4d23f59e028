"""One spelling of an address: script, width, numerals, dashes and brackets, before it is read into parts."""

import re
import unicodedata
from functools import cache, lru_cache

from agrimarket.regions.variants import simplified

_OTHER = dict(zip("舖壹貳貮叁參叄肆伍陸柒捌玖拾", "铺一二二三三三四五六七八九十", strict=True))
"""What the tables lack: a shop, and the numerals of cheques."""

_FIGURES = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0}
_NUMERAL = re.compile(r"(?<![0-9])[〇零一二三四五六七八九十百廿]++(?![0-9百千万亿])")
_GRAMMAR = re.compile(r"(?:([一二三四五六七八九])百)?零?(?:([一二三四五六七八九]?)(十|廿))?([一二三四五六七八九])?")
_PAIR_OF_DIGITS = re.compile("[一二三四五六七八九]{2}")
_COUNTED = re.compile(r"号(?!小区)|[栋幢橦座楼期组排队层室户弄门]|单元|区|社(?!区)")
"""What a numeral counts, if it stands before it: 八一小区 and 五四路 are names."""
_STREET_OFFICE = re.compile(r"(?<=[^,()0-9]路)街(?=[^道口区头心坊东南西北,()0-9])")
"""街 for 街道, as Tianjin writes: 越秀路街."""
_BRACKETS = str.maketrans("[]{}〔〕【】〖〗「」『』《》<>", "()()()()()''''''''")
_DASH = re.compile(r"[~\-‐‑‒–—―−─━ー〜]+")
_SILENT = re.compile(r"[\s·•‧・.'\"“”‘’`:*_!?^|\\…。]+")
_APART = re.compile(r"(?<=[0-9])\s+(?=[0-9])")
_TO = re.compile(r"(?<=[0-9a-z号栋幢楼座组排户室单双元])[至到](?=[0-9a-z甲乙丙丁东南西北])")


@lru_cache(maxsize=1_024)
def canonical(text: str) -> str:
    """`text` in one script and width, without spaces; Chinese numerals in figures, `-` for every range, `,` for 、.

    Figures apart by a space stay apart: `3 201` is `3-201`. A full stop within `1.3号` is silent, like `·`.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = one_script(folded).translate(_BRACKETS)
    folded = folded.replace("(地区)", "")
    folded = _APART.sub("-", folded)
    folded = re.sub(r"(?<=\d)\.(?=\d)", ",", folded)
    folded = _SILENT.sub("", _DASH.sub("-", folded))
    folded = re.sub(r"[、,，;；/&+]+", ",", folded)
    folded = _NUMERAL.sub(_in_figures, folded)
    folded = _STREET_OFFICE.sub("街道", folded)
    folded = re.sub(r"第(?=[0-9])", "", folded)
    folded = re.sub(r"#(?:号?楼|栋|幢|号)?", "号楼", folded)
    return _TO.sub("-", folded).strip(",-")


def one_script(text: str) -> str:
    """`text` in simplified characters."""
    return simplified(text).translate(_simplified())


@cache
def _simplified() -> dict[int, str]:
    from proces.conf import T2S_DICT  # a tenth of a second, for those who compare addresses

    return str.maketrans({**T2S_DICT, **_OTHER})


def _in_figures(match: re.Match[str]) -> str:
    """The numeral in figures, as it stands. Of two digits in a row, 一二期 are two phases and 八一小区 a name."""
    said = match.group()
    if _PAIR_OF_DIGITS.fullmatch(said) is None:
        return figures(said)
    if _COUNTED.match(match.string, match.end()) is None:
        return said
    one, other = (_FIGURES[c] for c in said)
    return f"{one},{other}" if other == one + 1 else f"{one}{other}"


def in_all_figures(text: str) -> str:
    """`text` with the digits of names in figures too: 八一 is 81."""
    return _NUMERAL.sub(lambda match: figures(match.group()), text)


@lru_cache(maxsize=4_096)
def figures(numeral: str) -> str:
    """A Chinese numeral below a thousand in figures; digits one by one (`二〇二`); anything else as it is."""
    if all(c in _FIGURES for c in numeral):
        return "".join(str(_FIGURES[c]) for c in numeral)
    read = _GRAMMAR.fullmatch(numeral)
    if read is None or not any(read.groups()):
        return numeral
    hundreds, tens, ten, ones = read.groups()
    value = 100 * _FIGURES.get(hundreds or "", 0) + _FIGURES.get(ones or "", 0)
    if ten:
        value += 20 if ten == "廿" else 10 * _FIGURES.get(tens or "一", 1)
    return str(value)
