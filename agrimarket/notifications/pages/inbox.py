"""The inbox: every message that a person was sent, each with the page on which they act."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.notifications.routes.inbox import INBOX
from agrimarket.notifications.service import inbox

HOME = "/me/messages"
SHOWN = 30


@page(HOME)
def show(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    cursor: Cursor = None,
) -> Template:
    """The newest messages first; what is not read yet is marked."""
    window = INBOX.window(cursor, SHOWN)
    with db.reading() as session:
        found = inbox.entries(session, principal.person_id, language=language, before=window.after, limit=window.rows)
    shown, following = window.cut(found)
    unread = [entry for entry in shown if entry.read_at is None]
    return render_page(
        request,
        "inbox.html",
        visitor=principal,
        entries=shown,
        last=reference("notification", unread[0].id) if unread else "",
        more=f"{HOME}?cursor={following}" if following else "",
    )


@form(f"{HOME}/read")
def read(data: Fields, db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Redirect:
    """Marks every message up to the newest that was shown as read."""
    last = ids.parse("ntf", texts(data).get("last", ""))
    with db.transaction() as session:
        inbox.mark_all_read(session, principal.person_id, last)
    return see_other(HOME)


HANDLERS: list[ControllerRouterHandler] = [show, read]
