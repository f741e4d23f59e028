"""Cases over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from agrimarket.coaching.models import CoachingCase
from agrimarket.coaching.schemas.cases import BoardOut, CaseDetailOut, CaseOut, Closing, Reason
from agrimarket.coaching.service import cases
from agrimarket.coaching.states import CaseState
from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import CaseId

TAGS = ["coaching"]


CASES: Paging[CoachingCase, UUID] = by_id("cas")


@get("/coaching/cases", tags=TAGS, summary="Cases, newest first", scopes=(Scope.COACHING_READ,))
def list_cases(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    in_state: Annotated[CaseState | None, QueryParameter(name="state")] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[CaseOut]:
    """A coach's or a seller's own cases; an operator sees all."""
    window = CASES.window(cursor, limit)
    with db.reading() as session:
        found = cases.page(session, principal, state=in_state, before=window.after, limit=window.rows)
    return window.page(found, CaseOut.of)


@get(
    "/coaching/cases/{case_id:str}",
    tags=TAGS,
    summary="One case with its coach, plan and history",
    scopes=(Scope.COACHING_READ,),
)
def read_case(
    case_id: FromPath[CaseId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> CaseDetailOut:
    """The case, for its seller, its coach and operators."""
    with db.transaction() as session:
        case = cases.view(session, principal, case_id)
        return CaseDetailOut.of_file(cases.file_of(session, case), language)


@post(
    "/coaching/cases/{case_id:str}/decline",
    tags=TAGS,
    summary="Hand a case back",
    status_code=200,
    scopes=(Scope.COACHING_WRITE,),
)
def decline_case(
    case_id: FromPath[CaseId], data: JSONBody[Reason], db: NamedDependency[Database], coach: NamedDependency[Principal]
) -> CaseOut:
    """Hands a case back before work has begun. It keeps its age and goes to the next best coach."""
    with db.transaction() as session:
        return CaseOut.of(cases.decline(session, coach, case_id, data.reason))


@post(
    "/coaching/cases/{case_id:str}/hold",
    tags=TAGS,
    summary="Pause a case",
    status_code=200,
    scopes=(Scope.COACHING_WRITE,),
)
def pause_case(
    case_id: FromPath[CaseId], data: JSONBody[Reason], db: NamedDependency[Database], coach: NamedDependency[Principal]
) -> CaseOut:
    """Puts a case on hold while it waits for the seller."""
    with db.transaction() as session:
        return CaseOut.of(cases.pause(session, coach, case_id, data.reason))


@post(
    "/coaching/cases/{case_id:str}/resume",
    tags=TAGS,
    summary="Go on with a paused case",
    status_code=200,
    scopes=(Scope.COACHING_WRITE,),
)
def resume_case(
    case_id: FromPath[CaseId],
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
) -> CaseOut:
    """Makes a case active again, now that the seller has answered."""
    with db.transaction() as session:
        return CaseOut.of(cases.resume(session, coach, case_id))


@post(
    "/coaching/cases/{case_id:str}/close",
    tags=TAGS,
    summary="Close a case with its outcome",
    status_code=200,
    scopes=(Scope.COACHING_WRITE,),
)
def close_case(
    case_id: FromPath[CaseId],
    data: JSONBody[Closing],
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> CaseOut:
    """Closes a case; kilograms sold and money earned are taken from the seller's orders since it opened."""

    def act() -> CaseOut:
        return CaseOut.of(cases.close(session, coach, case_id, data.outcome, data.note))

    with db.transaction() as session:
        return idempotency.run(session, CaseOut, act)


@get("/coaching/board", tags=TAGS, summary="How the coaching stands")
def read_board(
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],  # only guards
) -> BoardOut:
    """Figures: cases and tasks by where they stand, free places, and what closed cases brought."""
    with db.reading() as session:
        return BoardOut.of(cases.board(session))
