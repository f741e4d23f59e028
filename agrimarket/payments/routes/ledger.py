"""The ledger for operators, and the statement for sellers."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.payments.schemas.ledger import EntryOut, LedgerOut, StatementLine
from agrimarket.payments.service import ledger
from agrimarket.payments.service.ledger import Entry, StatementEntry

ENTRIES: Paging[Entry, UUID] = by_id("ent")
STATEMENT: Paging[StatementEntry, UUID] = by_id("ent")


@get("/ledger", tags=["operations"], summary="The trial balance", scopes=(Scope.LEDGER_READ,))
def read_ledger(db: NamedDependency[Database], operator: NamedDependency[Principal]) -> LedgerOut:
    """Every kind of account, and their sum, which is zero."""
    with db.reading() as session:
        return LedgerOut.of(ledger.trial_balance(session))


@get("/ledger/entries", tags=["operations"], summary="Journal entries, newest first", scopes=(Scope.LEDGER_READ,))
def read_entries(
    db: NamedDependency[Database], operator: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[EntryOut]:
    """Entries with all their postings."""
    window = ENTRIES.window(cursor, limit)
    with db.reading() as session:
        found = ledger.entries(session, before=window.after, limit=window.rows)
    return window.page(found, EntryOut.of)


@get(
    "/statements",
    tags=["sellers"],
    summary="What changed in what the seller is owed, newest first",
    scopes=(Scope.PAYOUTS_READ,),
)
def read_statement(
    db: NamedDependency[Database], seller: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[StatementLine]:
    """Sales less commission, refunds, payouts, and what was withheld for a debt, with orders and commission."""
    window = STATEMENT.window(cursor, limit)
    with db.reading() as session:
        found = ledger.statement(session, seller.require_seller(), before=window.after, limit=window.rows)
    return window.page(found, StatementLine.of)


ROUTES: list[ControllerRouterHandler] = [read_ledger, read_entries, read_statement]
