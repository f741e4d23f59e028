"""The desk of the audit log: what was done, by whom, to what and when; filters stand in the address."""

import json
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.accounts.routes.audit import ENTRIES
from agrimarket.accounts.rules import day_after, day_begins
from agrimarket.accounts.service import audit, people
from agrimarket.accounts.types import AuditFilter, AuditLine, Contact
from agrimarket.http.handlers import page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference

AnyRequest = Request[Any, Any, Any]
HOME = "/desk/audit"
SHOWN = 50
Typed = Annotated[str, QueryParameter(max_length=254)]


def again(
    refusal: DomainError,
    request: AnyRequest,
    operator: Principal,
    who: str,
    what: str,
    about: str,
    since: str,
    until: str,
) -> Template:
    """The filters with what was typed and what is wrong with it, above no entries."""
    typed = {"who": who, "what": what, "about": about, "since": since, "until": until}
    return _show(request, operator, [], "", typed, refusal)


@page(HOME, again=again)
def entries(
    request: AnyRequest,
    operator: NamedDependency[Principal],
    db: NamedDependency[Database],
    who: Typed = "",
    what: Typed = "",
    about: Typed = "",
    since: Typed = "",
    until: Typed = "",
    cursor: Cursor = None,
) -> Template:
    """Entries of the log, the newest first; `since` and `until` are days, both included."""
    typed = {"who": who, "what": what, "about": about, "since": since, "until": until}
    window, language = ENTRIES.window(cursor, SHOWN), language_of(request)
    with db.reading() as session:
        found = audit.search(session, _wanted(session, typed), before=window.after, limit=window.rows)
        lines, following = window.cut(found)
        names = people.contacts(session, {line.person_id for line in lines if line.person_id})
    asked = {name: value for name, value in typed.items() if value}
    more = f"{HOME}?{urlencode(asked | {'cursor': following})}" if following else ""
    return _show(request, operator, [_row(line, names, language) for line in lines], more, typed)


def _wanted(session: Session, typed: Mapping[str, str]) -> AuditFilter:
    """The filter that was typed; `SomebodyUnknown`, `DayUnreadable`."""
    who, since, until = (typed[name].strip() for name in ("who", "since", "until"))
    return AuditFilter(
        person_id=people.find(session, who, pointer="/who") if who else None,
        action=typed["what"].strip(),
        subject=typed["about"].strip(),
        since=day_begins(since, pointer="/since") if since else None,
        until=day_after(until, pointer="/until") if until else None,
    )


def _show(
    request: AnyRequest,
    operator: Principal,
    rows: list[dict[str, Any]],
    more: str,
    typed: Mapping[str, str],
    refusal: DomainError | None = None,
) -> Template:
    return render_page(
        request,
        "audit.html",
        visitor=operator,
        refusal=refusal,
        rows=rows,
        more=more,
        typed=typed,
    )


def _row(line: AuditLine, names: Mapping[UUID, Contact], language: str) -> dict[str, Any]:
    """An entry, with the addresses that show all of its person and all about its subject."""
    contact = names.get(line.person_id) if line.person_id else None
    who = reference("person", line.person_id) if line.person_id else ""
    return {
        "at": line.at,
        "action": line.action,
        "who": (contact.display_name or contact.email or contact.phone) if contact else t("audit.system", language),
        "who_href": f"{HOME}?{urlencode({'who': who})}" if who else "",
        "subject": line.subject,
        "subject_href": f"{HOME}?{urlencode({'about': line.subject})}",
        "details": json.dumps(line.details, ensure_ascii=False) if line.details else "",
        "request_id": line.request_id,
    }


HANDLERS: list[ControllerRouterHandler] = [entries]
