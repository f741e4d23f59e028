"""Pages of an application's steps: one group of questions each, saved on its own."""

from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields, filled_in, last, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.integrations.storage import Storage, storage
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ApplicationId, reference
from agrimarket.onboarding.documents import files
from agrimarket.onboarding.errors import DocumentUnreadable
from agrimarket.onboarding.flows import documents as flows
from agrimarket.onboarding.forms.definitions import Step
from agrimarket.onboarding.forms.validation import Finding
from agrimarket.onboarding.pages import answers, region_picker
from agrimarket.onboarding.pages.applications import path_of
from agrimarket.onboarding.pages.region_picker import Picker
from agrimarket.onboarding.schemas.applications import InfoRequestOut
from agrimarket.onboarding.service import applications, steps
from agrimarket.onboarding.service.documents import STEP as DOCUMENTS
from agrimarket.onboarding.types import Dossier
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]
CHECK = "check"
"""Last part of the address where all answers are checked, and field of a form that leads back there."""


def _read(db: Database, principal: Principal, application_id: UUID) -> Dossier:
    with db.transaction() as session:
        return applications.read(session, principal, application_id)


@page("/applications/{application_id:str}/documents")
def show_documents(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    check: FromQuery[str] = "",
) -> Response[Any]:
    """Page of the step that takes files; its form has another encoding, and therefore an address of its own."""
    return _page(request, db, principal, application_id, DOCUMENTS, check=check)


@page("/applications/{application_id:str}/{step:str}")
def show(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    step: FromPath[str],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    within: FromQuery[str] = "",
    check: FromQuery[str] = "",
) -> Response[Any]:
    """Page of one step's questions, with earlier answers. With `check`, saving leads back to where all are checked."""
    return _page(request, db, principal, application_id, step, within=within, check=check)


def _page(
    request: AnyRequest,
    db: Database,
    principal: Principal,
    application_id: UUID,
    name: str,
    *,
    within: str = "",
    check: str,
) -> Response[Any]:
    """The step's form; or the overview, with the reason, if the step cannot be changed now."""
    theirs = _read(db, principal, application_id)
    if theirs.form.step(name).name not in theirs.open_steps():
        return see_other(path_of(application_id))
    return _form(request, db, principal, theirs, name, within=within, check=check)


def _form(
    request: AnyRequest,
    db: Database,
    principal: Principal,
    theirs: Dossier,
    name: str,
    data: dict[str, Any] | None = None,
    *,
    within: str = "",
    check: str = "",
    refusal: DomainError | None = None,
) -> Template:
    """The step's form with earlier answers, or with the answers just typed (`data`) that are refused."""
    step, language = theirs.form.step(name), language_of(request)
    names = [each.name for each in theirs.form.steps]
    at, application = names.index(name), theirs.application
    known = {field: value for field, value in theirs.answers(step).items() if not step.secret(field)}
    values = {**known, **answers.typed(step, data, language)} if data is not None else known
    return render_page(
        request,
        "steps.html",
        visitor=principal,
        refusal=refusal,
        refused_as=422,
        errors=region_picker.at_field(errors_of(request, refusal)) if refusal else {},
        version=application.version,
        step=step,
        position=at + 1,
        total=len(names),
        base=path_of(application.id),
        back=path_of(application.id, CHECK if check else names[at - 1] if at else ""),
        check=check,
        fields=[answers.control(step, field, values.get(field), language) for field in _asked(step, refusal)],
        masked={field: theirs.secrets[field].masked for field in step.fields if field in theirs.secrets},
        asked=[InfoRequestOut.of(row, language) for row in theirs.requests if row.step == name and not row.answered_at],
        region=_picker(db, theirs, step, data or {}, within, refusal) if "region_code" in step.fields else None,
    )


def _asked(step: Step, refusal: DomainError | None) -> list[str]:
    """Fields that the page asks for; one that confirms another is asked for once that one was found unusual."""
    unusual = isinstance(refusal, InvalidFields) and refusal.has("bank_number_unlike_card")
    return [field for field in step.fields if unusual or not step.confirms(field)]


def _picker(
    db: Database, theirs: Dossier, step: Step, data: dict[str, Any], within: str, refusal: DomainError | None
) -> Picker:
    code = str(theirs.answers(step).get("region_code", ""))
    with db.reading() as session:
        return region_picker.show(session, code, texts(data).get("region", ""), within, refusal)


def show_again(
    request: AnyRequest,
    application_id: UUID,
    step: str,
    data: dict[str, Any],
    db: Database,
    principal: Principal,
    refusal: DomainError,
) -> Response[Any]:
    """The form with its mistakes; or with the regions in another, if that one's button was pressed."""
    theirs = _read(db, principal, application_id)
    return _within(theirs, step, data) or _form(
        request, db, principal, theirs, step, data, check=texts(data).get("check", ""), refusal=refusal
    )


def _within(theirs: Dossier, name: str, data: dict[str, Any]) -> Redirect | None:
    """Redirect to the same page with the regions in another, if that one's button was pressed."""
    given = texts(data)
    if "region_code" in theirs.form.step(name).fields and given.get("within"):
        return region_picker.look_within(path_of(theirs.application.id, name), given)
    return None


@form("/applications/{application_id:str}/{step:str}", again=show_again)
def save(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    step: FromPath[str],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Save the valid answers; go on to the next step if all are valid, else show the form again."""
    theirs = _keep(db, principal, application_id, step, data, language_of(request))
    return _within(theirs, step, data) or see_other(_following(theirs, step, data))


def _following(theirs: Dossier, name: str, data: dict[str, Any]) -> str:
    """Address of the next step that is open; of the check of all answers after the last, or if one came from there."""
    open_steps = [step.name for step in theirs.form.steps if step.name in theirs.open_steps()]
    later = open_steps[open_steps.index(name) + 1 :] if name in open_steps else []
    return path_of(theirs.application.id, later[0] if later and not texts(data).get("check") else CHECK)


def _keep(
    db: Database, principal: Principal, application_id: UUID, name: str, data: dict[str, Any], language: str
) -> Dossier:
    """Save the form's valid answers; then raise its mistakes, an unclear place first."""
    given, unclear = texts(data), None
    theirs = _read(db, principal, application_id)
    step = theirs.form.step(name)
    said = answers.read(step, data, language)
    if "region_code" in step.fields:
        known = str(theirs.answers(step).get("region_code", ""))
        with db.reading() as session:
            code, unclear = region_picker.read(session, given, known)
        said["region_code"] = code or None
    try:
        theirs = _save_valid(db, principal, application_id, name, filled_in(given.get("version", "")), said)
    except DomainError as refusal:
        raise unclear or refusal from refusal
    if unclear is not None:
        raise unclear
    return theirs


def _save_valid(
    db: Database, principal: Principal, application_id: UUID, name: str, version: int, said: dict[str, Any]
) -> Dossier:
    """Save all answers; if some are invalid, save the rest and raise `InvalidFields`."""
    try:
        with db.transaction() as session:
            return steps.save(session, principal, application_id, name, version, said)
    except InvalidFields as refusal:
        wrong = {pointer.strip("/").partition("/")[0] for pointer, *_ in refusal.fields}
        rest = {field: value for field, value in said.items() if field not in wrong}
        with db.transaction() as session:
            steps.save(session, principal, application_id, name, version, rest)
        raise


def show_documents_again(
    request: AnyRequest, application_id: UUID, db: Database, principal: Principal, refusal: DomainError
) -> Template:
    """The form with the files that could not be kept."""
    theirs = _read(db, principal, application_id)
    return _form(request, db, principal, theirs, DOCUMENTS, refusal=refusal)


@form(
    "/applications/{application_id:str}/documents",
    again=show_documents_again,
    request_max_body_size=3 * files.MAX_BYTES,
)
def save_documents(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    data: MultipartBody[dict[str, Any]],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Keep the chosen files; a refused one is reported at its question, the others stay."""
    theirs, into = _read(db, principal, application_id), storage(settings)
    fields = theirs.form.step(DOCUMENTS).fields
    kept = [_keep_file(db, into, principal, application_id, name, last(data.get(name))) for name in fields]
    if wrong := [finding for finding in kept if finding is not None]:
        raise InvalidFields(wrong)
    return see_other(_following(theirs, DOCUMENTS, data))


def _keep_file(
    db: Database, into: Storage, principal: Principal, application_id: UUID, name: str, given: Any
) -> Finding | None:
    """Upload the file chosen for that field and make it the answer; returns the reason if it cannot be kept."""
    if isinstance(given, str) and given.strip():
        return f"/{name}", DocumentUnreadable.code, {}
    if not isinstance(given, UploadFile) or not (content := given.file.read()):
        return None
    try:
        document = flows.upload(db, into, principal, application_id, given.filename, content)
        with db.transaction() as session:
            version = applications.mine(session, principal, application_id).version
            answer = {name: reference("document", document.id)}
            steps.save(session, principal, application_id, DOCUMENTS, version, {**answer})
    except DomainError as refusal:
        return f"/{name}", refusal.code, refusal.values
    return None


HANDLERS: list[ControllerRouterHandler] = [show_documents, show, save, save_documents]
