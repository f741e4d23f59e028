"""Counties' opinions about the stock of appeals. What is verified goes to the clearance list by `AppealVerified`."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.errors import InvalidFields, found
from agrimarket.kernel.opinions import check_day
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.onboarding import rules
from agrimarket.onboarding.errors import AppealOver
from agrimarket.onboarding.events import AppealVerified
from agrimarket.onboarding.models.appeals import Appeal
from agrimarket.onboarding.models.opinions import AppealOpinion
from agrimarket.onboarding.queries import appeals
from agrimarket.onboarding.queries import opinions as queries
from agrimarket.onboarding.schemas.opinions import AppealOpinionIn
from agrimarket.onboarding.states import WAITING


def about(session: Session, appeal_id: UUID) -> Sequence[AppealOpinion]:
    """Every opinion about an appeal, newest first; `NotFound` for no appeal. Two statements."""
    found(appeals.one(session, appeal_id))
    return queries.about(session, appeal_id)


def give(session: Session, operator: Principal, appeal_id: UUID, said: AppealOpinionIn) -> AppealOpinion:
    """Record what a county's office said about an appeal's stock; the newest opinion counts.

    Verified stock needs produce and weight as the office found them. `NotFound`, `AppealOver` once the appeal is closed
    or has become an application, `InvalidFields`, `OpinionAhead`.
    """
    appeal = found(appeals.one(session, appeal_id, lock=True))
    if appeal.state not in WAITING:
        raise AppealOver
    check_day(said.given_on, clock.read(session))
    opinion = _opinion(operator, appeal, said)
    session.add(opinion)
    session.flush()  # the last verified one is looked for
    if opinion.verified:
        _tell(session, appeal, opinion, to_be_had=True)
    else:
        end(session, appeal)
    details = {"verified": said.verified, "office": said.office, "given_on": str(said.given_on)}
    audit.record(session, operator, "appeal.opinion_given", reference("appeal", appeal.id), details)
    return opinion


def _opinion(operator: Principal, appeal: Appeal, said: AppealOpinionIn) -> AppealOpinion:
    if said.verified and (said.product is None or said.quantity is None):
        needed = {"/product": said.product, "/quantity": said.quantity}
        raise InvalidFields([(pointer, "missing", {}) for pointer, given in needed.items() if given is None])
    opinion = AppealOpinion(
        appeal_id=appeal.id,
        verified=said.verified,
        office=said.office,
        officer=said.officer,
        words=said.words,
        given_on=said.given_on,
        by_id=operator.person_id,
    )
    if said.verified:
        opinion.product = said.product
        opinion.grams = said.quantity and said.quantity.grams
        opinion.price_per_kg = said.price_per_kg and said.price_per_kg.amount
    return opinion


def end(session: Session, appeal: Appeal) -> None:
    """Take the locked appeal's stock off the clearance list, if it was on it: it is closed, linked, or declined."""
    if appeal.stock_turn and (verified := queries.last_verified(session, appeal.id)):
        _tell(session, appeal, verified, to_be_had=False)


def _tell(session: Session, appeal: Appeal, verified: AppealOpinion, *, to_be_had: bool) -> None:
    appeal.stock_turn += 1
    told = AppealVerified(
        appeal_id=appeal.id,
        turn=appeal.stock_turn,
        open=to_be_had,
        number=rules.appeal_number(appeal.number),
        product=verified.product or "",
        region_code=appeal.region_code,
        grams=verified.grams or 0,
        spoils_at=appeal.spoils_at,
        price_per_kg=verified.price_per_kg,
        office=verified.office,
        given_on=verified.given_on,
    )
    outbox.record(session, told)
