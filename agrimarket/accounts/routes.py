"""JSON handlers of `accounts`."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.accounts import flows, limits
from agrimarket.accounts.schemas import (
    AuditOut,
    BuyerIn,
    BuyerOut,
    CodeRequestIn,
    CodeRequestOut,
    KeyIn,
    KeyOut,
    MeIn,
    MeOut,
    NewKeyOut,
    SessionOut,
    SignInIn,
    StaffIn,
    StaffOut,
    TokenOut,
)
from agrimarket.accounts.service import api_keys, audit, buyers, people, sign_in, staff
from agrimarket.accounts.types import AuditLine, KeyInfo
from agrimarket.http.handlers import delete, get, patch, post, put
from agrimarket.http.params import Cursor
from agrimarket.http.principal import token_of
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import ApiKeyId, PersonId
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]
Limit = Annotated[int, QueryParameter(ge=1, le=100)]

# Answers that carry a secret are not kept for replays, so these handlers take no Idempotency-Key.


@post("/auth/codes", status_code=202, tags=["sign-in"], summary="Send a sign-in code by SMS")
def request_code(
    data: JSONBody[CodeRequestIn],
    request: AnyRequest,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    language: NamedDependency[str],
) -> CodeRequestOut:
    """Answers alike whether the phone is known or not. The code lives ten minutes and takes five tries."""
    limits.code_request(request, settings, data.phone)
    with db.transaction() as session:
        return CodeRequestOut.of(sign_in.request_code(session, data.phone, language))


@post("/auth/sessions", tags=["sign-in"], summary="Sign in")
def open_session(
    data: JSONBody[SignInIn],
    request: AnyRequest,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    language: NamedDependency[str],
) -> TokenOut:
    """By phone and code, or as staff by e-mail, password and TOTP. A token that came with the request ends."""
    device, replaces = device_of(request), token_of(request)
    if data.email is not None:
        limits.staff_try(request, settings, data.email)
        found = flows.sign_in_staff(
            db, data.email, data.password or "", data.totp or "", device=device, replaces=replaces
        )
    else:
        phone = data.phone or ""
        limits.phone_try(request, settings, phone)
        found = flows.sign_in_with_code(db, phone, data.code or "", language, device=device, replaces=replaces)
    return TokenOut.of(*found)


@get("/auth/sessions", tags=["sign-in"], summary="My sign-ins")
def sessions(principal: NamedDependency[Principal], db: NamedDependency[Database]) -> Page[SessionOut]:
    """The caller's live sessions, the newest first; at most a hundred."""
    with db.reading() as session:
        found = sign_in.sessions_of(session, principal.person_id)
    return Page(items=[SessionOut.of(one, principal.session_id) for one in found])


@delete("/auth/sessions/{session_id:str}", tags=["sign-in"], summary="Sign out")
def sign_out(session_id: FromPath[str], principal: NamedDependency[Principal], db: NamedDependency[Database]) -> None:
    """Ends one of the caller's sessions; `current` is the one that asks."""
    ended = principal.session_id if session_id == "current" else ids.parse("ses", session_id)
    if ended is None:
        raise NotFound
    with db.transaction() as session:
        sign_in.end_session(session, principal.person_id, ended)


@get("/me", tags=["people"], summary="Who I am")
def me(principal: NamedDependency[Principal], db: NamedDependency[Database]) -> MeOut:
    """The caller, and their seller and buyer accounts."""
    with db.reading() as session:
        return MeOut.of(people.profile(session, principal))


@patch("/me", tags=["people"], summary="Change my name or language")
def change_me(data: JSONBody[MeIn], principal: NamedDependency[Principal], db: NamedDependency[Database]) -> MeOut:
    """Messages come in `language` from then on."""
    with db.transaction() as session:
        people.describe(session, principal.person_id, display_name=data.display_name, language=data.language)
        return MeOut.of(people.profile(session, principal))


@post("/buyers", tags=["people"], summary="Register as a buyer")
def register_buyer(
    data: JSONBody[BuyerIn],
    principal: NamedDependency[Principal],
    db: NamedDependency[Database],
    idempotency: NamedDependency[Idempotency],
) -> BuyerOut:
    """One buyer account a person: a second time changes what it says."""

    def act() -> BuyerOut:
        buyer_id = buyers.register(session, principal.person_id, data.kind, data.display_name, data.region_code)
        return BuyerOut.of(buyers.get(session, buyer_id))

    with db.transaction() as session:
        return idempotency.run(session, BuyerOut, act)


@post("/api-keys", tags=["API keys"], summary="Make an API key")
def create_key(
    data: JSONBody[KeyIn], principal: NamedDependency[Principal], db: NamedDependency[Database]
) -> NewKeyOut:
    """For integrators and operators. The key is in this answer and nowhere else."""
    principal.require(Role.INTEGRATOR, Role.OPERATOR)
    with db.transaction() as session:
        key, info = api_keys.create(session, principal, data.name, set(data.roles))
        return NewKeyOut(key=key, api_key=KeyOut.of(info))


@get("/api-keys", tags=["API keys"], summary="My API keys")
def keys(
    principal: NamedDependency[Principal],
    db: NamedDependency[Database],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[KeyOut]:
    """The newest first, revoked ones too."""
    principal.require(Role.INTEGRATOR, Role.OPERATOR)
    window = KEYS.window(cursor, limit)
    with db.reading() as session:
        found = api_keys.of_person(session, principal.person_id, before=window.after, limit=window.rows)
    return window.page(found, KeyOut.of)


@delete("/api-keys/{key_id:str}", tags=["API keys"], summary="Revoke an API key")
def revoke_key(
    key_id: FromPath[ApiKeyId], principal: NamedDependency[Principal], db: NamedDependency[Database]
) -> None:
    """At once and for good."""
    with db.transaction() as session:
        api_keys.revoke(session, principal, key_id)


@post("/staff", tags=["people"], summary="Enrol a member of staff")
def enrol(data: JSONBody[StaffIn], operator: NamedDependency[Principal], db: NamedDependency[Database]) -> StaffOut:
    """By an operator. Password and authenticator secret are in this answer and nowhere else."""
    with db.transaction() as session:
        made = staff.enrol(session, data.email, data.display_name, data.language, set(data.roles), by=operator)
    return StaffOut(person_id=made.person_id, password=made.password, totp_uri=made.totp_uri)


@put("/people/{person_id:str}/roles/{role:str}", status_code=204, tags=["people"], summary="Give a person a role")
def grant(
    person_id: FromPath[PersonId],
    role: FromPath[str],
    operator: NamedDependency[Principal],
    db: NamedDependency[Database],
) -> None:
    """By an operator; `coach`, `operator` or `integrator`."""
    with db.transaction() as session:
        staff.appoint(session, operator, person_id, _role(role))


@delete("/people/{person_id:str}/roles/{role:str}", tags=["people"], summary="Take a role from a person")
def revoke(
    person_id: FromPath[PersonId],
    role: FromPath[str],
    operator: NamedDependency[Principal],
    db: NamedDependency[Database],
) -> None:
    """By an operator; their sessions and keys lose it at once."""
    with db.transaction() as session:
        staff.dismiss(session, operator, person_id, _role(role))


KEYS: Paging[KeyInfo, UUID] = by_id("key")
AUDIT: Paging[AuditLine, UUID] = by_id("aud")


@get("/audit", tags=["operations"], summary="The audit log")
def audit_log(
    operator: NamedDependency[Principal],  # the guard
    db: NamedDependency[Database],
    subject: FromQuery[str | None] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AuditOut]:
    """For operators, the newest first; `subject` is an id as on the wire."""
    window = AUDIT.window(cursor, limit)
    with db.reading() as session:
        found = audit.entries(session, before=window.after, subject=subject, limit=window.rows)
    return window.page(found, AuditOut.of)


def device_of(request: AnyRequest) -> str:
    """By what a person may recognise a session of theirs."""
    return "".join(c for c in request.headers.get("user-agent", "") if c.isprintable())[:200]


def _role(name: str) -> Role:
    if name not in (Role.COACH, Role.OPERATOR, Role.INTEGRATOR):
        raise NotFound
    return Role(name)


ROUTES: list[ControllerRouterHandler] = [
    request_code,
    open_session,
    sessions,
    sign_out,
    me,
    change_me,
    register_buyer,
    create_key,
    keys,
    revoke_key,
    enrol,
    grant,
    revoke,
    audit_log,
]
