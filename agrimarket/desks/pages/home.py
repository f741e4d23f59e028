"""The staff's home: each desk that they may use, how many wait there, and for how long."""

from datetime import datetime, timedelta
from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.desks.service import home
from agrimarket.desks.service.home import Desk
from agrimarket.http.handlers import page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal, Role

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@page("/desk")
def show_home(
    request: Request[Any, Any, Any], principal: NamedDependency[Principal], db: NamedDependency[Database]
) -> Template:
    """For operators and coaches; signing in leads here."""
    principal.require(Role.OPERATOR, Role.COACH)
    language = language_of(request)
    with db.reading() as session:
        now = clock.read(session)
        desks = home.desks_of(session, principal)
    rows = [_row(desk, now, language) for desk in desks]
    return render_page(request, "home.html", visitor=principal, rows=rows)


def _row(desk: Desk, now: datetime, language: str) -> dict[str, Any]:
    waits = desk.waiting
    return {
        "path": desk.path,
        "title": t(f"site.desk_{desk.name}", language),
        "help": t(f"desk.{desk.name}", language),
        "count": waits.count if waits else None,
        "oldest": _oldest(desk.name, waits.oldest, now, language) if waits and waits.oldest else "",
        "tone": "bad" if desk.name == "dead_letters" else "soon",
    }


def _oldest(name: str, oldest: datetime, now: datetime, language: str) -> str:
    """Since when the oldest waits; of a coach's tasks, when the first is due."""
    if name == "coach":
        return t("desk.due", language, at=oldest)
    age = max(now - oldest, _MINUTE)
    unit, size = ("days", _DAY) if age >= 2 * _DAY else ("hours", _HOUR) if age >= 2 * _HOUR else ("minutes", _MINUTE)
    return t(f"desk.oldest_{unit}", language, count=int(age / size))


HANDLERS: list[ControllerRouterHandler] = [show_home]
