"""JSON handlers of staff: enrolment, and their roles."""

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.accounts.schemas.staff import StaffIn, StaffOut
from agrimarket.accounts.service import staff
from agrimarket.http.handlers import delete, post, put
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import PersonId

TAGS = ["people"]


@post("/staff", tags=TAGS, summary="Enrol a member of staff")
def enrol(data: JSONBody[StaffIn], operator: NamedDependency[Principal], db: NamedDependency[Database]) -> StaffOut:
    """An operator enrols a member of staff. Password and authenticator secret are in this answer and nowhere else."""
    with db.transaction() as session:
        made = staff.enrol(session, data.email, data.display_name, data.language, set(data.roles), by=operator)
    return StaffOut(person_id=made.person_id, password=made.password, totp_uri=made.totp_uri)


@put("/people/{person_id:str}/roles/{role:str}", status_code=204, tags=TAGS, summary="Give a person a role")
def appoint(
    person_id: FromPath[PersonId],
    role: FromPath[str],
    operator: NamedDependency[Principal],
    db: NamedDependency[Database],
) -> None:
    """An operator gives the person a role: `coach`, `operator` or `integrator`."""
    with db.transaction() as session:
        staff.appoint(session, operator, person_id, _role(role))


@delete("/people/{person_id:str}/roles/{role:str}", tags=TAGS, summary="Take a role from a person")
def dismiss(
    person_id: FromPath[PersonId],
    role: FromPath[str],
    operator: NamedDependency[Principal],
    db: NamedDependency[Database],
) -> None:
    """An operator takes the role from the person, whose sessions and keys lose it at once."""
    with db.transaction() as session:
        staff.dismiss(session, operator, person_id, _role(role))


def _role(name: str) -> Role:
    """Role of that name, if operators give it; sellers and buyers get theirs with their account."""
    if name not in (Role.COACH, Role.OPERATOR, Role.INTEGRATOR):
        raise NotFound
    return Role(name)


HANDLERS: list[ControllerRouterHandler] = [enrol, appoint, dismiss]
