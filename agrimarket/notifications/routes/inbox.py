"""JSON handlers of the inbox."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import NotificationId
from agrimarket.notifications.schemas.inbox import NotificationOut
from agrimarket.notifications.service import inbox
from agrimarket.notifications.service.inbox import InboxEntry

INBOX: Paging[InboxEntry, UUID] = by_id("ntf")


@get("/notifications", tags=["people"], summary="My inbox", scopes=(Scope.NOTIFICATIONS_READ,))
def list_messages(
    principal: NamedDependency[Principal],
    db: NamedDependency[Database],
    language: NamedDependency[str],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[NotificationOut]:
    """The caller's messages, the newest first."""
    window = INBOX.window(cursor, limit)
    with db.reading() as session:
        found = inbox.entries(session, principal.person_id, language=language, before=window.after, limit=window.rows)
    return window.page(found, NotificationOut.of)


@post(
    "/notifications/{notification_id:str}/read",
    status_code=204,
    tags=["people"],
    summary="I have read it",
    scopes=(Scope.NOTIFICATIONS_WRITE,),
)
def read(
    notification_id: FromPath[NotificationId], principal: NamedDependency[Principal], db: NamedDependency[Database]
) -> None:
    """Marks the message as read. Twice does no harm."""
    with db.transaction() as session:
        inbox.mark_read(session, principal.person_id, notification_id)


HANDLERS: list[ControllerRouterHandler] = [list_messages, read]
