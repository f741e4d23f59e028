"""Places in Latin letters, as maps in English write them: Pinyin, and the names by which some are known otherwise."""

import csv
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from pypinyin import lazy_pinyin as syllables_of
from pypinyin import load_phrases_dict, load_single_dict

from agrimarket.regions.types.places import RegionInfo, RegionLevel

TABLE = files("seeds").joinpath("data", "regions", "latin.csv")
"""Names that are not their Pinyin, and readings that dictionaries do not know."""
_ALONE = "蒙古 维吾尔 哈萨克 柯尔克孜 塔吉克 锡伯 鄂伦春"
"""Peoples that names of places have without 族 too."""
_PEOPLES = (
    f"{_ALONE} 回 藏 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 "
    "土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 阿昌 普米 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 "
    "裕固 京 塔塔尔 独龙 赫哲 门巴 珞巴 基诺 各"
)
_AUTONOMOUS = re.compile(rf"(?:(?:{'|'.join(_PEOPLES.split())})族|(?:{'|'.join(_ALONE.split())}))+(?=自治)")
_KIND = re.compile(r"(?:自治区|自治州|自治县|自治旗|特别行政区|地区|林区|特区|新区|矿区|省|市|盟|县|区|旗)$")
_ZONES = {
    "经济技术开发区": "Economic Development Zone",
    "经济开发区": "Economic Development Zone",
    "高新技术产业开发区": "High-Tech Zone",
    "高新技术开发区": "High-Tech Zone",
    "高新区": "High-Tech Zone",
    "开发区": "Development Zone",
}
_ZONE = re.compile(rf"(?:{'|'.join(_ZONES)})$")
_COUNTY = re.compile(r"(?:自治县|县)$")


def in_latin(name: str, level: RegionLevel) -> str:
    """`单县` is `Shan County`, `西安市` is `Xi'an`: a county says so, as its city may be called the same."""
    known = _known().get(name)
    if known:
        return known
    plain = _without_people(name)
    if zone := _ZONE.search(plain):
        return f"{_joined(_syllables(plain)[: zone.start()])} {_ZONES[zone[0]]}"
    letters = in_pinyin(name)
    return f"{letters} County" if level is RegionLevel.COUNTY and _COUNTY.search(plain) else letters


def stem_of(name: str) -> str:
    """The name without the people that are autonomous there and without its kind: `景谷傣族彝族自治县` is `景谷`."""
    plain = _without_people(name)
    return _KIND.sub("", plain) or plain


def in_pinyin(name: str) -> str:
    """The stem of a name in Pinyin, `Xi'an`, whatever maps in other languages call it."""
    return _joined(_syllables(_without_people(name))[: len(stem_of(name))])


def initials_of(name: str) -> str:
    """The first letters of the syllables of a name's stem: `wh` is 武汉市."""
    return "".join(each[:1] for each in _syllables(_without_people(name))[: len(stem_of(name))])


def _without_people(name: str) -> str:
    """The name without its people: `东乡族自治县`, which has no other, keeps it, and so does Inner Mongolia."""
    plain = _AUTONOMOUS.sub("", name)
    return plain if plain == name or len(_KIND.sub("", plain)) > 1 else re.sub(r"族(?=自治)", "", name)


def in_full(region: RegionInfo, above: Mapping[str, RegionInfo]) -> str:
    """The division from itself up, for example `Donggang, Dandong, Liaoning`; groups of the code table are left out."""
    names: list[str] = []
    at: RegionInfo | None = region
    while at is not None:
        if at.parent_code is None or at.full_name != above[at.parent_code].full_name:
            names.append(in_latin(at.name, at.level))
        at = above[at.parent_code] if at.parent_code else None
    return ", ".join(names)


@cache
def _known() -> dict[str, str]:
    with TABLE.open(encoding="utf-8") as stream:
        return {row["name"]: row["latin"] for row in csv.DictReader(stream)}


def _syllables(name: str) -> Sequence[str]:
    _teach()
    return syllables_of(name, v_to_u=True)


@cache
def _teach() -> None:
    """Readings in names of places: 长, 朝 and 都 are chang, chao and du there, whatever a sentence makes of them."""
    load_single_dict({ord("长"): "cháng,zhǎng", ord("朝"): "cháo,zhāo", ord("都"): "dū,dōu"})
    load_phrases_dict({"朝阳": [["cháo"], ["yáng"]], "长治": [["cháng"], ["zhì"]], "长清": [["cháng"], ["qīng"]]})


def _joined(syllables: Sequence[str]) -> str:
    """One word; an apostrophe where a syllable would be read as the end of the one before."""
    word = "".join(f"'{each}" if at and each[:1] in "aoe" else each for at, each in enumerate(syllables))
    return word[:1].upper() + word[1:]
