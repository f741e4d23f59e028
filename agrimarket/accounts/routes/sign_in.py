"""JSON handlers of sign-in.

Answers that carry a secret are never stored for replays, so these handlers take no `Idempotency-Key`.
"""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.accounts import limits
from agrimarket.accounts.flows import sign_in as phone_flows
from agrimarket.accounts.flows import staff as staff_flows
from agrimarket.accounts.schemas.sign_in import CodeRequestIn, CodeRequestOut, SessionOut, SignInIn, TokenOut
from agrimarket.accounts.service import sign_in
from agrimarket.http.client import device_of
from agrimarket.http.handlers import delete, get, post
from agrimarket.http.params import Word
from agrimarket.http.principal import token_of
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import found
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import KEY_PREFIX, Principal, SignInNeeded

TAGS = ["sign-in"]


@post("/auth/codes", status_code=202, tags=TAGS, summary="Send a sign-in code by SMS")
def request_code(
    data: JSONBody[CodeRequestIn],
    db: NamedDependency[Database],
    network: NamedDependency[str],
    language: NamedDependency[str],
) -> CodeRequestOut:
    """The answer is the same whether the phone is known or not. The code lasts ten minutes and allows five tries."""
    stormed = limits.code_request(network, data.phone)
    with db.transaction() as session:
        return CodeRequestOut.of(sign_in.request_code(session, data.phone, language, stormed=stormed))


@post("/auth/sessions", tags=TAGS, summary="Sign in", security=[{"bearer": []}, {}], statuses=(401, 403))
def open_session(
    data: JSONBody[SignInIn],
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    network: NamedDependency[str],
    language: NamedDependency[str],
) -> TokenOut:
    """Sign-in by phone and code, or for staff by e-mail, password and TOTP. A session's token that is sent along ends;
    an API key that is sent along is refused, since no key signs anybody in."""
    device, replaces = device_of(request), token_of(request)
    if replaces is not None and replaces.startswith(KEY_PREFIX):
        raise SignInNeeded
    if data.email is not None:
        limits.staff_try(network, data.email)
        password, totp = data.password or "", data.totp or ""
        opened = staff_flows.with_password(db, data.email, password, totp, device=device, replaces=replaces)
    else:
        phone, code = data.phone or "", data.code or ""
        limits.phone_try(network, phone)
        opened = phone_flows.with_code(db, phone, code, language, device=device, replaces=replaces)
    return TokenOut.of(*opened)


@get("/auth/sessions", tags=TAGS, summary="My sign-ins")
def list_sessions(principal: NamedDependency[Principal], db: NamedDependency[Database]) -> Page[SessionOut]:
    """The caller's live sessions, newest first; at most a hundred."""
    with db.reading() as session:
        live = sign_in.sessions_of(session, principal.person_id)
    return Page(items=[SessionOut.of(one, principal.session_id) for one in live])


@delete("/auth/sessions/{session_id:str}", tags=TAGS, summary="Sign out")
def end_session(session_id: Word, principal: NamedDependency[Principal], db: NamedDependency[Database]) -> None:
    """Ends one of the caller's sessions; `current` is the session of this request."""
    ended = found(principal.session_id) if session_id == "current" else ids.parse("ses", session_id)
    with db.transaction() as session:
        sign_in.end_session(session, principal.person_id, ended)


HANDLERS: list[ControllerRouterHandler] = [request_code, open_session, list_sessions, end_session]
