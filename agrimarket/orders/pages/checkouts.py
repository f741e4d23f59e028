"""Going on with a payment that waits for its payer."""

from typing import Literal

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields
from agrimarket.http.handlers import form
from agrimarket.http.pages import see_other
from agrimarket.http.request import read_fields
from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.kernel.addresses import BOUGHT, path_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import SellerOrderId
from agrimarket.kernel.wire import In
from agrimarket.orders.flows import checkouts
from agrimarket.orders.pages import sides
from agrimarket.orders.pages.order_groups import show
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.payments.states import PaymentMethod


class PayIn(In):
    """The other way of paying that was chosen; none to find out how the payment stands."""

    method: Literal["alipay"] | None = None


@form("/orders/{order_id:str}/pay", again=show)
def pay(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    gateway: NamedDependency[PaymentGateway],
) -> Redirect:
    """Go on with the payment; the page then has the link to the bank or to Alipay, or says that it is paid."""
    method = read_fields(PayIn, data, "method").method
    with db.reading() as session:
        view = sides.view_of(session, principal, order_id, BOUGHT)
    checkouts.go_on(db, gateway, principal, view.group.id, PaymentMethod(method) if method else None)
    return see_other(path_of(BOUGHT, order_id))


HANDLERS: list[ControllerRouterHandler] = [pay]
