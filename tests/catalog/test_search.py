"""The search of the market: what is found by what was typed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from agrimarket.catalog.service import search
from agrimarket.catalog.states import Category, Certification
from agrimarket.catalog.types import Search, Sort
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.regions.errors import DestinationNotServed
from agrimarket.regions.types.serviceability import Mode
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody
from tests.support.statements import statements

SHELF = (
    ("东港草莓 5斤装", "strawberry", "210681"),
    ("紅顏草莓禮盒", "strawberry", "210681"),
    ("现摘草莓", "strawberry", "370211"),
    ("秭归脐橙", "navel_orange", "420527"),
    ("赣南脐橙整箱", "navel_orange", "360702"),
    ("阳光西红柿", "tomato", "370783"),
    ("寿光圣女果", "cherry_tomato", "370783"),
    ("定西土豆", "potato", "621121"),
    ("六鳌蜜薯", "sweet_potato", "350623"),
    ("云南鲜花椰菜", "cauliflower", "530129"),
    ("有机西兰花 organic", "broccoli", "330102"),
    ("四会砂糖橘", "sugar_tangerine", "441284"),
    ("周至猕猴桃", "kiwifruit", "610124"),
    ("烟台红富士", "apple", "370681"),
    ("哈密瓜 吐鲁番", "hami_melon", "650402"),
    ("洪湖莲藕", "lotus_root", "421083"),
    ("五常大米 新米", "rice", "230184"),
    ("散养土鸡蛋 30枚", "eggs", "341522"),
    ("潜江小龙虾", "crayfish", "429005"),
    ("本地菠菜 fresh", "spinach", "420116"),
)

FOUND = [
    # as it is written, in both scripts
    ("草莓", "草莓"), ("东港", "东港"), ("東港", "东港"), ("丹东草莓", "东港"), ("草莓 礼盒", "禮盒"), ("草莓禮盒", "禮盒"),
    ("红颜", "紅顏"), ("紅顏", "紅顏"), ("脐橙", "脐橙"), ("臍橙", "脐橙"), ("秭归", "秭归"), ("秭歸臍橙", "秭归"),
    ("赣南 橙", "赣南"), ("土豆", "定西"), ("馬鈴薯", "定西"), ("马铃薯", "定西"), ("洋芋", "定西"), ("番茄", "西红柿"),
    ("西紅柿", "西红柿"), ("圣女果", "圣女果"), ("小番茄", "圣女果"), ("红薯", "蜜薯"), ("地瓜", "蜜薯"), ("番薯", "蜜薯"),
    ("奇異果", "猕猴桃"), ("猕猴桃", "猕猴桃"), ("莲藕", "洪湖"), ("蓮藕", "洪湖"), ("藕", "洪湖"), ("鸡蛋", "散养"),
    ("雞蛋", "散养"), ("小龍蝦", "潜江"), ("新米", "五常"), ("辽宁", "红颜|東港|东港|紅顏"), ("湖北 菠菜", "菠菜"),
    ("花椰菜", "花椰菜"), ("西兰花", "西兰花"),
    # pinyin, whole, begun and by initials
    ("caomei", "草莓"), ("caom", "草莓"), ("qicheng", "脐橙"), ("tudou", "定西"), ("xihongshi", "西红柿"),
    ("mihoutao", "猕猴桃"), ("donggang", "东港"), ("donggang caomei", "东港"), ("bocai", "菠菜"), ("mht", "猕猴桃"),
    ("xlx", "潜江"), ("dami", "五常"),
    # English, and names of places
    ("strawberry", "草莓"), ("Strawberries", "草莓"), ("navel orange", "脐橙"), ("orange", "脐橙"), ("sweet potato", "蜜薯"),
    ("tomato", "西红柿"), ("kiwi", "猕猴桃"), ("spinach", "菠菜"), ("Dandong", "东港"), ("dandong strawberry", "东港"),
    ("organic", "西兰花"), ("crayf", "潜江"), ("ＡＰＰＬＥ", "烟台"),
    # slips: left out, added, changed, exchanged, two of a long word
    ("strawbery", "草莓"), ("strawberrry", "草莓"), ("strawverry", "草莓"), ("starwberry", "草莓"), ("strwbery", "草莓"),
    ("tomatoe", "西红柿"), ("spinahc", "菠菜"), ("aplpe", "烟台"), ("caomie", "草莓"), ("cauliflouer", "花椰菜"),
    ("kiwifriut", "猕猴桃"), ("dongagng", "东港"),
    # Chinese that sounds the same, or of whose characters one is wrong
    ("草霉", "草莓"), ("丹东草霉", "东港"), ("脐程", "脐橙"), ("波菜", "菠菜"), ("砂唐橘", "砂糖橘"), ("沙糖桔", "砂糖橘"),
    ("砂搪橘", "砂糖橘"), ("猕候桃", "猕猴桃"), ("弥猴桃", "猕猴桃"), ("哈蜜瓜", "哈密瓜"), ("小龙吓", "潜江"),
]  # fmt: skip
NOT_FOUND = ("香蕉", "banana", "xyz", "藏红花", "草莓 香蕉", "%", "peer")


def _shelf(session: Session, farmer: Somebody) -> None:
    for title, code, region in SHELF:
        catalog.a_listing(session, farmer.principal, title=title, code=code, region=region)
    session.flush()


@pytest.mark.parametrize("expected", [FOUND])
def test_what_was_typed_finds_what_was_meant(
    db: Database, farmer: Somebody, expected: list[tuple[str, str]]
) -> None:
    with db.transaction() as session:
        _shelf(session, farmer)
        wrong: list[tuple[str, str, list[str], str]] = []
        for q, meant in expected:
            found = search.find(session, Search(q=q, sort=Sort.MATCH))
            titles = [listing.title for listing in found.listings]
            if not titles or not any(each in titles[0] for each in meant.split("|")):
                wrong.append((q, meant, titles[:3], found.read_as))
        wrong += [(q, "", [found.listings[0].title], found.read_as)
                  for q in NOT_FOUND if (found := search.find(session, Search(q=q))).listings]
    assert wrong == []
