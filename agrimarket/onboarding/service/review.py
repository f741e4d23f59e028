"""The review desk: who decides what about an application."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit, sellers
from agrimarket.accounts.states import SellerKind, Standing
from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.crypto import decrypt
from agrimarket.kernel.errors import InvalidFields, NotFound
from agrimarket.kernel.i18n import catalogue
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding import queries, rules
from agrimarket.onboarding.errors import (
    ApplicationHeld,
    ApplicationNotHeld,
    IdentityInUse,
    LimitTooHigh,
    OwnApplication,
    SameReviewer,
)
from agrimarket.onboarding.events import ApplicationApproved, ApplicationInfoRequested, ApplicationRejected
from agrimarket.onboarding.models import Application
from agrimarket.onboarding.service import holds
from agrimarket.onboarding.service.applications import Full, context, full
from agrimarket.onboarding.states import APPLICATION, ApplicationState

UNIQUE_FIELDS = ("id_number", "credit_code")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An application in the queue, and why it stands where it does."""

    id: UUID
    kind: str
    state: str
    product: str
    grams: int
    region_code: str
    spoils_at: datetime
    submitted_at: datetime
    urgency: float


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An application with its checklist."""

    full: Full
    checklist: list[rules.Requirement]
    urgency: float


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to ask the applicant for."""

    step: str
    reason: str
    note: str = ""


def queue(
    session: Session, as_of: datetime | None, after: tuple[float, UUID] | None, limit: int
) -> tuple[datetime, list[Waiting]]:
    """What waits and nobody holds, most urgent first. The urgency is that of `as_of`, so that pages do not shift."""
    moment = as_of or clock.read(session)
    rows = queries.queue(session, moment, rules.SHORTEST_LEFT.total_seconds(), after, limit)
    return moment, [Waiting(**row._mapping) for row in rows]  # pyright: ignore[reportPrivateUsage]  # SQLAlchemy's name


def held_by(session: Session, reviewer: Principal) -> Sequence[Application]:
    """What this reviewer holds, the claim that ends first on top."""
    return queries.held_by(session, reviewer.person_id)


def read(session: Session, application_id: UUID) -> Reviewed:
    """Any application."""
    application = queries.any_application(session, application_id)
    if application is None:
        raise NotFound
    return _reviewed(session, application)


def _reviewed(session: Session, application: Application) -> Reviewed:
    found = full(session, application)
    right = any(answers.get("right_to_sell") is True for answers in application.answers.values())
    checklist = rules.requirements(
        application.kind,
        unanswered=bool(found.unanswered()),
        identity_elsewhere=_identity_elsewhere(session, found),
        right_to_sell=right,
        seen=queries.seen(session, application.id),
    )
    return Reviewed(found, checklist, _urgency(application, clock.read(session)))


def _identity_elsewhere(session: Session, found: Full) -> bool:
    return any(
        queries.others_with(session, found.application.id, name, found.secrets[name].lookup)
        for name in UNIQUE_FIELDS
        if name in found.secrets
    )


def _urgency(application: Application, now: datetime) -> float:
    if application.grams is None or application.spoils_at is None or application.submitted_at is None:
        return 0.0
    return rules.urgency(application.grams, application.spoils_at, application.submitted_at, now)


def claim(session: Session, reviewer: Principal, application_id: UUID) -> Reviewed:
    """Hold it for half an hour; who holds it already holds it longer. `ApplicationHeld` while someone else does.

    Each new claim raises the fence. Nobody reviews what they filed (`OwnApplication`), or an appeal against their own
    decision (`SameReviewer`).
    """
    application = _lock(session, application_id)
    _require_other_eyes(session, reviewer, application)
    holds.take(application, reviewer.person_id, clock.read(session), ApplicationHeld)
    if application.state != ApplicationState.IN_REVIEW:
        states.move(application, ApplicationState.IN_REVIEW, _CLAIMABLE)
    session.flush()  # the answer shows what is stored
    return _reviewed(session, application)


_CLAIMABLE = {ApplicationState.SUBMITTED: APPLICATION[ApplicationState.SUBMITTED]}
"""What was asked for comes back by the applicant's answer, never by a claim."""


def _require_other_eyes(session: Session, reviewer: Principal, application: Application) -> None:
    if reviewer.person_id in (application.person_id, application.filed_by):
        raise OwnApplication
    if application.previous_id is not None:
        previous = queries.any_application(session, application.previous_id)
        if previous is not None and previous.reviewer_id == reviewer.person_id:
            raise SameReviewer


def _lock(session: Session, application_id: UUID) -> Application:
    application = queries.any_application(session, application_id, lock=True)
    if application is None:
        raise NotFound
    return application


def _held(session: Session, reviewer: Principal, application_id: UUID, fence: int | None) -> Application:
    """The locked application, if this reviewer's claim on it still stands; `ApplicationNotHeld` otherwise."""
    application = _lock(session, application_id)
    if application.state != ApplicationState.IN_REVIEW or not holds.stands(application, reviewer.person_id, fence):
        raise ApplicationNotHeld
    return application


def _decide(session: Session, application: Application, state: ApplicationState) -> None:
    now = clock.read(session)
    states.move(application, state, APPLICATION)
    application.decided_at = application.updated_at = now
    application.held_until = None
    application.version += 1


def _subject(application: Application) -> str:
    return encode("app", application.id)


def approve(
    session: Session, reviewer: Principal, application_id: UUID, limit: Money | None, fence: int | None = None
) -> Reviewed:
    """Open the seller. With `limit`, or while anything is unverified, the seller is `limited`; else `approved`.

    Records `ApplicationApproved`. `ApplicationNotHeld`; `IdentityInUse` where another seller has that identity;
    `LimitTooHigh`.
    """
    application = _held(session, reviewer, application_id, fence)
    found = _reviewed(session, application)
    if _identity_elsewhere(session, found.full):
        raise IdentityInUse
    if limit is not None and limit > rules.HIGHEST_LIMIT:
        raise LimitTooHigh(pointer="/exposure_limit", highest=rules.HIGHEST_LIMIT)
    exposure = rules.limit_for(found.checklist, limit)
    if application.region_code is None or application.grams is None or application.spoils_at is None:
        raise NotFound  # the table's CHECK keeps this from being
    kind = SellerKind(application.kind)
    seller_id = sellers.register(
        session, application.person_id, kind, _display_name(application), application.region_code
    )
    sellers.set_standing(session, seller_id, Standing.LIMITED if exposure else Standing.APPROVED, exposure)
    application.seller_id = seller_id
    application.exposure_limit = exposure.amount if exposure else None
    _decide(session, application, ApplicationState.APPROVED)
    limit_note = {"exposure_limit": exposure.amount if exposure else None}
    audit.record(session, reviewer, "application.approved", _subject(application), limit_note)
    approved = ApplicationApproved(
        application_id=application.id,
        seller_id=seller_id,
        person_id=application.person_id,
        needs=application.answers.get("needs", {}).get("needs", []),
        product=application.product,
        grams=application.grams,
        spoils_at=application.spoils_at,
        region_code=application.region_code,
    )
    outbox.record(session, approved)
    session.flush()  # the answer shows what is stored
    return _reviewed(session, application)


def _display_name(application: Application) -> str:
    answers: dict[str, Any] = {}
    for step in application.answers.values():
        answers.update(step)
    return str(answers.get("farm_name") or answers.get("company_name") or application.product)


def reject(session: Session, reviewer: Principal, application_id: UUID, reason: str, fence: int | None) -> Reviewed:
    """Turn it down, with a reason that the applicant reads and can appeal. Records `ApplicationRejected`."""
    application = _held(session, reviewer, application_id, fence)
    application.reason = reason
    _decide(session, application, ApplicationState.REJECTED)
    audit.record(session, reviewer, "application.rejected", _subject(application), {})
    outbox.record(session, ApplicationRejected(application_id=application.id, person_id=application.person_id))
    session.flush()  # the answer shows what is stored
    return _reviewed(session, application)


def ask(
    session: Session, reviewer: Principal, application_id: UUID, items: Sequence[Asked], fence: int | None
) -> Reviewed:
    """Ask for information; only the steps asked about open again. Records `ApplicationInfoRequested`."""
    application = _held(session, reviewer, application_id, fence)
    steps = {step.name for step in full(session, application).form.steps}
    wrong: list[tuple[str, str, dict[str, Any]]] = [
        (f"/items/{i}/step", "choice_unknown", {}) for i, item in enumerate(items) if item.step not in steps
    ]
    wrong += [
        (f"/items/{i}/reason", "choice_unknown", {})
        for i, item in enumerate(items)
        if f"ask.{item.reason}" not in catalogue("en")
    ]
    if wrong:
        raise InvalidFields(wrong)
    rows = [
        {
            "id": new_id(),
            "application_id": application.id,
            "asked_by": reviewer.person_id,
            "step": item.step,
            "reason": item.reason,
            "note": item.note,
        }
        for item in items
    ]
    queries.ask(session, rows)
    _decide(session, application, ApplicationState.INFO_REQUESTED)
    audit.record(
        session, reviewer, "application.info_requested", _subject(application), {"steps": [i.step for i in items]}
    )
    asked = sorted({item.step for item in items})
    outbox.record(
        session,
        ApplicationInfoRequested(application_id=application.id, person_id=application.person_id, steps=asked),
    )
    session.flush()  # the answer shows what is stored
    return _reviewed(session, application)


def suspend(session: Session, operator: Principal, application_id: UUID, reason: str) -> Reviewed:
    """The seller sells nothing until they are reinstated. The reason is shown to them."""
    application = _lock(session, application_id)
    states.move(application, ApplicationState.SUSPENDED, APPLICATION)
    application.reason = reason
    return _stand(session, operator, application, Standing.SUSPENDED)


def reinstate(session: Session, operator: Principal, application_id: UUID) -> Reviewed:
    """A suspended seller sells again, within the limit that held before."""
    application = _lock(session, application_id)
    states.move(application, ApplicationState.APPROVED, _REINSTATED)
    application.reason = ""
    limited = application.exposure_limit is not None
    return _stand(session, operator, application, Standing.LIMITED if limited else Standing.APPROVED)


_REINSTATED = {ApplicationState.SUSPENDED: APPLICATION[ApplicationState.SUSPENDED]}


def _stand(session: Session, operator: Principal, application: Application, standing: Standing) -> Reviewed:
    if application.seller_id is None:
        raise NotFound  # the table's CHECK keeps this from being
    limit = None if application.exposure_limit is None else Money(application.exposure_limit)
    sellers.set_standing(session, application.seller_id, standing, limit)
    application.updated_at = clock.read(session)
    application.version += 1
    audit.record(session, operator, f"application.{application.state}", _subject(application), {})
    session.flush()  # the answer shows what is stored
    return _reviewed(session, application)


def see(
    session: Session,
    reviewer: Principal,
    application_id: UUID,
    requirement: str,
    *,
    met: bool,
    fence: int | None = None,
) -> Reviewed:
    """Note that a requirement was seen met, or no longer."""
    application = _held(session, reviewer, application_id, fence)
    if requirement not in rules.VERIFIABLE[application.kind]:
        raise InvalidFields([("/requirement", "choice_unknown", {})])
    queries.set_seen(session, application.id, requirement, reviewer.person_id, met=met)
    action = "application.seen" if met else "application.unseen"
    audit.record(session, reviewer, action, _subject(application), {"requirement": requirement})
    return _reviewed(session, application)


def reveal(session: Session, reviewer: Principal, application_id: UUID, field: str, fence: int | None = None) -> str:
    """A secret answer in plain text, for the reviewer who holds the application. Each opening is audited."""
    application = _held(session, reviewer, application_id, fence)
    secret = queries.secrets(session, application.id).get(field)
    if secret is None:
        raise NotFound
    audit.record(session, reviewer, "application.secret_opened", _subject(application), {"field": field})
    return decrypt(secret.sealed, context=context(field, application.id))
