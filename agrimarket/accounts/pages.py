"""HTML handlers of `accounts`: signing in and out, the language, one's own account."""

import re
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.accounts import flows, limits
from agrimarket.accounts.routes import device_of
from agrimarket.accounts.rules import PHONE_LIFE
from agrimarket.accounts.service import people, sign_in
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import COOKIE as LANGUAGE_COOKIE
from agrimarket.http.pages import errors_of, render_page
from agrimarket.http.principal import COOKIE as SESSION_COOKIE
from agrimarket.http.principal import token_of
from agrimarket.http.problems import STATUS
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import LANGUAGES
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import SessionId
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]
_LOCAL = re.compile(r"^/(?![/\\])[^\s\\]*$")
YEAR = 365 * 24 * 3600


def local_path(text: str | None) -> str:
    """Where to go on, if it is on this site; else the beginning. Keeps links from leading people elsewhere."""
    return text if text and len(text) <= 500 and _LOCAL.match(text) else "/"


@page("/sign-in")
def sign_in_page(request: AnyRequest, next: FromQuery[str | None] = None) -> Template:  # the address's name
    """Asks for the phone."""
    return render_page(request, "sign_in.html", values={}, errors={}, next=local_path(next))


@form("/sign-in/code")
def send_code(
    data: Fields,
    request: AnyRequest,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    language: NamedDependency[str],
) -> Template:
    """Sends the code and asks for it."""
    given = texts(data)
    phone = given.get("phone", "")
    try:
        limits.code_request(request, settings, phone)
        with db.transaction() as session:
            sign_in.request_code(session, phone, language)
    except DomainError as error:
        name = "sign_in_code.html" if error.code == "code.too_soon" else "sign_in.html"
        return _again(request, name, given, error)
    return render_page(request, "sign_in_code.html", values={"phone": phone}, errors={}, next=_next(given))


@form("/sign-in")
def take_code(
    data: Fields,
    request: AnyRequest,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    language: NamedDependency[str],
) -> Response[Any]:
    """Takes the code, and goes on where the person was."""
    given = texts(data)
    phone = given.get("phone", "")
    try:
        limits.phone_try(request, settings, phone)
        token, _ = flows.sign_in_with_code(
            db, phone, given.get("code", ""), language, device=device_of(request), replaces=token_of(request)
        )
    except DomainError as error:
        return _again(request, "sign_in_code.html", {"phone": "", **given}, error)
    return _signed_in(given, token, settings)


@page("/sign-in/staff")
def staff_page(request: AnyRequest, next: FromQuery[str | None] = None) -> Template:  # the address's name
    """Asks staff for e-mail, password and TOTP."""
    return render_page(request, "sign_in_staff.html", values={}, errors={}, next=local_path(next))


@form("/sign-in/staff")
def sign_in_staff(
    data: Fields, request: AnyRequest, db: NamedDependency[Database], settings: NamedDependency[Settings]
) -> Response[Any]:
    """Signs staff in. The password is not given back when something is wrong."""
    given = texts(data)
    email = given.get("email", "")
    try:
        limits.staff_try(request, settings, email)
        token, _ = flows.sign_in_staff(
            db,
            email,
            given.get("password", ""),
            given.get("totp", ""),
            device=device_of(request),
            replaces=token_of(request),
        )
    except DomainError as error:
        return _again(request, "sign_in_staff.html", given, error)
    return _signed_in(given, token, settings)


@form("/sign-out")
def sign_out(request: AnyRequest, db: NamedDependency[Database]) -> Redirect:
    """Ends the session, on the server too."""
    with db.transaction() as session:
        sign_in.sign_out(session, token_of(request) or "")
    answer = Redirect("/", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@form("/language")
def choose_language(
    data: Fields,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    visitor: NamedDependency[Principal | None],
) -> Redirect:
    """Pages come in that language from now on; for who is signed in, messages too."""
    given = texts(data)
    chosen = given.get("language", "")
    answer = Redirect(_next(given), status_code=303)
    if chosen in LANGUAGES:
        answer.set_cookie(_cookie(settings, LANGUAGE_COOKIE, chosen, YEAR))
        if visitor is not None:
            with db.transaction() as session:
                people.describe(session, visitor.person_id, language=chosen)
    return answer


@page("/me")
def me(request: AnyRequest, principal: NamedDependency[Principal], db: NamedDependency[Database]) -> Response[Any]:
    """One's own account; who is not signed in is asked to."""
    with db.reading() as session:
        mine = people.profile(session, principal)
        sessions = sign_in.sessions_of(session, principal.person_id)
    return render_page(request, "me.html", visitor=principal, mine=mine, sessions=sessions, wire=ids.encode)


@form("/me/sessions/{session_id:str}/end")
def end_session(
    session_id: FromPath[SessionId], principal: NamedDependency[Principal], db: NamedDependency[Database]
) -> Redirect:
    """Ends another of one's sessions."""
    with db.transaction() as session:
        sign_in.end_session(session, principal.person_id, session_id)
    return Redirect("/me", status_code=303)


def _next(data: Mapping[str, str]) -> str:
    return local_path(data.get("next"))


def _again(request: AnyRequest, name: str, data: Mapping[str, str], error: DomainError) -> Template:
    values = {key: value for key, value in data.items() if key in ("phone", "code", "email")}
    errors, status = errors_of(request, error), STATUS[error.kind]
    return render_page(request, name, status_code=status, values=values, errors=errors, next=_next(data))


def _signed_in(data: Mapping[str, str], token: str, settings: Settings) -> Redirect:
    answer = Redirect(_next(data), status_code=303)
    answer.set_cookie(_cookie(settings, SESSION_COOKIE, token, int(PHONE_LIFE.total_seconds())))
    return answer


def _cookie(settings: Settings, key: str, value: str, max_age: int) -> Cookie:
    secure = settings.base_url.startswith("https://")
    return Cookie(key=key, value=value, max_age=max_age, httponly=True, samesite="lax", secure=secure, path="/")


PAGES: list[ControllerRouterHandler] = [
    sign_in_page,
    send_code,
    take_code,
    staff_page,
    sign_in_staff,
    sign_out,
    choose_language,
    me,
    end_session,
]
