"""A market of two sellers and a buyer, and purchases at every stage, made through the services."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog.service import listings
from agrimarket.catalog.states import PricedBy
from agrimarket.catalog.types.listings import ListingView, NewListing
from agrimarket.integrations.payment_gateway import PaymentView
from agrimarket.kernel.ids import encode
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Role
from agrimarket.orders.service import carts, checkouts
from agrimarket.orders.types import Address, GroupView, Line
from agrimarket.payments.service import payments
from agrimarket.payments.states import PaymentMethod
from tests.factories.accounts import Somebody, a_buyer, a_person, a_seller
from tests.factories.catalog import a_listing, a_lot, load_catalogue

DESTINATION = "420102"
ADDRESS = Address("王芳", "+86 138 0013 8000", DESTINATION, "上海街道鄱陽社區", "中山大道 1 號 402 室")


@dataclass(frozen=True)
class Market:
    """Two sellers, each with a listing in packs of 5 jin; the second prices by weight."""

    sellers: tuple[Somebody, Somebody]
    listings: tuple[ListingView, ListingView]
    buyer: Somebody
    operator: Somebody

    def lines(self, *packs: int) -> list[dict[str, object]]:
        """Lines of a request, with that many packs of each listing."""
        chosen = zip(self.listings, packs, strict=False)
        return [{"listing_id": encode("lst", listing.id), "packs": n} for listing, n in chosen if n]


def a_market(session: Session, *, grams: int = 100_000) -> Market:
    """A market whose people are approved and whose listings are on sale."""
    load_catalogue(session)
    farmer, cooperative = a_seller(session, name="李家草莓"), a_seller(session, name="秭歸合作社")
    by_weight = a_lot(session, cooperative.principal, code="navel_orange", grams=grams, region="420525")
    draft = listings.add(
        session,
        cooperative.principal,
        NewListing(by_weight.id, "秭歸臍橙", 2_500, Money(4_990), priced_by=PricedBy.WEIGHT),
    )
    return Market(
        sellers=(farmer, cooperative),
        listings=(
            a_listing(session, farmer.principal, code="apple", title="東港蘋果", grams=grams),
            listings.publish(session, cooperative.principal, draft.id),
        ),
        buyer=a_buyer(session),
        operator=a_person(session, Role.OPERATOR),
    )


def a_purchase(
    session: Session, market: Market, packs: Sequence[int] = (2, 1), *, buyer: Somebody | None = None
) -> GroupView:
    """A purchase that waits for its payment."""
    who = (buyer or market.buyer).principal
    lines = [Line(listing.id, n) for listing, n in zip(market.listings, packs, strict=False) if n]
    cart = carts.begin(session, who, lines)
    return checkouts.place(
        session, who, cart_id=cart.id, quote_id=None, address=ADDRESS, method=PaymentMethod.CARD
    ).view


def order_of(group: GroupView, seller: Somebody) -> UUID:
    """The id of the seller's part of a purchase."""
    return next(view.order.id for view in group.orders if view.order.seller_id == seller.principal.seller_id)


def authorise(session: Session, group: GroupView) -> None:
    """Have the provider say that the ceiling is authorised."""
    _seen(session, group, "requires_capture", 0)


def capture(session: Session, group: GroupView, amount: int) -> None:
    """Have the provider say that it has captured `amount` minor units."""
    _seen(session, group, "succeeded", amount)


def _seen(session: Session, group: GroupView, status: str, received: int) -> None:
    ceiling = sum(view.order.goods + view.order.delivery for view in group.orders)
    intent = f"pi_{group.group.payment_id.hex}"
    view = PaymentView(intent, status, ceiling, received, "secret", None, f"ch_{intent}", None, None, None)
    payments.apply(session, group.group.payment_id, view, seen_attempts=1)
    session.flush()
