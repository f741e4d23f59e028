"""HTML handlers of sign-in by phone: the code is requested and taken; sessions are ended."""

from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.accounts import limits
from agrimarket.accounts.errors import CodeTooSoon
from agrimarket.accounts.flows import sign_in as flows
from agrimarket.accounts.pages.forms import show, signed_in
from agrimarket.accounts.service import sign_in
from agrimarket.http.client import device_of
from agrimarket.http.csrf import COOKIE as FORM_TOKEN
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import see_other
from agrimarket.http.principal import COOKIE, token_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import SessionId
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]


@page("/sign-in")
def ask_phone(request: AnyRequest, next: FromQuery[str | None] = None) -> Template:  # the name in the address
    """Asks for the phone."""
    return show(request, "sign_in.html", {"next": next or ""})


def phone_again(refusal: DomainError, request: AnyRequest, data: Fields) -> Template:
    """Asks for the phone again, or for the code if one was sent a moment ago."""
    if not isinstance(refusal, CodeTooSoon):
        return show(request, "sign_in.html", texts(data), refusal)
    refusal.pointer = None  # the page does not ask for the telephone again
    return show(request, "sign_in_code.html", texts(data), refusal)


@form("/sign-in/code", again=phone_again)
def send_code(
    data: Fields,
    request: AnyRequest,
    db: NamedDependency[Database],
    network: NamedDependency[str],
    language: NamedDependency[str],
) -> Template:
    """Sends the code and asks for it."""
    typed = texts(data)
    stormed = limits.code_request(network, typed.get("phone", ""))
    with db.transaction() as session:
        sign_in.request_code(session, typed.get("phone", ""), language, stormed=stormed)
    return show(request, "sign_in_code.html", typed)


def code_again(refusal: DomainError, request: AnyRequest, data: Fields) -> Template:
    """Asks for the code again."""
    return show(request, "sign_in_code.html", texts(data), refusal)


@form("/sign-in", again=code_again)
def take_code(
    data: Fields,
    request: AnyRequest,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    network: NamedDependency[str],
    language: NamedDependency[str],
) -> Response[Any]:
    """Signs the person in by the code, and leads back to where they were."""
    typed = texts(data)
    phone, code = typed.get("phone", ""), typed.get("code", "")
    limits.phone_try(network, phone)
    token, who = flows.with_code(db, phone, code, language, device=device_of(request), replaces=token_of(request))
    return signed_in(settings, token, who, typed.get("next"))


@form("/sign-out")
def sign_out(request: AnyRequest, db: NamedDependency[Database]) -> Redirect:
    """Ends the session, on the server too."""
    with db.transaction() as session:
        sign_in.sign_out(session, token_of(request) or "")
    answer = see_other("/")
    answer.delete_cookie(COOKIE)
    answer.delete_cookie(FORM_TOKEN)
    return answer


@form("/me/sessions/{session_id:str}/end")
def end_session(
    session_id: FromPath[SessionId], principal: NamedDependency[Principal], db: NamedDependency[Database]
) -> Redirect:
    """Ends another session of the person's."""
    with db.transaction() as session:
        sign_in.end_session(session, principal.person_id, session_id)
    return see_other("/me/account")


HANDLERS: list[ControllerRouterHandler] = [ask_phone, send_code, take_code, sign_out, end_session]
