"""JSON handler of the audit log."""

from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.accounts.schemas.audit import AuditOut, AuditQuery
from agrimarket.accounts.service import audit
from agrimarket.accounts.types import AuditLine
from agrimarket.http.handlers import get
from agrimarket.http.params import Cursor, Limit
from agrimarket.http.request import decode_model
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope

Subject = Annotated[str | None, QueryParameter(max_length=100, description="The id of what was acted upon.")]
Who = Annotated[str | None, QueryParameter(max_length=40, description="The id of who acted.")]
Action = Annotated[str | None, QueryParameter(max_length=60, description="`staff.disabled`, or `staff.` for all such.")]
Since = Annotated[str | None, QueryParameter(max_length=40, description="RFC 3339: not before.")]
Until = Annotated[str | None, QueryParameter(max_length=40, description="RFC 3339: before.")]
ENTRIES: Paging[AuditLine, UUID] = by_id("aud")


@get("/audit", tags=["operations"], summary="The audit log", scopes=(Scope.AUDIT_READ,))
def list_entries(
    operator: NamedDependency[Principal],
    db: NamedDependency[Database],
    subject: Subject = None,
    person_id: Who = None,
    action: Action = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AuditOut]:
    """For operators, the newest first."""
    window = ENTRIES.window(cursor, limit)
    asked = {"subject": subject, "person_id": person_id, "action": action, "since": since, "until": until}
    wanted = decode_model(AuditQuery, {name: value for name, value in asked.items() if value is not None})
    with db.reading() as session:
        lines = audit.search(session, wanted.filter(), before=window.after, limit=window.rows)
    return window.page(lines, AuditOut.of)


HANDLERS: list[ControllerRouterHandler] = [list_entries]
