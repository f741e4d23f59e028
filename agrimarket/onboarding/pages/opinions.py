"""A county's opinion about an appeal's stock, recorded at the triage desk."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from agrimarket.http import amounts, weights
from agrimarket.http.formdata import Fields, filled, texts
from agrimarket.http.handlers import form
from agrimarket.http.language import language_of
from agrimarket.http.pages import see_other
from agrimarket.http.request import decode_model
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AppealId, reference
from agrimarket.onboarding.pages.triage import show_again
from agrimarket.onboarding.schemas.opinions import AppealOpinionIn
from agrimarket.onboarding.service import opinions

FIELDS = ("office", "officer", "words", "given_on", "product")
_JIN_A_KG = 2
"""The desk asks for the price of a jin; it is kept for a kilogram."""


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
        a_jin = amounts.money(price, "/price_per_kg")
        fields["price_per_kg"] = {"amount": a_jin.amount * _JIN_A_KG, "currency": a_jin.currency}
    return decode_model(AppealOpinionIn, fields)


HANDLERS: list[ControllerRouterHandler] = [give]
