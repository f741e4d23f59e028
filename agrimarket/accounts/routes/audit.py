"""JSON handler of the audit log."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from agrimarket.accounts.schemas.audit import AuditOut
from agrimarket.accounts.service import audit
from agrimarket.accounts.types import AuditLine
from agrimarket.http.handlers import get
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal

ENTRIES: Paging[AuditLine, UUID] = by_id("aud")


@get("/audit", tags=["operations"], summary="The audit log")
def list_entries(
    operator: NamedDependency[Principal],
    db: NamedDependency[Database],
    subject: FromQuery[str | None] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AuditOut]:
    """Entries of the log, for operators, newest first; `subject` is an id as on the wire."""
    window = ENTRIES.window(cursor, limit)
    with db.reading() as session:
        lines = audit.entries(session, before=window.after, subject=subject, limit=window.rows)
    return window.page(lines, AuditOut.of)


HANDLERS: list[ControllerRouterHandler] = [list_entries]
