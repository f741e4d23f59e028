"""Page of a member: harvests that others filed for them, to confirm or decline."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import render_page, see_other
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import FilingId, reference
from agrimarket.onboarding.pages.appeals import path_of as appeal_path
from agrimarket.onboarding.schemas.filings import FilingOut
from agrimarket.onboarding.service import filings

SHOWN = 50


@page("/filings")
def mine(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Template:
    """Filings for the member, newest first."""
    with db.reading() as session:
        listed = filings.listed(session, principal, None, SHOWN)
    rows = [
        (reference("filing", each.row.id), short_number(each.row.id), FilingOut.of(each, language)) for each in listed
    ]
    appeals = {key: appeal_path(out.appeal_id) for key, _, out in rows if out.appeal_id}
    return render_page(request, "filings.html", visitor=principal, rows=rows, appeals=appeals)


@form("/filings/{filing_id:str}/confirm")
def confirm(
    filing_id: FromPath[FilingId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Confirm a filing; redirects to the appeal that it became. With `sells` who filed it may sell."""
    with db.transaction() as session:
        row = filings.confirm(session, principal, filing_id, sells="sells" in texts(data)).row
    return see_other(appeal_path(row.appeal_id) if row.appeal_id else "/filings")


@form("/filings/{filing_id:str}/decline")
def decline(
    filing_id: FromPath[FilingId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Redirect:
    """Decline a filing that is not the member's."""
    with db.transaction() as session:
        filings.decline(session, principal, filing_id)
    return see_other("/filings")


HANDLERS: list[ControllerRouterHandler] = [mine, confirm, decline]
