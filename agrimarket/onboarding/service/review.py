"""The review desk: the queue of applications, holds, decisions, checks and revealed answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit, other_eyes, sellers
from agrimarket.accounts.states import SellerKind, Standing
from agrimarket.drive import drive
from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.errors import InvalidFields, NotFound, found
from agrimarket.kernel.i18n import catalogue
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.onboarding import rules
from agrimarket.onboarding.errors import (
    ApplicationHeld,
    ApplicationNotHeld,
    IdentityInUse,
    LimitTooHigh,
    OwnApplication,
    SameReviewer,
)
from agrimarket.onboarding.events import ApplicationApproved, ApplicationInfoRequested, ApplicationRejected
from agrimarket.onboarding.models.applications import Application
from agrimarket.onboarding.queries import applications as application_queries
from agrimarket.onboarding.queries import review as queries
from agrimarket.onboarding.service import answers, applications, holds, queues
from agrimarket.onboarding.service.queues import Position
from agrimarket.onboarding.states import APPLICATION_TRANSITIONS, ApplicationState
from agrimarket.onboarding.types import Dossier, Question, Review, WaitingApplication
from agrimarket.typed import identifiers

UNIQUE_FIELDS = ("id_number", "credit_code")
"""Secret answers that no two sellers may share."""
_TAKEN_UP = {ApplicationState.SUBMITTED: APPLICATION_TRANSITIONS[ApplicationState.SUBMITTED]}
"""Moves made by a hold. From `info_requested` only the applicant's answer leads back into review, never a hold."""
_REINSTATED = {ApplicationState.SUSPENDED: APPLICATION_TRANSITIONS[ApplicationState.SUSPENDED]}


def queue(session: Session, after: Position | None, limit: int) -> list[WaitingApplication]:
    """Waiting applications that nobody holds, most urgent first, as of `after.as_of`, or of now."""
    as_of = after.as_of if after else clock.read(session)
    rows = queries.queue(session, queues.parameters(as_of, after, limit))
    return [WaitingApplication(as_of=as_of, **row._mapping) for row in rows]  # pyright: ignore[reportPrivateUsage]  # SQLAlchemy's name


def held_by(session: Session, reviewer: Principal) -> Sequence[Application]:
    """Applications that this reviewer holds, in the order in which the holds end."""
    return queries.held_by(session, reviewer.person_id)


def read(session: Session, application_id: UUID) -> Review:
    """Any application as its reviewer sees it."""
    return _review(session, found(application_queries.one(session, application_id)))


def _review(session: Session, application: Application) -> Review:
    theirs = applications.dossier(session, application)
    checklist = rules.requirements(
        application.kind,
        unanswered=bool(theirs.unanswered()),
        identity_elsewhere=_identity_elsewhere(session, theirs),
        right_to_sell=any(given.get("right_to_sell") is True for given in application.answers.values()),
        seen=queries.checked(session, application.id),
        code_adds_up=_code_adds_up(theirs),
    )
    return Review(theirs, checklist, _urgency(application, clock.read(session)))


def _identity_elsewhere(session: Session, theirs: Dossier) -> bool:
    return any(
        queries.seller_has(session, theirs.application.id, name, theirs.secrets[name].lookup)
        for name in UNIQUE_FIELDS
        if name in theirs.secrets
    )


def _code_adds_up(theirs: Dossier) -> bool:
    """Whether the application's credit code, if it has one, has the standard's check character."""
    code = theirs.secrets.get("credit_code")
    return code is None or identifiers.adds_up(answers.unseal(code))


def _urgency(application: Application, now: datetime) -> float:
    if application.grams is None or application.spoils_at is None or application.submitted_at is None:
        return 0.0
    return rules.urgency(application.grams, application.spoils_at, application.submitted_at, now)


def hold(session: Session, reviewer: Principal, application_id: UUID) -> Review:
    """Hold an application for the drive's hold length, or for longer if the reviewer holds it already.

    `ApplicationHeld` while someone else holds it. `OwnApplication` if the reviewer filed it, `SameReviewer` if it is
    the second review of a decision of theirs.
    """
    application = _lock(session, application_id)
    _require_other_eyes(session, reviewer, application)
    holds.take(application, reviewer.person_id, clock.read(session), ApplicationHeld)
    if application.state != ApplicationState.IN_REVIEW:
        states.move(application, ApplicationState.IN_REVIEW, _TAKEN_UP)
    return _shown(session, application)


def _lock(session: Session, application_id: UUID) -> Application:
    return found(application_queries.one(session, application_id, lock=True))


def _require_other_eyes(session: Session, reviewer: Principal, application: Application) -> None:
    for filer in {application.person_id, application.filed_by}:
        other_eyes.require(session, reviewer, filer, OwnApplication)
    if application.previous_id is not None:
        previous = application_queries.one(session, application.previous_id)
        if previous is not None:
            other_eyes.require(session, reviewer, previous.reviewer_id, SameReviewer)


def _shown(session: Session, application: Application) -> Review:
    session.flush()  # the answer shows what is stored
    return _review(session, application)


def is_held(application: Application, reviewer: Principal) -> bool:
    """Whether this reviewer's hold stands, so that they may decide."""
    return application.state == ApplicationState.IN_REVIEW and holds.stands(application, reviewer.person_id, None)


def _held(session: Session, reviewer: Principal, application_id: UUID, fence: int | None) -> Application:
    """The application, locked, if this reviewer's hold on it stands; `ApplicationNotHeld` otherwise."""
    application = _lock(session, application_id)
    if application.state != ApplicationState.IN_REVIEW or not holds.stands(application, reviewer.person_id, fence):
        raise ApplicationNotHeld
    return application


def _decide(session: Session, application: Application, state: ApplicationState) -> None:
    now = clock.read(session)
    states.move(application, state, APPLICATION_TRANSITIONS)
    application.decided_at = application.updated_at = now
    application.held_until = None
    application.version += 1


def _audit(session: Session, who: Principal, application: Application, action: str, details: dict[str, Any]) -> None:
    audit.record(session, who, f"application.{action}", reference("application", application.id), details)


def approve(
    session: Session, reviewer: Principal, application_id: UUID, limit: Money | None, fence: int | None = None
) -> Review:
    """Approve an application; its seller is `limited` with `limit` or while anything is unverified, else `approved`.

    Records `ApplicationApproved`. `ApplicationNotHeld`; `IdentityInUse` if another seller has that identity;
    `LimitTooHigh`.
    """
    application = _held(session, reviewer, application_id, fence)
    review = _review(session, application)
    if _identity_elsewhere(session, review.dossier):
        raise IdentityInUse
    exposure_limits = drive().limits
    if limit is not None and limit > Money(exposure_limits.highest_exposure):
        raise LimitTooHigh(pointer="/exposure_limit", highest=Money(exposure_limits.highest_exposure))
    exposure = rules.limit_for(review.checklist, limit, Money(exposure_limits.first_exposure))
    application.exposure_limit = exposure.amount if exposure else None
    approved = _open_seller(session, application, exposure)
    _decide(session, application, ApplicationState.APPROVED)
    _audit(session, reviewer, application, "approved", {"exposure_limit": application.exposure_limit})
    outbox.record(session, approved)
    return _shown(session, application)


def _open_seller(session: Session, application: Application, limit: Money | None) -> ApplicationApproved:
    if application.region_code is None or application.grams is None or application.spoils_at is None:
        raise NotFound  # the table's CHECK rules this out
    kind, name = SellerKind(application.kind), _display_name(application)
    seller_id = sellers.register(session, application.person_id, kind, name, application.region_code)
    sellers.approve_produce(session, seller_id, application.product)
    sellers.set_standing(session, seller_id, Standing.LIMITED if limit else Standing.APPROVED, limit)
    application.seller_id = seller_id
    return ApplicationApproved(
        application_id=application.id,
        seller_id=seller_id,
        person_id=application.person_id,
        needs=application.answers.get("needs", {}).get("needs", []),
        product=application.product,
        grams=application.grams,
        spoils_at=application.spoils_at,
        region_code=application.region_code,
    )


def _display_name(application: Application) -> str:
    given: dict[str, Any] = {}
    for step in application.answers.values():
        given.update(step)
    return str(given.get("farm_name") or given.get("company_name") or application.product)


def reject(session: Session, reviewer: Principal, application_id: UUID, reason: str, fence: int | None) -> Review:
    """Reject an application, for a reason that its applicant reads and can have reviewed. Records
    `ApplicationRejected`."""
    application = _held(session, reviewer, application_id, fence)
    application.reason = reason
    _decide(session, application, ApplicationState.REJECTED)
    _audit(session, reviewer, application, "rejected", {})
    outbox.record(session, ApplicationRejected(application_id=application.id, person_id=application.person_id))
    return _shown(session, application)


def ask(
    session: Session, reviewer: Principal, application_id: UUID, questions: Sequence[Question], fence: int | None
) -> Review:
    """Ask for information; only the steps asked about open again. Records `ApplicationInfoRequested`."""
    application = _held(session, reviewer, application_id, fence)
    _check_questions(applications.dossier(session, application), questions)
    rows = [
        {
            "id": new_id(),
            "application_id": application.id,
            "asked_by": reviewer.person_id,
            "step": question.step,
            "reason": question.reason,
            "note": question.note,
        }
        for question in questions
    ]
    queries.ask(session, rows)
    _decide(session, application, ApplicationState.INFO_REQUESTED)
    _audit(session, reviewer, application, "info_requested", {"steps": [question.step for question in questions]})
    steps = sorted({question.step for question in questions})
    asked = ApplicationInfoRequested(application_id=application.id, person_id=application.person_id, steps=steps)
    outbox.record(session, asked)
    return _shown(session, application)


def _check_questions(theirs: Dossier, questions: Sequence[Question]) -> None:
    steps, reasons = {step.name for step in theirs.form.steps}, ask_reasons()
    wrong: list[tuple[str, str, dict[str, Any]]] = [
        (f"/items/{i}/step", "choice_unknown", {}) for i, question in enumerate(questions) if question.step not in steps
    ]
    wrong += [
        (f"/items/{i}/reason", "choice_unknown", {})
        for i, question in enumerate(questions)
        if question.reason not in reasons
    ]
    if wrong:
        raise InvalidFields(wrong)


def ask_reasons() -> list[str]:
    """Reasons for which a reviewer can ask: every sentence `ask.…`."""
    return sorted(key.removeprefix("ask.") for key in catalogue("en") if key.startswith("ask."))


def suspend(session: Session, operator: Principal, application_id: UUID, reason: str) -> Review:
    """Keep the seller from selling until they are reinstated. The reason is shown to them."""
    application = _lock(session, application_id)
    states.move(application, ApplicationState.SUSPENDED, APPLICATION_TRANSITIONS)
    application.reason = reason
    return _set_standing(session, operator, application, Standing.SUSPENDED)


def reinstate(session: Session, operator: Principal, application_id: UUID) -> Review:
    """Let a suspended seller sell again, within the limit that held before."""
    application = _lock(session, application_id)
    states.move(application, ApplicationState.APPROVED, _REINSTATED)
    application.reason = ""
    limited = application.exposure_limit is not None
    return _set_standing(session, operator, application, Standing.LIMITED if limited else Standing.APPROVED)


def _set_standing(session: Session, operator: Principal, application: Application, standing: Standing) -> Review:
    seller_id = found(application.seller_id)  # by the table's CHECK it has one
    limit = None if application.exposure_limit is None else Money(application.exposure_limit)
    sellers.set_standing(session, seller_id, standing, limit)
    application.updated_at = clock.read(session)
    application.version += 1
    _audit(session, operator, application, application.state, {})
    return _shown(session, application)


def set_check(
    session: Session,
    reviewer: Principal,
    application_id: UUID,
    requirement: str,
    *,
    met: bool,
    fence: int | None = None,
) -> Review:
    """Mark a requirement as met, or as no longer met."""
    application = _held(session, reviewer, application_id, fence)
    lines = _review(session, application).checklist
    if requirement not in {line.name for line in lines if line.proof == rules.Proof.VERIFIED}:
        raise InvalidFields([("/requirement", "choice_unknown", {})])
    queries.set_check(session, application.id, requirement, reviewer.person_id, met=met)
    _audit(session, reviewer, application, "seen" if met else "unseen", {"requirement": requirement})
    return _review(session, application)


def reveal(session: Session, reviewer: Principal, application_id: UUID, field: str, fence: int | None = None) -> str:
    """A secret answer in plain text, for the reviewer who holds the application. Each opening is audited."""
    application = _held(session, reviewer, application_id, fence)
    secret = found(application_queries.secrets(session, application.id).get(field))
    _audit(session, reviewer, application, "secret_opened", {"field": field})
    return answers.unseal(secret)
