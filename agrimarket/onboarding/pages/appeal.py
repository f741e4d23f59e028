"""The appeal in four short pages: what, where, who, and the code that signs it. No account, no script needed.

Who is signed in needs no code, unless they fill it in for another farmer: then that farmer's phone signs.
"""

from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from pydantic import ValidationError
from sqlmodel import Session

from agrimarket.accounts import limits
from agrimarket.accounts.errors import CodeTooSoon
from agrimarket.accounts.flows import sign_in as flows
from agrimarket.accounts.service import sign_in
from agrimarket.http.client import client_network
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.http.principal import COOKIE as SESSION
from agrimarket.http.problems import STATUS, fields_of
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields, NotFound
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AppealId
from agrimarket.onboarding import views
from agrimarket.onboarding.pages import regions as picking
from agrimarket.onboarding.pages.reading import UNITS, split_weight, weight_of, weight_words
from agrimarket.onboarding.schemas import AppealIn
from agrimarket.onboarding.service import appeals, documents, drafts
from agrimarket.onboarding.states import TruckAccess
from agrimarket.settings import Settings

COOKIE = "appeal"
STEPS: dict[str, tuple[str, ...]] = {
    "produce": ("product", "quantity", "spoils_in_days"),
    "place": ("region_code", "truck_access", "note"),
    "person": ("whose", "name", "phone"),
    "code": ("code",),
}
_LAST = ("person", "code")
"""The pages by which an appeal is filed."""
MINE, ANOTHERS = "mine", "anothers"
_NOT_SAID = ("region", "whose", "phone", "code")
"""Fields that are no part of the appeal itself."""
AnyRequest = Request[Any, Any, Any]


def cookie(settings: Settings, token: str) -> Cookie:
    """By which the draft is found again, for as long as it is kept."""
    return _cookie(settings, COOKIE, token, 30)


def _signs(visitor: Principal | None, typed: dict[str, str]) -> bool:
    """Whether being signed in is enough: it is their own harvest."""
    return visitor is not None and typed.get("whose") != ANOTHERS


def _said(typed: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in typed.items() if value and name not in _NOT_SAID}


def _cookie(settings: Settings, name: str, value: str, days: int) -> Cookie:
    secure = settings.base_url.startswith("https://")
    return Cookie(name, value=value, path="/", httponly=True, secure=secure, samesite="lax", max_age=days * 86_400)


def _show(
    request: AnyRequest,
    db: Database,
    visitor: Principal | None,
    step: str,
    typed: dict[str, str],
    *,
    within: str = "",
    error: DomainError | None = None,
) -> Template:
    names = list(STEPS)
    candidates: list[dict[str, str]] = error.values.get("candidates", []) if error else []
    with db.reading() as session:
        region = None
        if step == "place":
            region = picking.picker(session, typed.get("region_code", ""), typed.get("region", ""), within, candidates)
    number, unit = split_weight(typed.get("quantity", ""))
    return render_page(
        request,
        "appeal_step.html",
        visitor=visitor,
        status_code=422 if error else 200,
        step=step,
        position=names.index(step) + 1,
        total=len(names) - (1 if _signs(visitor, typed) else 0),
        back=f"/appeal/{names[names.index(step) - 1]}" if step != names[0] else "",
        typed=typed,
        number=number,
        unit=unit,
        units=[(each, t(f"unit.{each}", language_of(request))) for each in UNITS],
        whose=[(each, t(f"appeal.whose.{each}", language_of(request))) for each in (MINE, ANOTHERS)],
        signs=_signs(visitor, typed),
        trucks=[(each.value, t(f"form.choice.truck_access.{each}", language_of(request))) for each in TruckAccess],
        region=region,
        errors=errors_of(request, error) if error else {},
    )


@page("/appeal")
def begin(request: AnyRequest, db: NamedDependency[Database]) -> Redirect:
    """To the first page that is not answered yet."""
    with db.reading() as session:
        typed = drafts.load(session, request.cookies.get(COOKIE))
    first = next((step for step in STEPS if _refusal(step, typed, signed=False)), "person")
    return see_other(f"/appeal/{first}")


@page("/appeal/{step:str}")
def show(
    request: AnyRequest,
    step: FromPath[str],
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    within: FromQuery[str] = "",
) -> Template:
    """One page of the appeal, with what was typed before."""
    if step not in STEPS:
        raise NotFound
    with db.reading() as session:
        typed = drafts.load(session, request.cookies.get(COOKIE))
    return _show(request, db, visitor, step, typed, within=within)


def _refusal(step: str, typed: dict[str, str], *, signed: bool) -> InvalidFields | None:
    """What is not right yet on that page."""
    try:
        AppealIn.model_validate(_said(typed))
    except ValidationError as error:
        wrong = fields_of(error).fields
    else:
        wrong = []
    wanted = [name for name in STEPS[step] if not (name == "whose" or (signed and name in ("phone", "code")))]
    wrong = [entry for entry in wrong if entry[0].strip("/").partition("/")[0] in wanted]
    bare = [name for name in ("region_code", "phone", "code") if name in wanted and not typed.get(name)]
    wrong += [(f"/{name}", "missing", {}) for name in bare]
    return InvalidFields(wrong) if wrong else None


def _read(step: str, given: dict[str, str], typed: dict[str, str]) -> dict[str, str]:
    """What is known after this page: earlier answers, and this page's in place of its own."""
    fresh = {name: given.get(name, "").strip() for name in STEPS[step] if name != "region_code"}
    if step == "produce":
        fresh["quantity"] = weight_of(given, "quantity")
    return {**typed, **fresh}


@form("/appeal/{step:str}")
def save(
    request: AnyRequest,
    step: FromPath[str],
    data: Fields,
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    settings: NamedDependency[Settings],
    language: NamedDependency[str],
) -> Response[Any]:
    """Keep this page's answers, right or not, and go on where they are right."""
    if step not in STEPS:
        raise NotFound
    token, given, refused = request.cookies.get(COOKIE), texts(data), None
    with db.transaction() as session:
        known = drafts.load(session, token, lock=True)
        if step in _LAST and drafts.FILED in known:
            return _filed_before(session, settings, known, given)
        typed = _read(step, given, {} if drafts.FILED in known else known)
        if step == "place":
            typed["region_code"], refused = picking.read_region(session, given, typed.get("region_code", ""))
            typed["region"] = given.get("region", "") if refused else ""
        kept = {name: value for name, value in typed.items() if name != "code"}
        token = drafts.keep(session, token, kept)
    refused = refused or _refusal(step, typed, signed=_signs(visitor, typed))
    answer: Response[Any] | None = None
    if step == "place" and given.get("within"):
        answer = picking.look_within(f"/appeal/{step}", given)
    elif refused is None:
        try:
            answer = _go_on(request, db, visitor, settings, language, step, typed, token)
        except DomainError as refusal:
            with db.transaction() as session:  # the same page may have been sent twice, and the other is done
                known = drafts.load(session, token)
                if step in _LAST and drafts.FILED in known:
                    return _filed_before(session, settings, known, given)
            refused = refusal
    if answer is None:
        answer = _show(request, db, visitor, step, typed, error=refused)
    answer.cookies = [*answer.cookies, cookie(settings, token)]
    return answer


def _go_on(
    request: AnyRequest,
    db: Database,
    visitor: Principal | None,
    settings: Settings,
    language: str,
    step: str,
    typed: dict[str, str],
    token: str,
) -> Response[Any]:
    """To the next page; after the name where being signed in is enough, else after the code, the appeal is filed."""
    names = list(STEPS)
    if step in _LAST:
        before, signed = names[: names.index(step)], _signs(visitor, typed)
        earlier = next((name for name in before if _refusal(name, typed, signed=signed)), None)
        if earlier:
            return see_other(f"/appeal/{earlier}")
    if step == "person":
        if not _signs(visitor, typed):
            limits.code_request(client_network(request, settings.trusted_proxies), typed["phone"])
            try:
                with db.transaction() as session:
                    sign_in.request_code(session, typed["phone"], language)
            except CodeTooSoon:
                pass  # the code of a minute ago still signs
            return see_other("/appeal/code")
    elif step != "code":
        return see_other(f"/appeal/{names[names.index(step) + 1]}")
    person_id, cookies = _signer(request, db, visitor, settings, language, typed)
    agent = visitor.person_id if visitor and visitor.person_id != person_id else None
    data = AppealIn.model_validate(_said(typed))
    with db.transaction() as session:
        region = appeals.find_region(session, data.region_code, None)
        filed = appeals.file(session, person_id, region, data, filed_by=agent)
        appeal_id = ids.encode("apl", filed.appeal.id)
        # An agent's browser stays the agent's, even where the farmer's code is sent once more.
        drafts.done(session, token, appeal_id, person_id, "" if agent else typed.get("code", ""))
    answer = see_other(f"/appeals/{appeal_id}")
    answer.cookies = cookies
    return answer


def _signer(
    request: AnyRequest,
    db: Database,
    visitor: Principal | None,
    settings: Settings,
    language: str,
    typed: dict[str, str],
) -> tuple[UUID, list[Cookie]]:
    """Whose appeal it is. Who was not signed in is by their code; an agent stays who they are."""
    if visitor is not None and _signs(visitor, typed):
        return visitor.person_id, []
    limits.phone_try(client_network(request, settings.trusted_proxies), typed["phone"])
    if visitor is not None:
        return flows.confirm_phone(db, typed["phone"], typed["code"], language), []
    token, principal = flows.with_code(db, typed["phone"], typed["code"], language)
    return principal.person_id, [_cookie(settings, SESSION, token, 30)]


def _filed_before(session: Session, settings: Settings, known: dict[str, str], given: dict[str, str]) -> Response[Any]:
    """To the appeal that this draft has become already."""
    answer = see_other(f"/appeals/{known[drafts.FILED]}")
    person_id = drafts.signer(session, known, given.get("code", "").strip())
    if person_id is not None:
        token, _ = sign_in.open_session(session, person_id)
        answer.cookies = [_cookie(settings, SESSION, token, 30)]
    return answer


@page("/appeals/{appeal_id:str}")
def follow(
    request: AnyRequest,
    appeal_id: FromPath[AppealId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Template:
    """The number, what happens next and by when, whether roads are closed, photos, and what to do meanwhile."""
    return show_filed(request, db, principal, appeal_id, language)


def show_filed(
    request: AnyRequest,
    db: Database,
    principal: Principal,
    appeal_id: UUID,
    language: str,
    *,
    error: DomainError | None = None,
) -> Template:
    """The page of a filed appeal, with what could not be done."""
    with db.transaction() as session:
        filed = appeals.read(session, principal, appeal_id)
    out = views.appeal(filed, language)
    left = (filed.appeal.spoils_at - filed.appeal.reported_at).total_seconds() / 86_400
    whole = (filed.appeal.spoils_at - filed.appeal.created_at).total_seconds() / 86_400
    return render_page(
        request,
        "appeal.html",
        visitor=principal,
        status_code=STATUS[error.kind] if error else 200,
        appeal=out,
        appeal_id=ids.encode("apl", appeal_id),
        quantity=weight_words(out.quantity_text, language) or t("appeal.not_said", language),
        photos=[ids.encode("doc", photo) for photo in out.photos],
        more=documents.MOST_PHOTOS - len(out.photos),
        errors=_photo_errors(request, error) if error else {},
        left=left,
        whole=whole,
    )


def _photo_errors(request: AnyRequest, error: DomainError) -> dict[str, str]:
    """What is wrong with the photos, at their question."""
    return {"photos": next(iter(errors_of(request, error).values()))}


@form("/appeals/{appeal_id:str}/close")
def close(
    appeal_id: FromPath[AppealId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Redirect:
    """Help is no longer needed."""
    with db.transaction() as session:
        appeals.close(session, principal, appeal_id)
    return see_other(f"/appeals/{ids.encode('apl', appeal_id)}")


HANDLERS: list[ControllerRouterHandler] = [begin, show, save, follow, close]
