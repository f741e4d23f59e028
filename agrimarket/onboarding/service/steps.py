"""Steps of an application: each is saved on its own, so that a lost signal costs one page and not the whole."""

from typing import Any
from uuid import UUID

from pydantic import JsonValue
from sqlmodel import Session

from agrimarket.kernel import clock
from agrimarket.kernel.errors import InvalidFields
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.onboarding import rules
from agrimarket.onboarding.errors import ApplicationChanged, StepClosed
from agrimarket.onboarding.forms import validation
from agrimarket.onboarding.forms.definitions import Step
from agrimarket.onboarding.models.applications import Application
from agrimarket.onboarding.queries import applications as queries
from agrimarket.onboarding.queries import documents
from agrimarket.onboarding.service import answers, applications
from agrimarket.onboarding.states import DocumentState
from agrimarket.onboarding.types import Dossier
from agrimarket.regions.errors import OriginNotServed, RegionUnknown
from agrimarket.regions.service import places, served


def save(
    session: Session,
    principal: Principal,
    application_id: UUID,
    name: str,
    version: int,
    given: dict[str, JsonValue],
) -> Dossier:
    """Keep answers to the step `name`; null takes one back. A field that is not named stays as it was.

    Nothing is kept unless all of it is well formed (`InvalidFields`). `ApplicationChanged` if the application is not
    at `version` any more, `StepClosed` if that step cannot be changed now.
    """
    application = applications.mine(session, principal, application_id, lock=True)
    if application.version != version:
        raise ApplicationChanged(version=application.version)
    theirs = applications.dossier(session, application)
    step = theirs.form.step(name)
    if name not in theirs.open_steps():
        raise StepClosed(open=theirs.open_steps())
    kept = validation.check(theirs.form, step, {field: value for field, value in given.items() if value is not None})
    _check_facts(session, application, step, kept)
    kept = {field: value for field, value in kept.items() if not step.confirms(field)}
    _keep(session, application, step, kept, dropped=[field for field, value in given.items() if value is None])
    now = clock.read(session)
    queries.answer_requests(session, application.id, name, now)
    application.version += 1
    application.updated_at = now
    session.flush()  # `dossier` reads what was kept
    return applications.dossier(session, application)


def _keep(session: Session, application: Application, step: Step, kept: dict[str, Any], dropped: list[str]) -> None:
    secret = [field for field in step.fields if step.secret(field)]
    answers.seal(session, application, step, {field: kept[field] for field in secret if field in kept})
    if gone := [field for field in dropped if field in secret]:
        queries.drop_secrets(session, application.id, gone)
    plain = {**application.answers.get(step.name, {}), **{f: value for f, value in kept.items() if f not in secret}}
    answers.store(application, step, {f: value for f, value in plain.items() if f not in dropped})


def _check_facts(session: Session, application: Application, step: Step, given: dict[str, Any]) -> None:
    """Refuse well-formed answers that are wrong according to the database."""
    wrong: list[tuple[str, str, dict[str, Any]]] = []
    if "region_code" in given:
        try:
            served.require_origin(session, places.get(session, given["region_code"]))
        except RegionUnknown:
            wrong.append(("/region_code", "region_unknown", {}))
        except OriginNotServed as refusal:
            wrong.append(("/region_code", "origin_not_served", {"places": refusal.values["places"]}))
    wrong += rules.strange(given, clock.read(session))
    wanted = {name: value for name, value in given.items() if step.document(name)}
    if wanted:
        rows = documents.of_application(session, application.id)
        there = {reference("document", row.id) for row in rows if row.state == DocumentState.STORED}
        wrong += [(f"/{name}", "document_not_there", {}) for name, value in wanted.items() if value not in there]
    if wrong:
        raise InvalidFields(wrong)
