"""The appeal in four short pages: what, where, who, and the code that signs it. No account, no script needed."""

from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from pydantic import ValidationError
from sqlmodel import Session

from agrimarket.accounts import flows, limits
from agrimarket.accounts import service as accounts
from agrimarket.accounts.errors import CodeTooSoon
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page
from agrimarket.http.principal import COOKIE as SESSION
from agrimarket.http.problems import fields_of
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields, NotFound
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding import views
from agrimarket.onboarding.pages import regions as picking
from agrimarket.onboarding.pages.reading import UNITS, Fields, see_other, split_weight, texts, weight_of
from agrimarket.onboarding.schemas import AppealIn
from agrimarket.onboarding.service import appeals, drafts
from agrimarket.onboarding.states import TruckAccess
from agrimarket.settings import Settings

COOKIE = "appeal"
STEPS: dict[str, tuple[str, ...]] = {
    "produce": ("product", "quantity", "spoils_in_days"),
    "place": ("region_code", "truck_access", "note"),
    "person": ("name", "phone"),
    "code": ("code",),
}
_LAST = ("person", "code")
"""The pages by which an appeal is filed."""
AnyRequest = Request[Any, Any, Any]


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
    candidates: list[dict[str, str]] = error.details.get("candidates", []) if error else []
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
        total=len(names) - (1 if visitor else 0),
        back=f"/appeal/{names[names.index(step) - 1]}" if step != names[0] else "",
        typed=typed,
        number=number,
        unit=unit,
        units=[(each, t(f"unit.{each}", language_of(request))) for each in UNITS],
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
    given = {name: value for name, value in typed.items() if value and name not in ("region", "phone", "code")}
    try:
        AppealIn.model_validate(given)
    except ValidationError as error:
        wrong = fields_of(error).fields
    else:
        wrong = []
    wanted = [name for name in STEPS[step] if not (signed and name in ("phone", "code"))]
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
    refused = refused or _refusal(step, typed, signed=visitor is not None)
    answer: Response[Any] | None = None
    if refused is None:
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
    answer.cookies = [*answer.cookies, _cookie(settings, COOKIE, token, 30)]
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
    """To the next page; after the name for who is signed in, and after the code for others, the appeal is filed."""
    names = list(STEPS)
    if step in _LAST:
        before, signed = names[: names.index(step)], visitor is not None
        earlier = next((name for name in before if _refusal(name, typed, signed=signed)), None)
        if earlier:
            return see_other(f"/appeal/{earlier}")
    if step == "person":
        if visitor is None:
            limits.code_request(request, settings, typed["phone"])
            try:
                with db.transaction() as session:
                    accounts.request_code(session, typed["phone"], language)
            except CodeTooSoon:
                pass  # the code of a minute ago still signs
            return see_other("/appeal/code")
    elif step != "code":
        return see_other(f"/appeal/{names[names.index(step) + 1]}")
    answer_cookies: list[Cookie] = []
    if visitor is None:
        limits.phone_try(request, settings, typed["phone"])
        session_token, visitor = flows.sign_in_with_code(db, typed["phone"], typed["code"], language)
        answer_cookies = [_cookie(settings, SESSION, session_token, 30)]
    given = {name: value for name, value in typed.items() if value and name not in ("region", "phone", "code")}
    data = AppealIn.model_validate(given)
    with db.transaction() as session:
        region = appeals.find_region(session, data.region_code, None)
        filed = appeals.file(session, visitor.person_id, region, data)
        appeal_id = ids.encode("apl", filed.appeal.id)
        drafts.done(session, token, appeal_id, visitor.person_id, typed.get("code", ""))
    answer = see_other(f"/appeals/{appeal_id}")
    answer.cookies = answer_cookies
    return answer


def _filed_before(session: Session, settings: Settings, known: dict[str, str], given: dict[str, str]) -> Response[Any]:
    """To the appeal that this draft has become already."""
    answer = see_other(f"/appeals/{known[drafts.FILED]}")
    person_id = drafts.signer(session, known, given.get("code", "").strip())
    if person_id is not None:
        token, _ = accounts.open_session(session, person_id)
        answer.cookies = [_cookie(settings, SESSION, token, 30)]
    return answer


@page("/appeals/{appeal_id:str}")
def follow(
    request: AnyRequest,
    appeal_id: FromPath[str],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Template:
    """The number, what happens next and by when, whether roads are closed, and what to do meanwhile."""
    with db.transaction() as session:
        filed = appeals.read(session, principal, ids.parse("apl", appeal_id))
    return _followed(request, principal, filed, language)


def _followed(request: AnyRequest, principal: Principal, filed: appeals.Filed, language: str) -> Template:
    out = views.appeal(filed, language)
    left = (filed.appeal.spoils_at - filed.appeal.reported_at).total_seconds() / 86_400
    whole = (filed.appeal.spoils_at - filed.appeal.created_at).total_seconds() / 86_400
    return render_page(
        request,
        "appeal.html",
        visitor=principal,
        appeal=out,
        appeal_id=ids.encode("apl", out.id),
        left=left,
        whole=whole,
    )


@form("/appeals/{appeal_id:str}/close")
def close(appeal_id: FromPath[str], db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Redirect:
    """Help is no longer needed."""
    with db.transaction() as session:
        appeals.close(session, principal, ids.parse("apl", appeal_id))
    return see_other(f"/appeals/{appeal_id}")


HANDLERS: list[ControllerRouterHandler] = [begin, show, save, follow, close]
