"""Page of a village agent: the farmers they filed for, and the next one."""

from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http import weights
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import cookie, render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Paging, by_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.onboarding import rules
from agrimarket.onboarding.pages.checked import ANOTHERS
from agrimarket.onboarding.pages.drafts import COOKIE
from agrimarket.onboarding.service import agents, appeals, drafts
from agrimarket.onboarding.types import AgentAppeal
from agrimarket.settings import Settings

SHOWN = 20
FILED: Paging[AgentAppeal, UUID] = by_id("apl", lambda each: each.appeal.id)


@page("/agent")
def mine(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    cursor: Cursor = None,
) -> Template:
    """Farmers whom the agent filed for, newest first, with the progress of each."""
    window = FILED.window(cursor, SHOWN)
    with db.transaction() as session:
        shown, following = window.cut(agents.appeals_filed(session, principal, window.after, window.rows))
    rows = [_row(each, language) for each in shown]
    more = f"/agent?cursor={following}" if following else ""
    return render_page(request, "agents.html", visitor=principal, rows=rows, more=more)


def _row(each: AgentAppeal, language: str) -> dict[str, Any]:
    appeal = each.appeal
    facts = (appeal.product, weights.words(appeal.quantity_text, language), each.place.in_language(language))
    return {
        "id": reference("appeal", appeal.id),
        "number": rules.appeal_number(appeal.number),
        "name": appeals.name_of(appeal),
        "about": " · ".join(filter(None, facts)),
        "state": each.application_state or appeal.state,
        "application": appeal.application_id and reference("application", appeal.application_id),
    }


@form("/agent/appeal")
def begin(
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Response[Any]:
    """Begin an empty appeal for the next farmer."""
    with db.transaction() as session:
        token = drafts.keep(session, None, {"whose": ANOTHERS})
    answer: Redirect = see_other("/appeal/produce")
    answer.cookies = [cookie(settings, COOKIE, token, rules.DRAFTS_KEPT)]
    return answer


HANDLERS: list[ControllerRouterHandler] = [mine, begin]
