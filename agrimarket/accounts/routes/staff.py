"""JSON handlers of staff: listing, enrolling, resetting and disabling them, and giving and taking roles."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.accounts.schemas.staff import DisableIn, StaffIn, StaffMemberOut, StaffOut
from agrimarket.accounts.service import staff
from agrimarket.accounts.states import STAFF_ROLES
from agrimarket.accounts.types import StaffMember
from agrimarket.http.handlers import delete, get, post, put
from agrimarket.http.params import Cursor, Limit, Word
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import PersonId

TAGS = ["people"]
STAFF: Paging[StaffMember, UUID] = by_id("per", lambda member: member.person_id)


@get("/staff", tags=TAGS, summary="Staff")
def list_staff(
    operator: NamedDependency[Principal],
    db: NamedDependency[Database],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[StaffMemberOut]:
    """For operators: everybody with a role of staff or a password, disabled ones too, the oldest first."""
    window = STAFF.window(cursor, limit)
    with db.reading() as session:
        found = staff.members(session, after=window.after, limit=window.rows)
    return window.page(found, StaffMemberOut.of)


@post("/staff", tags=TAGS, summary="Enrol a member of staff")
def enrol(data: JSONBody[StaffIn], operator: NamedDependency[Principal], db: NamedDependency[Database]) -> StaffOut:
    """An operator enrols a member of staff, who is sent a link to set password and authenticator; only they see it."""
    with db.transaction() as session:
        made = staff.enrol(session, data.email, data.display_name, data.language, set(data.roles), by=operator)
    return StaffOut.of(made)


@post("/staff/{person_id:str}/reset", tags=TAGS, summary="Have a member of staff set a new password", status_code=200)
def reset(
    person_id: FromPath[PersonId], operator: NamedDependency[Principal], db: NamedDependency[Database]
) -> StaffOut:
    """By an operator. The old password, every sign-in and every API key end at once; the member is sent a link to set
    new ones, which nobody else sees. It enables who was disabled; their roles are given anew."""
    with db.transaction() as session:
        made = staff.reset(session, operator, person_id)
    return StaffOut.of(made)


@post("/staff/{person_id:str}/disable", tags=TAGS, summary="Disable a member of staff", status_code=200)
def disable(
    person_id: FromPath[PersonId],
    data: JSONBody[DisableIn],
    operator: NamedDependency[Principal],
    db: NamedDependency[Database],
) -> StaffMemberOut:
    """By an operator, never of the last one. Roles, sign-ins and keys end at once; what they held is let go."""
    with db.transaction() as session:
        return StaffMemberOut.of(staff.disable(session, operator, person_id, data.reason))


@put("/people/{person_id:str}/roles/{role:str}", status_code=204, tags=TAGS, summary="Give a person a role")
def appoint(
    person_id: FromPath[PersonId],
    role: Word,
    operator: NamedDependency[Principal],
    db: NamedDependency[Database],
) -> None:
    """An operator gives the person a role: `coach`, `operator` or `integrator`."""
    with db.transaction() as session:
        staff.appoint(session, operator, person_id, _role(role))


@delete("/people/{person_id:str}/roles/{role:str}", tags=TAGS, summary="Take a role from a person")
def dismiss(
    person_id: FromPath[PersonId],
    role: Word,
    operator: NamedDependency[Principal],
    db: NamedDependency[Database],
) -> None:
    """By an operator, never from the last one; their sessions and keys lose it at once."""
    with db.transaction() as session:
        staff.dismiss(session, operator, person_id, _role(role))


def _role(name: str) -> Role:
    """Role of that name, if operators give it; sellers and buyers get theirs with their account."""
    if name not in STAFF_ROLES:
        raise NotFound
    return Role(name)


HANDLERS: list[ControllerRouterHandler] = [list_staff, enrol, reset, disable, appoint, dismiss]
