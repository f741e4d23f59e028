"""JSON handlers of filings for members."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import FilingId
from agrimarket.onboarding.routes.imports import TAGS, Limit
from agrimarket.onboarding.schemas.filings import FilingOut
from agrimarket.onboarding.service import filings
from agrimarket.onboarding.types import Filing

FILINGS: Paging[Filing, UUID] = by_id("fil", lambda each: each.row.id)


@get("/filings", tags=TAGS, summary="What others filed for you, newest first", scopes=(Scope.APPLICATIONS_READ,))
def list_filings(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[FilingOut]:
    """Harvests that a cooperative filed for you; they have no effect until you confirm."""
    window = FILINGS.window(cursor, limit)
    with db.reading() as session:
        return window.page(filings.listed(session, principal, window.after, window.rows), FilingOut.of)


@post("/filings/{filing_id:str}/confirm", tags=TAGS, summary="It is mine: make it my appeal", status_code=200)
def confirm_filing(
    filing_id: FromPath[FilingId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> FilingOut:
    """Confirms a filing, which becomes your appeal. Confirming twice is the same as once."""
    with db.transaction() as session:
        return FilingOut.of(filings.confirm(session, principal, filing_id))


@post("/filings/{filing_id:str}/decline", tags=TAGS, summary="It is not mine", status_code=200)
def decline_filing(
    filing_id: FromPath[FilingId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> FilingOut:
    """Declines a filing; its name and note are erased."""
    with db.transaction() as session:
        return FilingOut.of(filings.decline(session, principal, filing_id))


HANDLERS = [list_filings, confirm_filing, decline_filing]
