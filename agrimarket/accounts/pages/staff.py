"""The desk of staff: left everybody, right the selected one with roles, password and leaving; or the invitation."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.accounts.errors import PersonUnknown
from agrimarket.accounts.routes.staff import STAFF
from agrimarket.accounts.schemas.staff import DisableIn, RolesIn, StaffIn
from agrimarket.accounts.service import staff
from agrimarket.accounts.types import Enrolment, StaffMember
from agrimarket.http.formdata import Fields, filled, several, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.request import decode_model, read_fields
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import PersonId, reference

AnyRequest = Request[Any, Any, Any]
HOME = "/desk/staff"
SHOWN = 50


def show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    person_id: UUID | None = None,
    *,
    cursor: str | None = None,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
    made: Enrolment | None = None,
) -> Template:
    """The desk with `person_id` selected, or the invitation; `made` is who was just sent a link."""
    language, window = language_of(request), STAFF.window(cursor, SHOWN)
    with db.reading() as session:
        found = staff.members(session, after=window.after, limit=window.rows)
        selected = staff.member(session, person_id) if person_id else None
    shown, following = window.cut(found)
    return render_page(
        request,
        "staff.html",
        visitor=operator,
        refusal=refusal,
        members=[_row(each, language) for each in shown],
        more=f"{HOME}?cursor={following}" if following else "",
        item=_row(selected, language) if selected else None,
        roles=[(each.value, *_words(each, language)) for each in _ROLES],
        typed=texts(data or {}),
        chosen=_roles_of(data) if data else [],
        made=made,
    )


_ROLES = (Role.OPERATOR, Role.COACH, Role.INTEGRATOR)


def _row(member: StaffMember, language: str) -> dict[str, Any]:
    roles = [t(f"staff.role.{role}", language) for role in _ROLES if role in member.roles]
    return {
        "href": _path(member.person_id),
        "id": reference("person", member.person_id),
        "name": member.display_name or member.email or member.phone,
        "email": member.email or member.phone,
        "roles": [role.value for role in member.roles],
        "words": " · ".join(roles) or t("staff.no_role", language),
        "member": member,
    }


def _words(role: Role, language: str) -> tuple[str, str]:
    return t(f"staff.role.{role}", language), t(f"staff.role.{role}.hint", language)


def _path(person_id: UUID) -> str:
    return f"{HOME}/{reference('person', person_id)}"


def _back(session: Session, person_id: UUID) -> Redirect:
    """To that person, or to everybody where they are of staff no more."""
    try:
        staff.member(session, person_id)
    except PersonUnknown:
        return see_other(HOME)
    return see_other(_path(person_id))


def _roles_of(data: Mapping[str, Any]) -> list[str]:
    """The boxes that were ticked."""
    return [str(each) for each in several(data["roles"])] if "roles" in data else []


@page(HOME)
def everybody(
    request: AnyRequest, db: NamedDependency[Database], operator: NamedDependency[Principal], cursor: Cursor = None
) -> Template:
    """Staff, and the invitation of somebody new."""
    return show(request, db, operator, cursor=cursor)


@page(f"{HOME}/{{person_id:str}}")
def one(
    request: AnyRequest,
    person_id: FromPath[PersonId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """One member of staff beside the others."""
    return show(request, db, operator, person_id)


@form(HOME, again=show)
def invite(
    request: AnyRequest, data: Fields, db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> Template:
    """Enrol somebody, who is sent a link to set password and authenticator."""
    given = filled(data, "email", "display_name", "language")
    new = decode_model(StaffIn, {**given, "roles": _roles_of(data)})
    with db.transaction() as session:
        made = staff.enrol(session, new.email, new.display_name, new.language, set(new.roles), by=operator)
    return show(request, db, operator, made.person_id, made=made)


@form(f"{HOME}/{{person_id:str}}/roles", again=show)
def change_roles(
    request: AnyRequest,
    person_id: FromPath[PersonId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Give the roles that are ticked, and take those that are not."""
    wanted = decode_model(RolesIn, {"roles": _roles_of(data)})
    with db.transaction() as session:
        staff.set_roles(session, operator, person_id, wanted.roles)
        return _back(session, person_id)


@form(f"{HOME}/{{person_id:str}}/reset", again=show)
def reset(
    request: AnyRequest,
    person_id: FromPath[PersonId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """Shut somebody out, and send them a link to set another password and authenticator."""
    with db.transaction() as session:
        made = staff.reset(session, operator, person_id)
    return show(request, db, operator, person_id, made=made)


@form(f"{HOME}/{{person_id:str}}/disable", again=show)
def disable(
    request: AnyRequest,
    person_id: FromPath[PersonId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Take every role and end every sign-in, for a reason."""
    why = read_fields(DisableIn, data, "reason")
    with db.transaction() as session:
        staff.disable(session, operator, person_id, why.reason)
        return _back(session, person_id)


HANDLERS: list[ControllerRouterHandler] = [everybody, one, invite, change_roles, reset, disable]
