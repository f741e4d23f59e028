"""HTML handlers of a person's own account, and of the language of pages."""

from datetime import timedelta
from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.accounts.pages.devices import device_name
from agrimarket.accounts.service import people, sign_in
from agrimarket.drive import drive
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import COOKIE
from agrimarket.http.pages import cookie, local_path, render_page, see_other
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.settings import Settings
from agrimarket.typed.telephones import spaced

YEAR = timedelta(days=365)
"""Time for which a choice of language is kept."""


@page("/me/account")
def show_me(
    request: Request[Any, Any, Any], principal: NamedDependency[Principal], db: NamedDependency[Database]
) -> Template:
    """Shows the person's own account and sign-ins."""
    with db.reading() as session:
        mine = people.profile(session, principal)
        sessions = sign_in.sessions_of(session, principal.person_id)
    reach = spaced(mine.contact.phone) if mine.contact.phone else mine.contact.email
    return render_page(
        request,
        "people.html",
        visitor=principal,
        mine=mine,
        reach=reach,
        sessions=sessions,
        reference=reference,
        device_name=device_name,
    )


@form("/language")
def choose_language(
    data: Fields,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    visitor: NamedDependency[Principal | None],
) -> Redirect:
    """Shows pages in that language from now on; sends a person who is signed in messages in it, too."""
    typed = texts(data)
    answer, chosen = see_other(local_path(typed.get("next"))), typed.get("language")
    if chosen in drive().languages:
        answer.set_cookie(cookie(settings, COOKIE, chosen, YEAR))
        if visitor is not None:
            with db.transaction() as session:
                people.describe(session, visitor.person_id, language=chosen)
    return answer


HANDLERS: list[ControllerRouterHandler] = [show_me, choose_language]
