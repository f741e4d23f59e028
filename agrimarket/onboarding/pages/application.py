"""The application: an overview with its steps, one group of questions a page, saved at every step."""

from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from pydantic import JsonValue

from agrimarket.http.formdata import Fields, filled_in, last, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.integrations.storage import storage
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.i18n import catalogue, t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ApplicationId
from agrimarket.onboarding import document_flows, files, views
from agrimarket.onboarding.errors import DocumentUnreadable, OtherKindOpen
from agrimarket.onboarding.forms import Step
from agrimarket.onboarding.pages import regions as picking
from agrimarket.onboarding.pages.reading import UNITS, answers_of, split_weight
from agrimarket.onboarding.service import applications, payouts, second_looks
from agrimarket.onboarding.service.applications import Full
from agrimarket.onboarding.states import ApplicationKind
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]


def _path(found: Full, step: str = "") -> str:
    base = f"/applications/{ids.encode('app', found.application.id)}"
    return f"{base}/{step}" if step else base


@page("/apply")
def choose(request: AnyRequest, principal: NamedDependency[Principal], appeal: FromQuery[str] = "") -> Response[Any]:
    """Who applies: a farmer, a cooperative, an enterprise. Who is not signed in is asked to."""
    return render_page(request, "apply.html", visitor=principal, kinds=_kinds(request), appeal_id=appeal, errors={})


def _kinds(request: AnyRequest) -> list[tuple[str, str, str]]:
    language = language_of(request)
    return [
        (kind.value, t(f"apply.kind.{kind}", language), t(f"apply.kind.{kind}.help", language))
        for kind in ApplicationKind
    ]


@form("/apply")
def begin(
    request: AnyRequest,
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Response[Any]:
    """Begin, or go on with the open one."""
    given = texts(data)
    appeal = given.get("appeal_id", "")
    try:
        kind = _kind(given.get("kind", ""))
        with db.transaction() as session:
            appeal_id = ids.parse("apl", appeal) if appeal else None
            found = applications.begin(session, principal, kind, appeal_id, language)
    except (InvalidFields, OtherKindOpen) as refusal:
        return render_page(
            request,
            "apply.html",
            visitor=principal,
            status_code=422,
            kinds=_kinds(request),
            appeal_id=appeal,
            errors=errors_of(request, refusal),
        )
    return see_other(_path(found))


def _kind(text: str) -> ApplicationKind:
    if text not in [kind.value for kind in ApplicationKind]:
        raise InvalidFields([("/kind", "choice_unknown", {})])
    return ApplicationKind(text)


@page("/applications")
def mine(request: AnyRequest, db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Response[Any]:
    """Yours, and those you filed for others; where there is one only, that one."""
    with db.transaction() as session:
        found = applications.listed(session, principal)
    if len(found) == 1:
        return see_other(_path(found[0]))
    rows = [(_path(each), views.application(each, language_of(request))) for each in found]
    return render_page(request, "applications.html", visitor=principal, rows=rows)


@page("/applications/{application_id:str}")
def overview(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Response[Any]:
    """The steps, what is left, what the reviewer asks, what happens next."""
    with db.transaction() as session:
        found = applications.read(session, principal, application_id)
    return _overview(request, principal, found)


def _overview(request: AnyRequest, who: Principal, found: Full, error: DomainError | None = None) -> Template:
    errors = {}
    if isinstance(error, InvalidFields):
        steps = [pointer.split("/")[2] for pointer, *_ in error.fields]
        language = language_of(request)
        errors = {
            f"step-{name}": t("application.step_left", language, step=t(f"form.step.{name}", language))
            for name in steps
        }
    elif error is not None:
        errors = errors_of(request, error)
    return render_page(
        request,
        "application.html",
        visitor=who,
        status_code=422 if error else 200,
        application=views.application(found, language_of(request)),
        base=_path(found),
        gave_bank=payouts.chose_bank_transfer(found.application),
        errors=errors,
    )


@page("/applications/{application_id:str}/documents")
def show_documents(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Response[Any]:
    """The step that takes files; its form comes back in another encoding, so it has an address of its own."""
    return _step_page(request, db, principal, application_id, "documents")


@page("/applications/{application_id:str}/{step:str}")
def show_step(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    step: FromPath[str],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    within: FromQuery[str] = "",
) -> Response[Any]:
    """One group of questions, with what was answered before."""
    return _step_page(request, db, principal, application_id, step, within=within)


def _step_page(
    request: AnyRequest, db: Database, principal: Principal, application_id: UUID, name: str, *, within: str = ""
) -> Response[Any]:
    """The step's form; the overview, which says why, where it cannot be changed now."""
    with db.transaction() as session:
        found = applications.read(session, principal, application_id)
    step = found.form.step(name)
    if name not in found.open_steps():
        return see_other(_path(found))
    return _show_step(request, db, principal, found, step, within=within)


def _show_step(
    request: AnyRequest,
    db: Database,
    who: Principal,
    found: Full,
    step: Step,
    *,
    typed: dict[str, Any] | None = None,
    region_typed: str = "",
    within: str = "",
    error: DomainError | None = None,
) -> Template:
    language = language_of(request)
    known = {name: value for name, value in found.answers(step).items() if not step.secret(name)}
    values = {**known, **{name: value for name, value in (typed or {}).items() if value is not None}}
    region = None
    if "region_code" in step.fields:
        candidates: list[dict[str, str]] = error.values.get("candidates", []) if error else []
        with db.reading() as session:
            region = picking.picker(session, str(known.get("region_code", "")), region_typed, within, candidates)
    names = [each.name for each in found.form.steps]
    position = names.index(step.name) + 1
    return render_page(
        request,
        "application_step.html",
        visitor=who,
        status_code=422 if error else 200,
        found=found,
        step=step,
        position=position,
        total=len(names),
        base=_path(found),
        back=_path(found, names[position - 2]) if position > 1 else _path(found),
        fields=[_field(step, name, values, language) for name in step.fields],
        masked={name: found.secrets[name].masked for name in step.fields if name in found.secrets},
        asked=[
            row for row in views.application(found, language).requests if row.step == step.name and not row.answered
        ],
        region=region,
        errors=errors_of(request, error) if error else {},
    )


def _field(step: Step, name: str, values: dict[str, Any], language: str) -> dict[str, Any]:
    """What a template needs to ask for one field."""
    definition = step.definitions[name]
    choices: list[str] = definition.get("enum") or definition.get("items", {}).get("enum") or []
    help_key = f"form.help.{name}"
    kind = definition.get("x-input") or (
        "checkboxes"
        if definition.get("type") == "array"
        else "radios"
        if choices
        else "check"
        if "const" in definition
        else "text"
    )
    value = values.get(name, [] if kind == "checkboxes" else "")
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    number, unit = split_weight(str(value)) if kind == "weight" else ("", "")
    return {
        "name": name,
        "kind": kind,
        "label": t(f"form.field.{name}", language),
        "help": t(help_key, language) if help_key in catalogue(language) else "",
        "value": value,
        "number": number,
        "unit": unit,
        "units": [(each, t(f"unit.{each}", language)) for each in UNITS],
        "options": [(choice, t(f"form.choice.{name}.{choice}", language)) for choice in choices],
        "required": name in step.required,
        "autocomplete": definition.get("x-autocomplete", ""),
        "inputmode": "decimal" if definition.get("type") in ("number", "integer") else "",
        "maxlength": definition.get("maxLength", 60),
    }


@form("/applications/{application_id:str}/{step:str}")
def save_step(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    step: FromPath[str],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Response[Any]:
    """Keep what is right, show again what is not, go on to the next step where all is."""
    given = texts(data)
    with db.transaction() as session:
        found = applications.read(session, principal, application_id)
        asked = found.form.step(step)
        answers = answers_of(asked, data)
        refused: DomainError | None = None
        if "region_code" in asked.fields:
            known = str(found.answers(asked).get("region_code", ""))
            code, refused = picking.read_region(session, given, known)
            answers["region_code"] = code or None
    version = filled_in(given.get("version", ""))
    try:
        found = _keep(db, principal, found, asked, version, answers)
    except DomainError as refusal:
        refused = refused or refusal
        with db.transaction() as session:
            found = applications.read(session, principal, application_id)
    if "region_code" in asked.fields and given.get("within"):
        return picking.look_within(_path(found, step), given)
    if refused is not None:
        region_typed = given.get("region", "")
        typed = {**answers, **{name: given[name] for name in asked.fields if asked.number(name) and name in given}}
        return _show_step(request, db, principal, found, asked, typed=typed, region_typed=region_typed, error=refused)
    names = [each.name for each in found.form.steps if each.name in found.open_steps()]
    later = names[names.index(step) + 1 :] if step in names else []
    return see_other(_path(found, later[0] if later else ""))


def _keep(db: Database, who: Principal, found: Full, step: Step, version: int, answers: dict[str, Any]) -> Full:
    """Save all; where something is not right, save the rest and tell what is not."""
    try:
        with db.transaction() as session:
            return applications.save_step(session, who, found.application.id, step.name, version, answers)
    except InvalidFields as refusal:
        wrong = {pointer.strip("/").partition("/")[0] for pointer, *_ in refusal.fields}
        rest = {name: value for name, value in answers.items() if name not in wrong}
        with db.transaction() as session:
            applications.save_step(session, who, found.application.id, step.name, version, rest)
        raise


@form("/applications/{application_id:str}/documents", request_max_body_size=3 * files.MAX_BYTES)
def save_documents(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    data: MultipartBody[dict[str, Any]],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Response[Any]:
    """Keep the files that were chosen; one that cannot be kept is told at its question, the others stay."""
    with db.transaction() as session:
        found = applications.read(session, principal, application_id)
    step = found.form.step("documents")
    wrong: list[tuple[str, str, dict[str, Any]]] = []
    for name in step.fields:
        given = last(data.get(name))
        if isinstance(given, str) and given.strip():
            wrong.append((f"/{name}", DocumentUnreadable.code, {}))
        if isinstance(given, UploadFile) and (content := given.file.read()):
            try:
                document = document_flows.upload(
                    db, storage(settings), principal, application_id, given.filename, content
                )
                kept: dict[str, JsonValue] = {name: ids.encode("doc", document.id)}
                with db.transaction() as session:
                    version = applications.read(session, principal, application_id).application.version
                    found = applications.save_step(session, principal, application_id, step.name, version, kept)
            except DomainError as refusal:
                wrong.append((f"/{name}", refusal.code, refusal.values))
    if wrong:
        with db.transaction() as session:
            found = applications.read(session, principal, application_id)
        return _show_step(request, db, principal, found, step, error=InvalidFields(wrong))
    return see_other(_path(found, "needs"))


@form("/applications/{application_id:str}/submit")
def submit(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Response[Any]:
    """Send it in; what is left is linked."""
    try:
        with db.transaction() as session:
            found = applications.submit(session, principal, application_id)
    except InvalidFields as refusal:
        with db.transaction() as session:
            found = applications.read(session, principal, application_id)
        return _overview(request, principal, found, refusal)
    return see_other(_path(found))


@form("/applications/{application_id:str}/withdraw")
def withdraw(
    application_id: FromPath[ApplicationId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Redirect:
    """Take it back; what was personal is erased."""
    with db.transaction() as session:
        found = applications.withdraw(session, principal, application_id)
    return see_other(_path(found))


@form("/applications/{application_id:str}/appeal")
def appeal_decision(
    application_id: FromPath[ApplicationId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Redirect:
    """Have a rejection looked at again by someone else."""
    with db.transaction() as session:
        found = second_looks.appeal(session, principal, application_id)
    return see_other(_path(found))


HANDLERS: list[ControllerRouterHandler] = [
    choose,
    begin,
    mine,
    overview,
    show_documents,
    show_step,
    save_step,
    save_documents,
    submit,
    withdraw,
    appeal_decision,
]
