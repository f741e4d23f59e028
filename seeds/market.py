"""Harvests of the demo sellers: produce, places and weights of real reports of 2020; prices between then and before.

The market shows what it can: photos, a price that falls, a harvest to come, and stock that a county vouches for.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import sellers, staff
from agrimarket.catalog.flows import photos as photo_files
from agrimarket.catalog.service import clearance, listings, lots, opinions, photos, products
from agrimarket.catalog.states import Grade, PricedBy
from agrimarket.catalog.types.listings import Markdown, NewListing
from agrimarket.catalog.types.lots import NewLot
from agrimarket.drive import drive
from agrimarket.kernel import clock
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.money import Money
from agrimarket.kernel.opinions import OpinionIn
from agrimarket.kernel.principal import Principal, Role
from agrimarket.settings import Settings
from seeds import drawings
from seeds.people import SELLERS, STAFF, Trader, seller_principal


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing of a harvest; weights in grams, the price in fen. `photos` are views of `drawings` with words."""

    title: str
    pack_grams: int
    price: int
    description: str
    priced_by: PricedBy = PricedBy.PACK
    markdown: Markdown | None = None
    photos: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Harvest:
    """A lot and its listings, harvested `in_days` from today; `office` is what vouches for it in its county."""

    seller: Trader
    product: str
    grams: int
    offers: tuple[Offer, ...]
    in_days: int = 0
    grade: Grade | None = None
    office: str = ""


DONGGANG, XUWEN, WUMING, YIXIAN = SELLERS
HARVESTS = (
    Harvest(
        DONGGANG,
        "strawberry",
        5_000_000,
        (
            Offer(
                "东港草莓 3 斤装", 1_500, 45_00, "每天清晨采摘，泡沫箱加冰袋，当天发出。",
                photos=(("crate", "大棚边一筐红透的草莓"), ("close", "三颗草莓，个头均匀")),
            ),
            Offer(
                "东港草莓 5 斤装", 2_500, 68_00, "合作社统一分级，坏果包赔。越临近保质期越便宜。",
                markdown=Markdown(48_00, 4), photos=(("close", "三颗草莓，蒂叶新鲜"),),
            ),
        ),
        grade=Grade.FIRST,
        office="东港市农业农村局",
    ),
    Harvest(
        XUWEN,
        "pineapple",
        20_000_000,
        (
            Offer(
                "徐闻菠萝 10 斤装", 5_000, 29_90, "自然熟，不催熟；路能通的地方三天到。",
                photos=(("crate", "一筐带冠的徐闻菠萝"), ("close", "三个成熟的菠萝")),
            ),
            Offer("徐闻菠萝整筐，按重量算", 20_000, 78_00, "装筐称重，多退少不补。", PricedBy.WEIGHT),
        ),
        in_days=-6,
        office="徐闻县农业农村局",
    ),
    Harvest(
        WUMING,
        "sugar_tangerine",
        25_000_000,
        (
            Offer(
                "武鸣砂糖橘 9 斤装", 4_500, 39_90, "带叶采摘，皮薄无渣。",
                photos=(("crate", "一筐带叶的砂糖橘"), ("close", "三个砂糖橘，叶子还在")),
            ),
        ),
    ),
    Harvest(
        WUMING,
        "sugar_tangerine",
        8_000_000,
        (
            Offer(
                "武鸣砂糖橘预订：第二批 9 斤装", 4_500, 35_90, "六天后采，先订先采；歉收按比例分，差额当天退。",
                photos=(("close", "上一批的砂糖橘"),),
            ),
        ),
        in_days=6,
    ),
    Harvest(
        YIXIAN,
        "sweet_potato",
        40_000_000,
        (
            Offer(
                "易县红薯 10 斤装", 5_000, 25_80, "窖藏红薯，软糯香甜。",
                photos=(("crate", "刚出窖的一筐红薯"), ("close", "三个洗净的红薯")),
            ),
        ),
    ),
)  # fmt: skip


def load_market(session: Session, settings: Settings) -> str:
    """Add the lots and publish their listings: of places and produce that the drive takes; then the clearance list."""
    kinds = {kind.code: kind.id for kind in products.list_all(session)}
    today = clock.read(session).astimezone(PEOPLES_ZONE).date()
    taken = [each for each in HARVESTS if each.product in kinds and drive().regions.grown_in(each.seller.region_code)]
    for harvest in taken:
        seller = seller_principal(session, harvest.seller)
        sellers.approve_produce(session, seller.require_seller(), harvest.product)
        day = today + timedelta(days=harvest.in_days)
        new = NewLot(kinds[harvest.product], harvest.seller.region_code, day, harvest.grams, grade=harvest.grade)
        lot_id = lots.add(session, seller, new).id
        for offer in harvest.offers:
            _put_on_sale(session, settings, seller, lot_id, harvest.product, offer)
        if harvest.office:
            _vouch(session, lot_id, harvest.office, today)
    if any(harvest.office for harvest in taken):
        clearance.make(session, _operator(session), "示范市场开张，两个县核实的货也在内。")
    return f"{len(taken)} lots, {sum(len(harvest.offers) for harvest in taken)} listings"


def _put_on_sale(
    session: Session, settings: Settings, seller: Principal, lot_id: UUID, product: str, offer: Offer
) -> None:
    wanted = NewListing(
        lot_id=lot_id,
        title=offer.title,
        pack_grams=offer.pack_grams,
        price=Money(offer.price, "CNY"),
        description=offer.description,
        priced_by=offer.priced_by,
        markdown=offer.markdown,
    )
    listing = listings.add(session, seller, wanted)
    for view, words in offer.photos:
        stored = photo_files.put(settings, drawings.jpeg(product, view), words)
        photos.add(session, seller, listing.id, stored)
    listings.publish(session, seller, listing.id)


def _vouch(session: Session, lot_id: UUID, office: str, today: date) -> None:
    words = "实地看过，数量属实。"
    said = OpinionIn(verified=True, office=office, officer="值班农技员", words=words, given_on=today)
    opinions.give(session, _operator(session), lot_id, said)


def _operator(session: Session) -> Principal:
    first = next(one for one in STAFF if one.role is Role.OPERATOR)
    return Principal(staff.with_email(session, first.email).person_id, frozenset({Role.OPERATOR}), first.language)
