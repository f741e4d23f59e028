"""What counties say about stock, as operators record it."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog.service import opinions as about_lots
from agrimarket.kernel.opinions import OpinionIn
from agrimarket.kernel.principal import Principal, Role
from agrimarket.onboarding.models.opinions import AppealOpinion
from agrimarket.onboarding.schemas.opinions import AppealOpinionIn
from agrimarket.onboarding.service import opinions as about_appeals
from tests.factories.accounts import a_person
from tests.factories.catalog import today

OFFICE = "東港市農業農村局"


def words(day: date, **changes: Any) -> dict[str, Any]:
    """An office's opinion, given that day, as JSON."""
    told = {"verified": True, "office": OFFICE, "officer": "于科長", "words": "到棚裡看過，數量屬實。"}
    return told | {"given_on": str(day)} | changes


def of_lot(session: Session, lot_id: UUID, operator: Principal | None = None, **changes: Any) -> None:
    """A county's opinion about a lot, given today."""
    who = operator or a_person(session, Role.OPERATOR).principal
    about_lots.give(session, who, lot_id, OpinionIn.model_validate(words(today(session), **changes)))


def of_appeal(session: Session, appeal_id: UUID, operator: Principal | None = None, **changes: Any) -> AppealOpinion:
    """A county's opinion about an appeal's stock, given today; half a tonne of strawberries, verified."""
    who = operator or a_person(session, Role.OPERATOR).principal
    stock = {"product": "草莓", "quantity": "500公斤", "price_per_kg": {"amount": 600}}
    said = words(today(session), **stock | changes)
    return about_appeals.give(session, who, appeal_id, AppealOpinionIn.model_validate(said))
