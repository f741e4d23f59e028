"""Page of a claim, for both parties of its order."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import page
from agrimarket.http.pages import render_page
from agrimarket.kernel.addresses import BOUGHT, CLAIM, SOLD, path_of, title_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ClaimId
from agrimarket.orders.service import claims


@page("/claims/{claim_id:str}")
def one(
    request: Request[Any, Any, Any],
    claim_id: FromPath[ClaimId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Template:
    """What was claimed, where it stands, and why it was decided so."""
    with db.reading() as session:
        claim = claims.view(session, principal, claim_id).claim
    side = BOUGHT if principal.buyer_id == claim.buyer_id else SOLD
    return render_page(
        request,
        "claims.html",
        visitor=principal,
        title=title_of(CLAIM, short_number(claim_id), language),
        order=(path_of(side, claim.seller_order_id), title_of(side, short_number(claim.seller_order_id), language)),
        claim=claim,
        amount=Money(claim.claimed if claim.awarded is None else claim.awarded, claim.currency),
    )


HANDLERS: list[ControllerRouterHandler] = [one]
