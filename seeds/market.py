"""Harvests of the demo sellers: produce, places and weights of real reports of 2020; prices between then and before."""

from dataclasses import dataclass

from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.catalog.service import listings, lots, products
from agrimarket.catalog.states import PricedBy
from agrimarket.catalog.types.listings import NewListing
from agrimarket.catalog.types.lots import NewLot
from agrimarket.drive import drive
from agrimarket.kernel import clock
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.money import Money
from seeds.people import SELLERS, Trader, seller_principal


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing of a harvest; weights in grams, the price in fen."""

    title: str
    pack_grams: int
    price: int
    description: str
    priced_by: PricedBy = PricedBy.PACK


@dataclass(frozen=True, slots=True)
class Harvest:
    """A lot and its listings."""

    seller: Trader
    product: str
    grams: int
    offers: tuple[Offer, ...]


DONGGANG, XUWEN, WUMING, YIXIAN = SELLERS
HARVESTS = (
    Harvest(
        DONGGANG,
        "strawberry",
        5_000_000,
        (
            Offer("东港草莓 3 斤装", 1_500, 45_00, "每天清晨采摘，泡沫箱加冰袋，当天发出。"),
            Offer("东港草莓 5 斤装", 2_500, 68_00, "合作社统一分级，坏果包赔。"),
        ),
    ),
    Harvest(
        XUWEN,
        "pineapple",
        20_000_000,
        (
            Offer("徐闻菠萝 10 斤装", 5_000, 29_90, "自然熟，不催熟；路能通的地方三天到。"),
            Offer("徐闻菠萝整筐，按重量算", 20_000, 78_00, "装筐称重，多退少不补。", PricedBy.WEIGHT),
        ),
    ),
    Harvest(WUMING, "sugar_tangerine", 25_000_000, (Offer("武鸣砂糖橘 9 斤装", 4_500, 39_90, "带叶采摘，皮薄无渣。"),)),
    Harvest(YIXIAN, "sweet_potato", 40_000_000, (Offer("易县红薯 10 斤装", 5_000, 25_80, "窖藏红薯，软糯香甜。"),)),
)


def load_market(session: Session) -> str:
    """Add the lots, harvested today, and publish their listings: of places and produce that the drive takes."""
    kinds = {kind.code: kind.id for kind in products.list_all(session)}
    today = clock.read(session).astimezone(PEOPLES_ZONE).date()
    taken = [each for each in HARVESTS if each.product in kinds and drive().regions.grown_in(each.seller.region_code)]
    published = 0
    for harvest in taken:
        seller = seller_principal(session, harvest.seller)
        sellers.approve_produce(session, seller.require_seller(), harvest.product)
        lot = lots.add(
            session, seller, NewLot(kinds[harvest.product], harvest.seller.region_code, today, harvest.grams)
        )
        for offer in harvest.offers:
            wanted = NewListing(
                lot_id=lot.id,
                title=offer.title,
                pack_grams=offer.pack_grams,
                price=Money(offer.price, "CNY"),
                description=offer.description,
                priced_by=offer.priced_by,
            )
            listing = listings.add(session, seller, wanted)
            listings.publish(session, seller, listing.id)
            published += 1
    return f"{len(taken)} lots, {published} listings"
