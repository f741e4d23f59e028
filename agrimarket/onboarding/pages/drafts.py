"""The appeal in short pages: what, where, who, all of it once more, and the code that signs it. No account, no script
needed.

People who are signed in need no code, unless they file for another farmer: then that farmer's phone signs.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from pydantic import ValidationError

from agrimarket.accounts import limits
from agrimarket.accounts.errors import CodeTooSoon
from agrimarket.accounts.flows import sign_in as flows
from agrimarket.accounts.rules import PHONE_LIFE, normal_code
from agrimarket.accounts.service import sign_in
from agrimarket.http import weights
from agrimarket.http.client import client_network
from agrimarket.http.csrf import COOKIE as FORM_TOKEN
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import cookie, errors_of, render_page, see_other
from agrimarket.http.principal import COOKIE as SESSION
from agrimarket.http.problems import fields_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields, NotFound
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.onboarding.pages import checked, region_picker
from agrimarket.onboarding.pages.region_picker import Picker
from agrimarket.onboarding.rules import DRAFTS_KEPT
from agrimarket.onboarding.schemas.appeals import AppealIn
from agrimarket.onboarding.service import appeals, drafts
from agrimarket.onboarding.service.drafts import FILED, Answers
from agrimarket.onboarding.states import TruckAccess
from agrimarket.settings import Settings
from agrimarket.typed.text import trimmed

COOKIE = "appeal"
STEPS: dict[str, tuple[str, ...]] = {
    "produce": ("product", "quantity", "spoils_in_days"),
    "place": ("region_code", "truck_access", "note"),
    "person": ("whose", "name", "phone"),
    "check": (),
    "code": ("code",),
}
"""The pages with their fields, in order."""
NAMES = list(STEPS)
_LAST = ("person", "check", "code")
"""Last pages: sent again once the appeal is filed, they lead to it."""
MINE = "mine"
_NOT_IN_APPEAL = ("region", "whose", "phone", "code")
"""Fields that are no part of the appeal itself."""
_DRAFT = "appeal_draft"
"""Key of the request's state."""
AnyRequest = Request[Any, Any, Any]


@dataclass(slots=True)
class OpenDraft:
    """The draft that a browser's cookie identifies, and who types it. `token` is None until something is kept.

    Name and number are kept under a token of their own, which only the browser gets that sent them.
    """

    request: AnyRequest
    db: Database
    settings: Settings
    visitor: Principal | None
    language: str
    token: str | None

    def load(self) -> Answers:
        """Answers typed so far, or the id of the appeal that the draft has become."""
        with self.db.reading() as session:
            return drafts.load(session, self.token)

    def keep(self, step: str, given: dict[str, str]) -> Answers:
        """Keep this page's answers, valid or not; returns all answers, with the code, which is not kept.

        A draft that has become an appeal does not change on the pages by which it was filed. The refusal of an unclear
        place is raised after the rest is kept.
        """
        with self.db.transaction() as session:
            known = drafts.load(session, self.token, lock=True)
            if FILED in known and step in _LAST:
                return known
            typed, unclear = {**({} if FILED in known else known), **_fresh(step, given, self.language)}, None
            if step == "place":
                typed["region_code"], unclear = region_picker.read(session, given, typed.get("region_code", ""))
                typed["region"] = given.get("region", "") if unclear else ""
            if step == "person":  # whoever planted the cookie would read name and number
                self.token = None
            self.token = drafts.keep(session, self.token, {k: v for k, v in typed.items() if k != "code"})
        if unclear is not None:
            raise unclear
        return typed

    def signs(self, typed: Answers) -> bool:
        """Whether being signed in is enough, since the harvest is the visitor's own."""
        return self.visitor is not None and typed.get("whose") != checked.ANOTHERS

    def following(self, typed: Answers) -> str:
        """The first page with mistakes or missing answers; that on which all is checked, if there is none."""
        asked = NAMES[: NAMES.index("check")]
        return next((step for step in asked if _mistakes(step, typed, signed=self.signs(typed))), "check")

    def with_cookie(self, answer: Response[Any]) -> Response[Any]:
        """`answer` with the cookie that identifies this draft."""
        if self.token is not None:
            answer.cookies = [*answer.cookies, cookie(self.settings, COOKIE, self.token, DRAFTS_KEPT)]
        return answer


def _open(request: AnyRequest, db: Database, settings: Settings, visitor: Principal | None) -> OpenDraft:
    """Draft of this request: the same object for the handler, and for the page that shows it again."""
    state = request.scope["state"]
    if _DRAFT not in state:
        state[_DRAFT] = OpenDraft(request, db, settings, visitor, language_of(request), request.cookies.get(COOKIE))
    return state[_DRAFT]


def _fresh(step: str, given: dict[str, str], language: str) -> Answers:
    """Answers of the page as they were typed; the place is read by the region picker."""
    fresh = {name: trimmed(given.get(name, "")) for name in STEPS[step] if name != "region_code"}
    if step != "produce":
        return fresh
    return {**fresh, "quantity": weights.typed(given, "quantity", language)}


def _appeal_fields(typed: Answers) -> Answers:
    return {name: value for name, value in typed.items() if value and name not in _NOT_IN_APPEAL}


def _mistakes(step: str, typed: Answers, *, signed: bool) -> list[tuple[str, str, dict[str, Any]]]:
    """Mistakes on that page; `signed`: neither phone nor code is asked for."""
    try:
        signer = {} if signed or not typed.get("phone") else {"phone": typed["phone"]}
        AppealIn.model_validate({**_appeal_fields(typed), **signer})
    except ValidationError as error:
        wrong = fields_of(error).fields
    else:
        wrong = []
    wanted = [name for name in STEPS[step] if not (name == "whose" or (signed and name in ("phone", "code")))]
    wrong = [entry for entry in wrong if entry[0].strip("/").partition("/")[0] in wanted]
    bare = [name for name in ("region_code", "phone", "code") if name in wanted and not typed.get(name)]
    return [*wrong, *((f"/{name}", "missing", {}) for name in bare)]


@page("/appeal")
def begin(
    request: AnyRequest,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    visitor: NamedDependency[Principal | None],
) -> Redirect:
    """Redirect to the first page with mistakes or missing answers."""
    draft = _open(request, db, settings, visitor)
    return see_other(f"/appeal/{draft.following(draft.load())}")


@page("/appeal/{step:str}")
def show(
    request: AnyRequest,
    step: FromPath[str],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    visitor: NamedDependency[Principal | None],
    within: FromQuery[str] = "",
) -> Response[Any]:
    """Page of the appeal's form, with what was typed before; nothing is checked before all is answered."""
    draft = _open(request, db, settings, visitor)
    typed = draft.load()
    if step == "check" and FILED in typed:
        return see_other(f"/appeals/{typed[FILED]}")
    if step == "check" and (first := draft.following(typed)) != "check":
        return see_other(f"/appeal/{first}")
    return _page(draft, step, typed, within=within)


def _page(
    draft: OpenDraft, step: str, typed: Answers, *, within: str = "", refusal: DomainError | None = None
) -> Template:
    if step not in STEPS:
        raise NotFound
    at, signs = NAMES.index(step), draft.signs(typed)
    number, unit = weights.split(typed.get("quantity", ""), draft.language)
    return render_page(
        draft.request,
        "drafts.html",
        visitor=draft.visitor,
        refusal=refusal,
        refused_as=422,
        errors=region_picker.at_field(errors_of(draft.request, refusal)) if refusal else {},
        step=step,
        position=at + 1,
        total=len(NAMES) - (1 if signs else 0),
        back=f"/appeal/{NAMES[at - 1]}" if at else "",
        typed=typed,
        number=number,
        unit=unit,
        units=weights.choices(draft.language),
        shown=weights.conversion(typed.get("quantity", ""), draft.language),
        whose=[(each, t(f"appeal.whose.{each}", draft.language)) for each in (MINE, checked.ANOTHERS)],
        signs=signs,
        trucks=[(each.value, t(f"form.choice.truck_access.{each}", draft.language)) for each in TruckAccess],
        region=_picker(draft, typed, within, refusal) if step == "place" else None,
        checked=_checked(draft, typed, signs) if step == "check" else [],
    )


def _checked(draft: OpenDraft, typed: Answers, signs: bool) -> list[checked.Row]:
    theirs = {**typed, "phone": "" if signs else typed["phone"]}
    with draft.db.reading() as session:
        return checked.appeal(session, theirs, AppealIn.model_validate(_appeal_fields(typed)), draft.language, _where)


def _where(name: str) -> str:
    """Address of the page that asks for `name`, at its question."""
    return f"/appeal/{next(step for step, names in STEPS.items() if name in names)}#{name}"


def _picker(draft: OpenDraft, typed: Answers, within: str, refusal: DomainError | None) -> Picker:
    code, name = typed.get("region_code", ""), typed.get("region", "")
    with draft.db.reading() as session:
        return region_picker.show(session, code, name, within, refusal)


def show_again(
    request: AnyRequest,
    step: str,
    data: dict[str, Any],
    db: Database,
    settings: Settings,
    visitor: Principal | None,
    refusal: DomainError,
) -> Response[Any]:
    """The page with its mistakes; or the appeal, if the same page was sent twice and the other filed it."""
    draft = _open(request, db, settings, visitor)
    given, typed = texts(data), draft.load()
    if step in _LAST and FILED in typed:
        return _filed_before(draft, typed, given)
    if step == "place" and given.get("within"):
        return draft.with_cookie(region_picker.look_within("/appeal/place", given))
    return draft.with_cookie(_page(draft, step, typed, refusal=refusal))


@form("/appeal/{step:str}", again=show_again)
def save(
    request: AnyRequest,
    step: FromPath[str],
    data: Fields,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    visitor: NamedDependency[Principal | None],
) -> Response[Any]:
    """Keep this page's answers, valid or not, and go on if they are valid."""
    if step not in STEPS:
        raise NotFound
    draft, given = _open(request, db, settings, visitor), texts(data)
    typed = draft.keep(step, given)
    if FILED in typed:
        return _filed_before(draft, typed, given)
    if step == "place" and given.get("within"):
        return draft.with_cookie(region_picker.look_within("/appeal/place", given))
    if wrong := _mistakes(step, typed, signed=draft.signs(typed)):
        raise InvalidFields(wrong)
    return draft.with_cookie(_advance(draft, step, typed))


def _advance(draft: OpenDraft, step: str, typed: Answers) -> Redirect:
    """Redirect to what is to be answered or checked next; file the appeal once it is checked and signed."""
    following = draft.following(typed)
    if following != "check" or step not in ("check", "code"):
        return see_other(f"/appeal/{following}")
    if step == "check" and not draft.signs(typed):
        _send_code(draft, typed["phone"])
        return see_other("/appeal/code")
    return _file(draft, typed)


def _send_code(draft: OpenDraft, phone: str) -> None:
    stormed = limits.code_request(client_network(draft.request, draft.settings.trusted_proxies), phone)
    with suppress(CodeTooSoon), draft.db.transaction() as session:  # the code of a minute ago still signs
        sign_in.request_code(session, phone, draft.language, stormed=stormed)


def _file(draft: OpenDraft, typed: Answers) -> Redirect:
    person_id, cookies = _signer(draft, typed)
    visitor, data = draft.visitor, AppealIn.model_validate(_appeal_fields(typed))
    agent = visitor.person_id if visitor and visitor.person_id != person_id else None
    with draft.db.transaction() as session:
        region = appeals.find_region(session, data.region_code, None)
        filed = appeals.file(session, person_id, region, data, filed_by=agent)
        appeal_id = reference("appeal", filed.appeal.id)
        # An agent's browser stays the agent's, even if the farmer's code is sent again.
        code = "" if agent else normal_code(typed.get("code", ""))
        drafts.done(session, draft.token or "", appeal_id, person_id, code)
    return _to_appeal(draft, appeal_id, cookies)


def _to_appeal(draft: OpenDraft, appeal_id: str, cookies: list[Cookie]) -> Redirect:
    """Redirect to the appeal; the draft's cookie has done its work, and a new session has another form token."""
    draft.token = None
    answer = see_other(f"/appeals/{appeal_id}")
    answer.cookies = cookies
    answer.delete_cookie(COOKIE)
    if cookies:
        answer.delete_cookie(FORM_TOKEN)
    return answer


def _signer(draft: OpenDraft, typed: Answers) -> tuple[UUID, list[Cookie]]:
    """Person who signs the appeal, and the cookie of their new session. An agent stays signed in as the agent."""
    if draft.visitor is not None and draft.signs(typed):
        return draft.visitor.person_id, []
    limits.phone_try(client_network(draft.request, draft.settings.trusted_proxies), typed["phone"])
    if draft.visitor is not None:
        return flows.confirm_phone(draft.db, typed["phone"], typed["code"], draft.language), []
    token, principal = flows.with_code(draft.db, typed["phone"], typed["code"], draft.language)
    return principal.person_id, [cookie(draft.settings, SESSION, token, PHONE_LIFE)]


def _filed_before(draft: OpenDraft, known: Answers, given: dict[str, str]) -> Redirect:
    """Redirect to the appeal that this draft has already become, signed in if the code is the one that signed it."""
    cookies: list[Cookie] = []
    with draft.db.transaction() as session:
        person_id = drafts.signer(session, draft.token or "", normal_code(given.get("code", "")))
        if person_id is not None:
            token, _ = sign_in.open_by_code(session, person_id)
            cookies = [cookie(draft.settings, SESSION, token, PHONE_LIFE)]
    return _to_appeal(draft, known[FILED], cookies)


HANDLERS: list[ControllerRouterHandler] = [begin, show, save]
