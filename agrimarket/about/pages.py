"""The page that says who runs the drive, whom to call, what it costs, and how long things take."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.about.service import facts
from agrimarket.http.handlers import page
from agrimarket.http.pages import render_page
from agrimarket.kernel.db import Database
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight

WINDOWS = ("quote", "payment", "answer", "claim", "review_request", "bank_verified", "bank_sent")
"""Windows that sellers and buyers meet; the others are the staff's."""


@page("/about")
def about(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    language: NamedDependency[str],
) -> Template:
    """What `GET /v1/drive` tells programs, in words."""
    with db.reading() as session:
        told = facts(session)
    here = told.drive
    delivery = here.fees.delivery
    return render_page(
        request,
        "about.html",
        visitor=visitor,
        included=Weight(delivery.included_grams, "kg"),
        step=Weight(delivery.step_grams, "kg"),
        tariffs=[
            (way, Money(tariff.base), Money(tariff.step))
            for way, tariff in (("within", delivery.within_province), ("across", delivery.across_provinces))
        ],
        windows=[(name, getattr(here.windows, name)) for name in WINDOWS],
        first_limit=Money(here.limits.first_exposure),
        highest_limit=Money(here.limits.highest_exposure),
        growers=[name.in_language(language) for _, name in told.growers],
        buyers=[name.in_language(language) for _, name in told.buyers],
    )


PAGES: list[ControllerRouterHandler] = [about]
