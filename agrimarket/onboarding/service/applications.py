"""Applications: drafts that are saved step by step, sent in, and taken back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import JsonValue
from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.crypto import blind_index, encrypt
from agrimarket.kernel.errors import InvalidFields, NotFound
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import parse_weight
from agrimarket.onboarding import forms, queries, rules
from agrimarket.onboarding.errors import (
    AlreadySeller,
    ApplicationChanged,
    FiledElsewhere,
    OtherKindOpen,
    StepClosed,
)
from agrimarket.onboarding.events import ApplicationSubmitted, ApplicationWithdrawn
from agrimarket.onboarding.formats import masked
from agrimarket.onboarding.forms import Form, Step
from agrimarket.onboarding.models import Appeal, Application, InfoRequest, Secret
from agrimarket.onboarding.service import appeals
from agrimarket.onboarding.states import (
    APPLICATION,
    OPEN,
    AppealState,
    ApplicationKind,
    ApplicationState,
    DocumentState,
)
from agrimarket.regions.errors import RegionUnknown
from agrimarket.regions.service import places


@dataclass(frozen=True, slots=True)
class Full:
    """An application with all that is shown beside it."""

    application: Application
    form: Form
    secrets: dict[str, Secret]
    requests: list[InfoRequest]
    appeals: list[Appeal]

    def answers(self, step: Step) -> dict[str, JsonValue]:
        """The step's answers, secrets masked."""
        plain: dict[str, JsonValue] = dict(self.application.answers.get(step.name, {}))
        hidden: dict[str, JsonValue] = {
            name: secret.masked for name, secret in self.secrets.items() if name in step.fields
        }
        return {name: value for name in step.fields if (value := {**plain, **hidden}.get(name)) is not None}

    def missing(self, step: Step) -> list[str]:
        """The step's fields that still need an answer."""
        return forms.missing(step, self.answers(step))

    def unanswered(self) -> list[tuple[str, str]]:
        """(step, field) of everything that still needs an answer."""
        return [(step.name, name) for step in self.form.steps for name in self.missing(step)]

    def open_steps(self) -> list[str]:
        """The steps that can be changed now: all of a draft, and those that were asked about."""
        if self.application.state == ApplicationState.DRAFT:
            return [step.name for step in self.form.steps]
        if self.application.state == ApplicationState.INFO_REQUESTED:
            latest = max((request.asked_at for request in self.requests), default=None)
            asked = {request.step for request in self.requests if request.asked_at == latest}
            return [step.name for step in self.form.steps if step.name in asked]
        return []


def full(session: Session, application: Application) -> Full:
    """That application with what is shown beside it; three statements."""
    return Full(
        application,
        forms.form(application.kind, application.form_version),
        queries.secrets(session, application.id),
        list(queries.requests(session, application.id)),
        list(queries.linked_appeals(session, application.id)),
    )


def begin(session: Session, principal: Principal, kind: ApplicationKind, appeal_id: UUID | None, language: str) -> Full:
    """The person's application: a new draft, or the one that is open. An appeal is linked, and fills in what it said.

    A person has one open application, so repeating this changes nothing. An appeal of someone who sells already is
    linked to the application they were approved by. From an appeal that an agent filed, the application is the
    farmer's, who confirmed it by code. `OtherKindOpen`, `AlreadySeller`, `FiledElsewhere`, `NotFound`.
    """
    return begin_from(session, principal, kind, _own_appeal(session, principal, appeal_id), language)


def begin_from(
    session: Session, principal: Principal, kind: ApplicationKind, appeal: Appeal | None, language: str
) -> Full:
    """`begin` with that appeal, whose row is locked and which the caller may begin an application from."""
    if appeal is not None and appeal.application_id is not None:
        return read(session, principal, appeal.application_id)
    person_id = appeal.person_id if appeal else principal.person_id
    application = _insert(session, person_id, principal, kind, language)
    if application is None:
        application = queries.current_application(session, person_id)
        if application is None:
            raise NotFound
        if principal.person_id not in (application.person_id, application.filed_by):
            raise FiledElsewhere
    if application.state in OPEN and application.kind != kind:
        raise OtherKindOpen(application_id=application.id, kind=application.kind)
    if application.state not in OPEN and appeal is None:
        raise AlreadySeller
    if appeal is not None:
        if application.state == ApplicationState.DRAFT:
            _prefill(session, application, appeal)
        appeals.link(appeal, application.id)
    session.flush()  # `full` reads what was linked
    return full(session, application)


def _own_appeal(session: Session, principal: Principal, appeal_id: UUID | None) -> Appeal | None:
    if appeal_id is None:
        return None
    appeal = queries.appeal(session, appeal_id, principal.person_id, lock=True)
    if appeal is None or appeal.state == AppealState.CLOSED:
        raise NotFound(pointer="/appeal_id")
    return appeal


def _insert(
    session: Session, person_id: UUID, who: Principal, kind: ApplicationKind, language: str
) -> Application | None:
    approved = queries.current_application(session, person_id)
    if approved is not None:
        return None
    row: dict[str, Any] = {
        "id": new_id(),
        "person_id": person_id,
        "filed_by": who.person_id if who.person_id != person_id else None,
        "kind": kind,
        "form_version": forms.form(kind).version,
        "state": ApplicationState.DRAFT,
        "language": language,
        "answers": {},
        "version": 1,
        "product": "",
        "fence": 0,
        "reason": "",
    }
    return queries.insert_application(session, row)


def _prefill(session: Session, application: Application, appeal: Appeal) -> None:
    """What the appeal said, where the draft does not say it yet."""
    form = forms.form(application.kind, application.form_version)
    said: dict[str, Any] = {
        "region_code": appeal.region_code,
        "product": appeal.product,
        "quantity": appeal.quantity_text or None,
        "spoils_on": appeal.spoils_at.astimezone(PEOPLES_ZONE).date().isoformat(),
        "truck_access": appeal.truck_access,
    }
    for step in form.steps:
        answers = application.answers.get(step.name, {})
        known = {name: said[name] for name in step.fields if said.get(name) and name not in answers}
        if known:
            store(application, step, {**answers, **known})
    name, step = appeals.name_of(appeal), form.steps[0]
    if len(name) > 1 and "legal_name" in step.fields and "legal_name" not in queries.secrets(session, application.id):
        seal(session, application, step, {"legal_name": name})


def read(session: Session, principal: Principal, application_id: UUID) -> Full:
    """That person's application; `NotFound` for anyone else's."""
    found = find(session, principal, application_id)
    if found is None:
        raise NotFound
    return found


def find(session: Session, principal: Principal, application_id: UUID) -> Full | None:
    """That person's application, or None where it is someone else's."""
    application = queries.application(session, application_id, principal.person_id)
    return None if application is None else full(session, application)


def listed(session: Session, principal: Principal) -> list[Full]:
    """That person's applications, newest first."""
    return [full(session, application) for application in queries.applications_of(session, principal.person_id)]


def lock(session: Session, principal: Principal, application_id: UUID) -> Application:
    """That person's application, locked; `NotFound` for anyone else's."""
    application = queries.application(session, application_id, principal.person_id, lock=True)
    if application is None:
        raise NotFound
    return application


def lock_any(session: Session, application_id: UUID) -> None:
    """Hold an application's row, so that changes around it come one after the other."""
    queries.any_application(session, application_id, lock=True)


def save_step(
    session: Session,
    principal: Principal,
    application_id: UUID,
    name: str,
    version: int,
    answers: dict[str, JsonValue],
) -> Full:
    """Keep answers of one step; null takes one back. What is not named stays as it was.

    Nothing is kept unless all of it is well formed (`InvalidFields`). `ApplicationChanged` if it is not at `version`
    any more, `StepClosed` if that step cannot be changed now.
    """
    application = lock(session, principal, application_id)
    if application.version != version:
        raise ApplicationChanged(version=application.version)
    found = full(session, application)
    step = found.form.step(name)
    if name not in found.open_steps():
        raise StepClosed(open=found.open_steps())
    given = forms.check(found.form, step, {field: value for field, value in answers.items() if value is not None})
    _check_facts(session, application, step, given)
    taken_back = [field for field, value in answers.items() if value is None]
    seal(session, application, step, {field: given[field] for field in given if step.secret(field)})
    queries.drop_secrets(session, application.id, [field for field in taken_back if field in found.secrets])
    plain = {**application.answers.get(name, {}), **{f: value for f, value in given.items() if not step.secret(f)}}
    store(application, step, {f: value for f, value in plain.items() if f not in taken_back})
    now = clock.read(session)
    queries.answer_requests(session, application.id, name, now)
    application.version += 1
    application.updated_at = now
    session.flush()  # `full` reads what was kept
    return full(session, application)


def _check_facts(session: Session, application: Application, step: Step, given: dict[str, Any]) -> None:
    """What only the database knows about answers."""
    wrong: list[tuple[str, str, dict[str, Any]]] = []
    if "region_code" in given:
        try:
            places.get(session, given["region_code"])
        except RegionUnknown:
            wrong.append(("/region_code", "region_unknown", {}))
    if "spoils_on" in given and rules.spoils_by(date.fromisoformat(given["spoils_on"])) <= clock.read(session):
        wrong.append(("/spoils_on", "date_past", {}))
    wanted = {name: value for name, value in given.items() if step.definitions[name].get("format") == "document"}
    if wanted:
        rows = queries.documents(session, application.id)
        there = {encode("doc", row.id) for row in rows if row.state == DocumentState.STORED}
        wrong += [(f"/{name}", "document_not_there", {}) for name, value in wanted.items() if value not in there]
    if wrong:
        raise InvalidFields(wrong)


def store(application: Application, step: Step, answers: dict[str, Any]) -> None:
    """Put the step's plain answers into the locked application, with the columns that others sort by."""
    application.answers = {**application.answers, step.name: answers}
    if "region_code" in step.fields:
        application.region_code = answers.get("region_code")
    if "product" in step.fields:
        application.product = answers.get("product", "")
        application.grams = parse_weight(answers["quantity"]).grams if answers.get("quantity") else None
        day = answers.get("spoils_on")
        application.spoils_at = rules.spoils_by(date.fromisoformat(day)) if day else None


def seal(session: Session, application: Application, step: Step, answers: dict[str, str]) -> None:
    """Keep secret answers of the locked application."""
    rows = [
        {
            "application_id": application.id,
            "field": field,
            "step": step.name,
            "sealed": encrypt(value, context=context(field, application.id)),
            "lookup": blind_index(value, context=f"application_secret.{field}"),
            "masked": masked(value, step.secret(field) or "number"),
        }
        for field, value in answers.items()
    ]
    if rows:
        queries.put_secrets(session, rows)


def context(field: str, application_id: UUID) -> str:
    """What a sealed answer is bound to."""
    return f"application_secret.{field}.{application_id}"


def submit(session: Session, principal: Principal, application_id: UUID) -> Full:
    """Send it in, for the first time or after what was asked for is answered. Sending it twice is the same as once.

    `InvalidFields` names every answer that is missing, as `/steps/{step}/{field}`. Records `ApplicationSubmitted`.
    """
    application = lock(session, principal, application_id)
    found = full(session, application)
    if application.state in (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW):
        return found
    first = application.state == ApplicationState.DRAFT
    wrong: list[tuple[str, str, dict[str, Any]]] = [
        (f"/steps/{step}/{field}", "missing", {}) for step, field in found.unanswered()
    ]
    wrong += [(f"/steps/{request.step}", "still_asked", {}) for request in found.requests if not request.answered_at]
    if wrong and application.state in (ApplicationState.DRAFT, ApplicationState.INFO_REQUESTED):
        raise InvalidFields(wrong)
    now = clock.read(session)
    if first:
        application.submitted_at = now
    states.move(application, ApplicationState.SUBMITTED if first else ApplicationState.IN_REVIEW, APPLICATION)
    application.held_until = None
    _touch(application, now)
    audit.record(session, principal, "application.submitted", encode("app", application.id), {})
    outbox.record(session, ApplicationSubmitted(application_id=application.id, person_id=application.person_id))
    session.flush()  # the answer shows what is stored
    return found


def withdraw(session: Session, principal: Principal, application_id: UUID) -> Full:
    """Take it back, and erase what was personal in it and in its appeals. The audit and the bare facts stay.

    Withdrawing twice is the same as once. Records `ApplicationWithdrawn`, whose handler erases the files.
    """
    application = lock(session, principal, application_id)
    if application.state != ApplicationState.WITHDRAWN:
        states.move(application, ApplicationState.WITHDRAWN, APPLICATION)
        application.answers = {}
        application.product, application.reason = "", ""
        application.grams = application.spoils_at = application.region_code = None
        queries.drop_secrets(session, application.id)
        appeals.forget(session, queries.linked_appeals(session, application.id))
        for request in queries.requests(session, application.id):
            request.note = ""
        _touch(application, clock.read(session))
        audit.record(session, principal, "application.withdrawn", encode("app", application.id), {})
        outbox.record(session, ApplicationWithdrawn(application_id=application.id, person_id=application.person_id))
        session.flush()  # `full` reads what is left
    return full(session, application)


def _touch(application: Application, now: datetime) -> None:
    application.version += 1
    application.updated_at = now
