"""Applications: begun as drafts, submitted, and withdrawn. Their answers are saved by `steps`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.errors import InvalidFields, NotFound, found
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.onboarding.errors import AlreadySeller, FiledElsewhere, OtherKindOpen
from agrimarket.onboarding.events import ApplicationSubmitted, ApplicationWithdrawn
from agrimarket.onboarding.forms import definitions
from agrimarket.onboarding.models.appeals import Appeal
from agrimarket.onboarding.models.applications import Application
from agrimarket.onboarding.queries import appeals as appeal_queries
from agrimarket.onboarding.queries import applications as queries
from agrimarket.onboarding.service import answers, appeals, payouts
from agrimarket.onboarding.states import (
    APPLICATION_TRANSITIONS,
    OPEN,
    AppealState,
    ApplicationKind,
    ApplicationState,
)
from agrimarket.onboarding.types import Dossier


def dossier(session: Session, application: Application) -> Dossier:
    """The application with all that belongs to it; three statements, five once it is approved."""
    return Dossier(
        application,
        definitions.form(application.kind, application.form_version),
        queries.secrets(session, application.id),
        list(queries.requests(session, application.id)),
        list(appeal_queries.linked(session, application.id)),
        payouts.stage(session, application),
    )


def begin(
    session: Session, principal: Principal, kind: ApplicationKind, appeal_id: UUID | None, language: str
) -> Dossier:
    """The person's application: a new draft, or the open one. An appeal is linked, and its values are filled in.

    A person has one open application, so repeating this changes nothing. An appeal of someone who sells already is
    linked to the application they were approved by. From an appeal that an agent filed, the application is the
    farmer's, who confirmed it by code. `OtherKindOpen`, `AlreadySeller`, `FiledElsewhere`, `NotFound`.
    """
    return begin_from(session, principal, kind, _own_appeal(session, principal, appeal_id), language)


def begin_from(
    session: Session, principal: Principal, kind: ApplicationKind, appeal: Appeal | None, language: str
) -> Dossier:
    """Begin an application from an appeal, as `begin` does; its row is locked, and the caller may use it."""
    if appeal is not None and appeal.application_id is not None:
        return read(session, principal, appeal.application_id)
    person_id = appeal.person_id if appeal else principal.person_id
    application = _insert(session, person_id, principal, kind, language)
    if application is None:
        application = found(queries.current(session, person_id))
        if principal.person_id not in (application.person_id, application.filed_by):
            raise FiledElsewhere
    if application.state in OPEN and application.kind != kind:
        raise OtherKindOpen(application_id=application.id, kind=application.kind)
    if application.state not in OPEN and appeal is None:
        raise AlreadySeller
    if appeal is not None:
        if application.state == ApplicationState.DRAFT:
            _prefill(session, application, appeal)
        appeals.link(session, appeal, application.id)
    session.flush()  # `dossier` reads what was linked
    return dossier(session, application)


def _own_appeal(session: Session, principal: Principal, appeal_id: UUID | None) -> Appeal | None:
    if appeal_id is None:
        return None
    appeal = appeal_queries.mine(session, principal.person_id, appeal_id, lock=True)
    if appeal is None or appeal.state == AppealState.CLOSED:
        raise NotFound(pointer="/appeal_id")
    return appeal


def _insert(
    session: Session, person_id: UUID, who: Principal, kind: ApplicationKind, language: str
) -> Application | None:
    if queries.current(session, person_id) is not None:
        return None
    filed_by = who.person_id if who.person_id != person_id else None
    version = definitions.form(kind).version
    return queries.insert(session, draft(person_id, filed_by, kind, version, language))


def draft(
    person_id: UUID,
    filed_by: UUID | None,
    kind: ApplicationKind,
    form_version: int,
    language: str,
    previous_id: UUID | None = None,
) -> dict[str, Any]:
    """The columns of a new draft without answers."""
    return {
        "id": new_id(),
        "person_id": person_id,
        "filed_by": filed_by,
        "previous_id": previous_id,
        "kind": kind,
        "form_version": form_version,
        "state": ApplicationState.DRAFT,
        "language": language,
        "answers": {},
        "version": 1,
        "product": "",
        "fence": 0,
        "reason": "",
    }


def _prefill(session: Session, application: Application, appeal: Appeal) -> None:
    """Copy the appeal's values into those answers that the draft lacks."""
    form = definitions.form(application.kind, application.form_version)
    said: dict[str, Any] = {
        "region_code": appeal.region_code,
        "product": appeal.product,
        "quantity": appeal.quantity_text or None,
        "spoils_on": appeal.spoils_at.astimezone(PEOPLES_ZONE).date().isoformat(),
        "truck_access": appeal.truck_access,
    }
    for step in form.steps:
        given = application.answers.get(step.name, {})
        known = {name: said[name] for name in step.fields if said.get(name) and name not in given}
        if known:
            answers.store(application, step, {**given, **known})
    name, step = appeals.name_of(appeal), form.steps[0]
    if name and "legal_name" in step.fields and "legal_name" not in queries.secrets(session, application.id):
        answers.seal(session, application, step, {"legal_name": name})


def mine(session: Session, principal: Principal, application_id: UUID, *, lock: bool = False) -> Application:
    """Application of that person, or one that they filed for somebody; `NotFound` for anyone else's."""
    return found(queries.mine(session, principal.person_id, application_id, lock=lock))


def read(session: Session, principal: Principal, application_id: UUID) -> Dossier:
    """Application with all that belongs to it; `NotFound` for anyone else's."""
    return dossier(session, mine(session, principal, application_id))


def listed(session: Session, principal: Principal) -> list[Dossier]:
    """Applications of that person and those they filed for others, newest first; at most fifty."""
    return [dossier(session, application) for application in queries.of_person(session, principal.person_id)]


def submit(session: Session, principal: Principal, application_id: UUID) -> Dossier:
    """Submit an application, the first time or once the reviewer's requests are answered. Twice is the same as once.

    `InvalidFields` names every answer that is missing, as `/steps/{step}/{field}`. Records `ApplicationSubmitted`.
    """
    application = mine(session, principal, application_id, lock=True)
    theirs = dossier(session, application)
    if application.state in (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW):
        return theirs
    first = application.state == ApplicationState.DRAFT
    wrong: list[tuple[str, str, dict[str, Any]]] = [
        (f"/steps/{step}/{field}", "missing", {}) for step, field in theirs.unanswered()
    ]
    wrong += [(f"/steps/{request.step}", "still_asked", {}) for request in theirs.requests if not request.answered_at]
    if wrong and application.state in (ApplicationState.DRAFT, ApplicationState.INFO_REQUESTED):
        raise InvalidFields(wrong)
    now = clock.read(session)
    if first:
        application.submitted_at = now
    target = ApplicationState.SUBMITTED if first else ApplicationState.IN_REVIEW
    states.move(application, target, APPLICATION_TRANSITIONS)
    application.held_until = None
    _touch(application, now)
    audit.record(session, principal, "application.submitted", reference("application", application.id), {})
    outbox.record(session, ApplicationSubmitted(application_id=application.id, person_id=application.person_id))
    session.flush()  # the answer shows what is stored
    return theirs


def withdraw(session: Session, principal: Principal, application_id: UUID) -> Dossier:
    """Withdraw an application, erasing personal data in it and in its appeals. The audit log and bare facts stay.

    Withdrawing twice is the same as once. Records `ApplicationWithdrawn`, whose handler erases the files.
    """
    application = mine(session, principal, application_id, lock=True)
    if application.state != ApplicationState.WITHDRAWN:
        states.move(application, ApplicationState.WITHDRAWN, APPLICATION_TRANSITIONS)
        _erase(session, application)
        _touch(application, clock.read(session))
        audit.record(session, principal, "application.withdrawn", reference("application", application.id), {})
        outbox.record(session, ApplicationWithdrawn(application_id=application.id, person_id=application.person_id))
        session.flush()  # `dossier` reads what is left
    return dossier(session, application)


def _erase(session: Session, application: Application) -> None:
    application.answers = {}
    application.product, application.reason = "", ""
    application.grams = application.spoils_at = application.region_code = None
    queries.drop_secrets(session, application.id)
    appeals.erase(session, appeal_queries.linked(session, application.id))
    for request in queries.requests(session, application.id):
        request.note = ""


def _touch(application: Application, now: datetime) -> None:
    application.version += 1
    application.updated_at = now
