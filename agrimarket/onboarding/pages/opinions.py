"""A county's opinion about an appeal's stock, recorded at the triage desk."""

from decimal import Decimal
from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from agrimarket.http import weights
from agrimarket.http.formdata import Fields, filled, texts
from agrimarket.http.handlers import form
from agrimarket.http.language import language_of
from agrimarket.http.pages import see_other
from agrimarket.http.request import decode_model
from agrimarket.kernel import numbers
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import InvalidFields
from agrimarket.kernel.numbers import EXACT, NumberError
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AppealId, reference
from agrimarket.kernel.wire import MAX_AMOUNT
from agrimarket.onboarding.pages.triage import show_again
from agrimarket.onboarding.schemas.opinions import AppealOpinionIn
from agrimarket.onboarding.service import opinions

FIELDS = ("office", "officer", "words", "given_on", "product")


@form("/review/appeals/{appeal_id:str}/opinion", again=show_again)
def give(
    request: Request[Any, Any, Any],
    appeal_id: FromPath[AppealId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Record what a county said about the appeal's stock."""
    said = _read(data, language_of(request))
    with db.transaction() as session:
        opinions.give(session, operator, appeal_id, said)
    return see_other(f"/review/appeals/{reference('appeal', appeal_id)}#opinion")


def _read(data: dict[str, Any], language: str) -> AppealOpinionIn:
    given = texts(data)
    chosen = given.get("verified")
    fields: dict[str, Any] = {**filled(data, *FIELDS)}
    if chosen in ("yes", "no"):
        fields["verified"] = chosen == "yes"
    if weight := weights.typed(given, "quantity", language):
        fields["quantity"] = weight
    if price := given.get("price_per_kg", "").strip():
        fields["price_per_kg"] = {"amount": _price_per_kg(price)}
    return decode_model(AppealOpinionIn, fields)


def _price_per_kg(typed: str) -> int:
    """Minor units a kilogram for the price of a jin that was typed, such as `3.5` or `3.50元`."""
    try:
        yuan = numbers.read(typed, numbers.COUNTED["yuan"]).value
    except NumberError as error:
        error.pointer = "/price_per_kg"
        raise
    minor = EXACT.multiply(yuan, Decimal(200))
    if minor != minor.to_integral_value() or not 0 < minor <= MAX_AMOUNT:
        raise InvalidFields([("/price_per_kg", "opinion.price", {})])
    return int(minor)


HANDLERS: list[ControllerRouterHandler] = [give]
