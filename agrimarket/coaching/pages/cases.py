"""The page of somebody who is coached: who helps them, what is asked of them, and by when they are called."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.coaching.service import homes
from agrimarket.http.handlers import page
from agrimarket.http.pages import render_page
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal


@page("/me/coach")
def show_mine(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Template:
    """The cases of whoever is signed in, newest first; those that were closed stay for a while to be read."""
    with db.reading() as session:
        lines = homes.lines(session, principal, closed=True)
    return render_page(request, "cases.html", visitor=principal, cases=[(line, line.title(language)) for line in lines])


HANDLERS: list[ControllerRouterHandler] = [show_mine]
