"""The search of the market: what is found by what was typed."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session

from agrimarket.catalog.models.listings import HarvestLot, Listing
from agrimarket.catalog.service import listings, search
from agrimarket.catalog.states import Category, Certification, ListingState
from agrimarket.catalog.types.search import Search, Sort
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.paging import CursorMalformed
from agrimarket.regions.errors import RegionUnknown
from agrimarket.regions.types.serviceability import Mode
from tests.factories import catalog
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
    ("草莓", "草莓"), ("东港", "东港|紅顏"), ("東港", "东港|紅顏"), ("丹东草莓", "东港|紅顏"),
    ("草莓 礼盒", "禮盒"), ("草莓禮盒", "禮盒"), ("红颜", "紅顏"), ("紅顏", "紅顏"), ("脐橙", "脐橙"),
    ("臍橙", "脐橙"), ("秭归", "秭归"), ("秭歸臍橙", "秭归"), ("赣南 橙", "赣南"), ("土豆", "定西"),
    ("馬鈴薯", "定西"), ("马铃薯", "定西"), ("洋芋", "定西"), ("番茄", "西红柿"), ("西紅柿", "西红柿"),
    ("圣女果", "圣女果"), ("小番茄", "圣女果"), ("红薯", "蜜薯"), ("地瓜", "蜜薯"), ("番薯", "蜜薯"),
    ("奇異果", "猕猴桃"), ("猕猴桃", "猕猴桃"), ("莲藕", "洪湖"), ("蓮藕", "洪湖"), ("藕", "洪湖"),
    ("鸡蛋", "散养"), ("雞蛋", "散养"), ("小龍蝦", "潜江"), ("新米", "五常"), ("辽宁", "红颜|東港|东港|紅顏"),
    ("湖北 菠菜", "菠菜"), ("花椰菜", "花椰菜"), ("西兰花", "西兰花"),
    # pinyin, whole, begun and by initials
    ("caomei", "草莓"), ("caom", "草莓"), ("qicheng", "脐橙"), ("tudou", "定西"), ("xihongshi", "西红柿"),
    ("mihoutao", "猕猴桃"), ("donggang", "东港|紅顏"), ("donggang caomei", "东港|紅顏"), ("bocai", "菠菜"),
    ("mht", "猕猴桃"), ("xlx", "潜江"), ("dami", "五常"),
    # English, and names of places
    ("strawberry", "草莓"), ("Strawberries", "草莓"), ("navel orange", "脐橙"), ("orange", "脐橙"),
    ("sweet potato", "蜜薯"), ("tomato", "西红柿"), ("kiwi", "猕猴桃"), ("spinach", "菠菜"),
    ("Dandong", "东港|紅顏"), ("dandong strawberry", "东港|紅顏"), ("organic", "西兰花"), ("crayf", "潜江"),
    ("ＡＰＰＬＥ", "烟台"),
    # slips: left out, added, changed, exchanged, two of a long word
    ("strawbery", "草莓"), ("strawberrry", "草莓"), ("strawverry", "草莓"), ("starwberry", "草莓"),
    ("strwbery", "草莓"), ("tomatoe", "西红柿"), ("spinahc", "菠菜"), ("aplpe", "烟台"), ("caomie", "草莓"),
    ("cauliflouer", "花椰菜"), ("kiwifriut", "猕猴桃"), ("dongagng", "东港|紅顏"),
    # Chinese that sounds the same, or of whose characters one is wrong
    ("草霉", "草莓"), ("丹东草霉", "东港|紅顏"), ("脐程", "脐橙"), ("波菜", "菠菜"), ("砂唐橘", "砂糖橘"),
    ("沙糖桔", "砂糖橘"), ("砂搪橘", "砂糖橘"), ("猕候桃", "猕猴桃"), ("弥猴桃", "猕猴桃"), ("哈蜜瓜", "哈密瓜"),
    ("小龙吓", "潜江"),
]  # fmt: skip
NOT_FOUND = ("香蕉", "banana", "xyz", "藏红花", "草莓 香蕉", "%", "peer")


def _shelf(session: Session, farmer: Somebody) -> None:
    for title, code, region in SHELF:
        catalog.a_listing(session, farmer.principal, title=title, code=code, region=region)
    session.flush()


def test_what_was_typed_finds_what_was_meant(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        _shelf(session, farmer)
        wrong: list[tuple[str, str, list[str], str]] = []
        for q, meant in FOUND:
            found = search.find(session, Search(q=q, sort=Sort.MATCH))
            titles = [listing.title for listing in found.listings]
            if not titles or not any(each in titles[0] for each in meant.split("|")):
                wrong.append((q, meant, titles[:3], found.read_as))
        for q in NOT_FOUND:
            found = search.find(session, Search(q=q))
            if found.listings:
                wrong.append((q, "", [found.listings[0].title], found.read_as))
    assert not wrong, "\n".join(map(str, wrong))


def _titles(session: Session, **wanted: Any) -> list[str]:
    return sorted(listing.title for listing in search.find(session, Search(**wanted)).listings)


def test_filters_and_facets(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        soon = clock.read(session) + timedelta(hours=30)
        catalog.a_listing(session, farmer.principal, title="one", price=2_500, perish_by=soon)
        catalog.a_listing(session, farmer.principal, title="two", price=6_800)
        other = catalog.a_listing(session, farmer.principal, title="three", code="rice", region="230184", price=25_000)
        certified = (Certification.ORGANIC,)
        changes = {"certifications": list(certified), "modes": [Mode.PICK_UP]}
        listings.change(session, farmer.principal, other.id, other.version, changes)
        session.flush()
        assert _titles(session, category=Category.GRAIN) == ["three"]
        assert _titles(session, max_price_per_kg=1_000) == ["one"]
        assert _titles(session, spoils_before=soon.astimezone(PEOPLES_ZONE).date() + timedelta(days=1)) == ["one"]
        assert _titles(session, certifications=certified) == ["three"]
        assert _titles(session, certifications=(*certified, Certification.GREEN_FOOD)) == []
        assert _titles(session, modes=(Mode.PICK_UP,)) == ["three"]
        assert _titles(session, region="21", product="strawberry") == ["one", "two"]
        assert _titles(session, region="210600") == ["one", "two"]
        assert _titles(session, region="230184", q="草莓") == []
        assert _titles(session, expected=True) == []
        assert len(_titles(session, expected=False)) == 3
        found = search.facets(session, Search())
        assert (found.total, found.more) == (3, False)
        assert [(each.value, each.count) for each in found.products] == [("strawberry", 2), ("rice", 1)]
        assert found.products[0].names["en"] == "Strawberry"
        assert [(each.value, each.count) for each in found.categories] == [("fruit", 2), ("grain", 1)]
        assert [(each.value, each.count) for each in found.provinces] == [("21", 2), ("23", 1)]
        assert found.provinces[0].names == {"zh-Hant": "遼寧省", "zh-Hans": "辽宁省", "en": "Liaoning"}
        assert [(each.value, each.count) for each in found.prices] == [("1000", 1), ("5000", 1), ("", 1)]
        assert {each.value: each.count for each in found.spoils}["2"] == 1
        assert search.facets(session, Search(q="strawbery")).read_as == "strawberry"


def test_what_cannot_get_there_is_left_out(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        catalog.a_listing(session, farmer.principal, title="open")
        closed = catalog.a_listing(session, farmer.principal, title="closed")
        row = session.get(Listing, closed.id)
        assert row is not None
        row.closed_since, row.closed_by = clock.read(session), "2022120208"
        session.flush()
        assert _titles(session, to="420102") == ["open"]
        assert _titles(session) == ["closed", "open"]
        with pytest.raises(RegionUnknown):
            search.find(session, Search(to="999999"))


@pytest.mark.parametrize("wanted", [Search(), Search(q="草莓", sort=Sort.MATCH), Search(region="2106", q="东港")])
def test_a_page_is_one_statement_and_its_facets_are_two(db: Database, farmer: Somebody, wanted: Search) -> None:
    with db.transaction() as session:
        catalog.a_listing(session, farmer.principal)
        session.flush()
        for act, number in ((search.find, 1), (search.facets, 2)):
            with statements() as seen:
                assert act(session, wanted)
            assert len(seen) == number, "the second names the provinces"


def test_a_cursor_belongs_to_its_search(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        for _ in range(2):
            catalog.a_listing(session, farmer.principal)
        session.flush()
        first = search.find(session, Search(q="strawbery"), limit=1)
        assert first.next is not None
        assert first.read_as == "strawberry"
        assert len(search.find(session, Search(q="strawbery"), first.next, 1).listings) == 1
        for other in (Search(q="草莓"), Search(q="strawbery", sort=Sort.CHEAPEST), Search(q="strawbery", region="21")):
            with pytest.raises(CursorMalformed):
                search.find(session, other, first.next)


@pytest.mark.parametrize("sort", Sort)
def test_what_stays_on_sale_is_seen_exactly_once(db: Database, farmer: Somebody, sort: Sort) -> None:
    luck = random.Random(sort.value)
    with db.transaction() as session:
        ids = [
            catalog.a_listing(session, farmer.principal, title=f"草莓 {n}", price=5_000 + n % 3 * 1_000).id
            for n in range(12)
        ]
        session.flush()
        untouched, seen, cursor = set(ids), list[UUID](), ""
        for _ in range(30):
            found = search.find(session, Search(q="草莓", sort=sort), cursor or None, limit=3)
            seen += [listing.id for listing in found.listings]
            if (cursor := found.next or "") == "":
                break
            changed = luck.choice(ids)
            row = session.get(Listing, changed)
            assert row is not None
            match luck.choice(("price", "stock", "state", "new")):
                case "price":
                    row.price = luck.randrange(5_000, 8_000)
                    untouched -= {changed} if sort is Sort.CHEAPEST else set()
                case "stock":
                    lot = session.get(HarvestLot, row.lot_id)
                    assert lot is not None
                    lot.committed = luck.randrange(0, 50_000)
                case "state":
                    row.state = ListingState.PAUSED if row.state == ListingState.PUBLISHED else ListingState.PUBLISHED
                    untouched.discard(changed)
                case _:
                    catalog.a_listing(session, farmer.principal, title="草莓 new", price=luck.randrange(5_000, 8_000))
            session.flush()
        assert not cursor
        counts = Counter(seen)
        assert {listing_id: counts[listing_id] for listing_id in untouched} == dict.fromkeys(untouched, 1)
        if sort is not Sort.CHEAPEST:
            assert max(counts.values()) == 1


def test_terms_made_in_an_older_way_are_made_anew(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        made = catalog.a_listing(session, farmer.principal)
        row = session.get(Listing, made.id)
        assert row is not None
        was, row.terms, row.terms_of = row.terms, ["#strawberry"], 0
        session.flush()
        assert _titles(session, q="caomei", region="21") == []
        assert search.describe_anew(session) == 1
        assert search.describe_anew(session) == 0
        assert row.terms == was
        assert _titles(session, q="caomei", region="21") == [made.title]


def test_a_search_over_http(client: TestClient[Litestar], db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        catalog.a_listing(session, farmer.principal)
    asked = {"q": "strawbery", "to": "420102", "sort": "cheapest", "max_price_per_kg": "3000", "expected": "false"}
    assert len(client.get("/v1/listings", params=asked).json()["items"]) == 1
    counts = client.get("/v1/listings/facets", params=asked).json()
    assert (counts["total"], counts["more"], counts["read_as"]) == (1, False, "strawberry")
    refused = client.get("/v1/listings", params={"category": "fruits"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/category")
    assert "fruiting" in str(refused.json()["errors"])
    assert client.get("/v1/listings", params={"spoils_before": "tomorrowish"}).status_code == 422
    assert client.get("/v1/listings", params={"to": "999999"}).status_code == 404


@pytest.mark.parametrize("path", ["/v1/listings", "/v1/listings/facets"])
@pytest.mark.parametrize(
    ("asked", "code"), [({"product": "strawbery"}, "product.unknown"), ({"region": "99"}, "region.unknown")]
)
def test_a_code_that_nothing_can_have_is_told(
    client: TestClient[Litestar], db: Database, farmer: Somebody, path: str, asked: dict[str, str], code: str
) -> None:
    with db.transaction() as session:
        catalog.a_listing(session, farmer.principal)
    refused = client.get(path, params=asked)
    assert (refused.status_code, refused.json()["code"]) == (404, code)
    page = client.get("/", params=asked, headers={"accept": "text/html", "accept-language": "en"})
    assert (page.status_code, 'href="/"' in page.text) == (404, True)


def test_a_code_that_nothing_has_now_finds_nothing(client: TestClient[Litestar], db: Database) -> None:
    with db.transaction() as session:
        catalog.load_catalogue(session)
    for asked in ({"product": "strawberry"}, {"region": "42"}):
        assert client.get("/v1/listings", params=asked).json()["items"] == []
        assert client.get("/v1/listings/facets", params=asked).json()["total"] == 0
    empty = client.get("/?product=strawberry&region=42", headers={"accept": "text/html", "accept-language": "en"}).text
    assert "Strawberry <span" in empty
    assert "From Hubei" in empty
