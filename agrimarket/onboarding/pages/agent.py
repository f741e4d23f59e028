"""A village agent's page: the farmers they filed for, and the next one."""

from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding.numbers import appeal_number
from agrimarket.onboarding.pages.appeal import ANOTHERS, cookie
from agrimarket.onboarding.pages.reading import weight_words
from agrimarket.onboarding.service import appeals, drafts
from agrimarket.settings import Settings

SHOWN = 20


@page("/agent")
def mine(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    before: FromQuery[str] = "",
) -> Response[Any]:
    """Whom they filed for, newest first, and how far each is."""
    language = language_of(request)
    with db.transaction() as session:
        found = appeals.filed_for_others(session, principal, ids.parse("apl", before) if before else None, SHOWN + 1)
    rows = [
        {
            "id": ids.encode("apl", each.appeal.id),
            "number": appeal_number(each.appeal.number),
            "name": appeals.name_of(each.appeal),
            "about": " · ".join(
                filter(None, (each.appeal.product, weight_words(each.appeal.quantity_text, language), each.place))
            ),
            "state": each.application_state or each.appeal.state,
            "application": each.appeal.application_id and ids.encode("app", each.appeal.application_id),
        }
        for each in found[:SHOWN]
    ]
    more = f"/agent?before={rows[-1]['id']}" if len(found) > SHOWN else ""
    return render_page(request, "agent.html", visitor=principal, rows=rows, more=more)


@form("/agent/appeal")
def begin(
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],  # only guards
) -> Redirect:
    """An appeal for the next farmer, with nothing in it of the one before."""
    with db.transaction() as session:
        token = drafts.keep(session, None, {"whose": ANOTHERS})
    answer = see_other("/appeal/produce")
    answer.cookies = [cookie(settings, token)]
    return answer


HANDLERS: list[ControllerRouterHandler] = [mine, begin]
