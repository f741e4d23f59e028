"""A rejection that is appealed: the same answers again, looked at by someone else."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.kernel import states
from agrimarket.kernel.crypto import decrypt
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding import forms, queries
from agrimarket.onboarding.models import Application
from agrimarket.onboarding.service import applications
from agrimarket.onboarding.service.applications import Full
from agrimarket.onboarding.states import APPLICATION, OPEN, ApplicationState


def appeal(session: Session, principal: Principal, application_id: UUID) -> Full:
    """A new draft with the answers of a rejected application, which another reviewer will decide.

    The rejected one stays as it is. Appealing again finds the draft that is open. `IllegalTransition` unless it was
    rejected.
    """
    rejected = applications.lock(session, principal, application_id)
    if rejected.state != ApplicationState.REJECTED:
        states.move(rejected, ApplicationState.SUBMITTED, APPLICATION)  # refused: no such arrow leaves these states
    draft = queries.insert_application(session, _row(rejected))
    if draft is None:
        current = queries.current_application(session, rejected.person_id)
        if current is None or current.state not in OPEN:
            raise NotFound
        return applications.full(session, current)
    form = forms.form(rejected.kind, rejected.form_version)
    secrets = queries.secrets(session, rejected.id)
    for step in form.steps:
        plain = {
            name: decrypt(secrets[name].sealed, context=applications.context(name, rejected.id))
            for name in step.fields
            if name in secrets
        }
        applications.seal(session, draft, step, plain)
        applications.store(draft, step, _without_files(form.step(step.name), rejected.answers.get(step.name, {})))
    details = {"previous": encode("app", rejected.id)}
    audit.record(session, principal, "application.decision_appealed", encode("app", draft.id), details)
    session.flush()  # `full` reads what was copied
    return applications.full(session, draft)


def _row(rejected: Application) -> dict[str, Any]:
    return {
        "id": new_id(),
        "person_id": rejected.person_id,
        "filed_by": rejected.filed_by,
        "previous_id": rejected.id,
        "kind": rejected.kind,
        "form_version": rejected.form_version,
        "state": ApplicationState.DRAFT,
        "language": rejected.language,
        "answers": {},
        "version": 1,
        "product": "",
        "fence": 0,
        "reason": "",
    }


def _without_files(step: forms.Step, answers: dict[str, Any]) -> dict[str, Any]:
    """Documents belong to the application that they were sent for; the reviewer finds them there."""
    return {name: value for name, value in answers.items() if step.definitions[name].get("format") != "document"}
