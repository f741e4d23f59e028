"""How people act on an order by a form: with one press, or with a reason that the other side reads."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session

from agrimarket.http.formdata import Fields
from agrimarket.http.pages import see_other
from agrimarket.http.request import read_fields
from agrimarket.kernel.addresses import path_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import SellerOrderId
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.schemas.seller_orders import ReasonIn

Act = Callable[[Session, Principal, UUID], Any]
ActWithReason = Callable[[Session, Principal, UUID, str], Any]


def plain(side: str, act: Act) -> Callable[..., Redirect]:
    """What handles a form that acts on the order in its address, and leads back to the page of that `side`."""

    def act_on(
        request: AnyRequest,
        order_id: FromPath[SellerOrderId],
        db: NamedDependency[Database],
        principal: NamedDependency[Principal],
    ) -> Redirect:
        with db.transaction() as session:
            act(session, principal, order_id)
        return see_other(path_of(side, order_id))

    return act_on


def with_reason(side: str, act: ActWithReason) -> Callable[..., Redirect]:
    """The same for an act that wants a reason, which is the form's one field."""

    def act_on(
        request: AnyRequest,
        order_id: FromPath[SellerOrderId],
        data: Fields,
        db: NamedDependency[Database],
        principal: NamedDependency[Principal],
    ) -> Redirect:
        reason = read_fields(ReasonIn, data, "reason").reason
        with db.transaction() as session:
            act(session, principal, order_id, reason)
        return see_other(path_of(side, order_id))

    return act_on
