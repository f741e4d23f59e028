"""Review requests: a rejected application is reviewed once more, with the same answers, by somebody else."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.kernel.errors import found
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.onboarding.errors import AlreadySeller, NotRejected
from agrimarket.onboarding.forms import definitions
from agrimarket.onboarding.models.applications import Application
from agrimarket.onboarding.queries import applications as queries
from agrimarket.onboarding.service import answers, applications
from agrimarket.onboarding.states import OPEN, ApplicationKind, ApplicationState
from agrimarket.onboarding.types import Dossier


def request(session: Session, principal: Principal, application_id: UUID) -> Dossier:
    """Make a new draft with the answers of a rejected application, for another reviewer to decide.

    The rejected one stays as it is. Requesting again returns the open draft. `NotRejected` in every other state,
    `AlreadySeller` for somebody who has been approved since.
    """
    rejected = applications.mine(session, principal, application_id, lock=True)
    if rejected.state != ApplicationState.REJECTED:
        raise NotRejected
    current = queries.current(session, rejected.person_id)
    if current is not None and current.state not in OPEN:
        raise AlreadySeller
    draft = None if current else queries.insert(session, _draft(rejected))
    if draft is None:
        return applications.dossier(session, found(current or queries.current(session, rejected.person_id)))
    _copy_answers(session, rejected, draft)
    details = {"previous": reference("application", rejected.id)}
    audit.record(session, principal, "application.review_requested", reference("application", draft.id), details)
    session.flush()  # `dossier` reads what was copied
    return applications.dossier(session, draft)


def _draft(rejected: Application) -> dict[str, Any]:
    kind = ApplicationKind(rejected.kind)
    who, version, language = rejected.person_id, rejected.form_version, rejected.language
    return applications.draft(who, rejected.filed_by, kind, version, language, previous_id=rejected.id)


def _copy_answers(session: Session, rejected: Application, draft: Application) -> None:
    """Copy the answers, except documents: they belong to the application that they were sent for, where the reviewer
    finds them."""
    secrets = queries.secrets(session, rejected.id)
    for step in definitions.form(rejected.kind, rejected.form_version).steps:
        hidden = {name: answers.unseal(secrets[name]) for name in step.fields if name in secrets}
        plain = rejected.answers.get(step.name, {})
        answers.seal(session, draft, step, hidden)
        answers.store(draft, step, {name: value for name, value in plain.items() if not step.document(name)})
