"""Finding orders by what people know of them."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel import ids
from agrimarket.kernel.ids import read_number, short_number
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import PREFIXES
from agrimarket.orders.queries import finding as queries
from agrimarket.orders.queries.seller_orders import sold_by
from agrimarket.orders.service import seller_orders
from agrimarket.orders.states import ADDRESS_NEEDED, SellerOrderState
from agrimarket.orders.types import PHONE_END, OrderView, search_key

SHOWN = 50
"""Orders that a search shows at most, the newest first."""


def sold(session: Session, principal: Principal, text: str) -> list[OrderView]:
    """Orders that this person sells, or of all for an operator, of that number or id, or to a person of that name or
    with a telephone of that end. Nothing for a blank text. Two statements.

    Sellers find by name or telephone only while they see the address.
    """
    said = text.strip()
    if not said:
        return []
    number, digits = read_number(said), "".join(each for each in said if each.isdecimal())
    everything = principal.has(Role.OPERATOR)
    found = queries.orders(
        session,
        sold_by(principal),
        order_id=_id(said),
        number=number,
        key=None if number and not number.isdecimal() else search_key(said),
        named_in=tuple(SellerOrderState) if everything else tuple(ADDRESS_NEEDED),
        limit=SHOWN,
    )
    views = seller_orders.of_ids(session, principal, found)
    return [view for view in views if len(digits) <= PHONE_END or _told(view, digits, number)]


def _told(view: OrderView, digits: str, number: str | None) -> bool:
    """Whether a longer part of a telephone number fits all of it, or the order was meant by its number or id."""
    phone = "".join(each for each in view.address.phone if each.isdecimal()) if view.address else ""
    return number == short_number(view.order.id) or not number or phone.endswith(digits.removeprefix("0"))


def _id(text: str) -> UUID | None:
    """The whole id of an order, or of a purchase."""
    for kind in ("seller_order", "group"):
        try:
            return ids.decode(PREFIXES[kind], text.lower())
        except ValueError:
            continue
    return None
