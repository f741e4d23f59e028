"""JSON handlers of `notifications`."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.wire import Page, decode_cursor, encode_cursor
from agrimarket.notifications import service
from agrimarket.notifications.schemas import NotificationOut


@get("/notifications", tags=["people"], summary="My inbox")
def inbox(
    principal: NamedDependency[Principal],
    db: NamedDependency[Database],
    language: NamedDependency[str],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 50,
) -> Page[NotificationOut]:
    """The caller's messages, the newest first."""
    before = ids.parse("ntf", decode_cursor(cursor, 1)[0]) if cursor else None
    with db.reading() as session:
        found = service.inbox(session, principal.person_id, language=language, before=before, limit=limit + 1)
    following = encode_cursor(ids.encode("ntf", found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[NotificationOut.of(entry) for entry in found[:limit]], next=following)


@post("/notifications/{notification_id:str}/read", status_code=204, tags=["people"], summary="I have read it")
def read(notification_id: FromPath[str], principal: NamedDependency[Principal], db: NamedDependency[Database]) -> None:
    """Twice does no harm."""
    with db.transaction() as session:
        service.mark_read(session, principal.person_id, ids.parse("ntf", notification_id))


ROUTES: list[ControllerRouterHandler] = [inbox, read]
