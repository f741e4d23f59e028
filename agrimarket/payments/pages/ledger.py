"""The page of a seller's statement, and its lines in people's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from agrimarket.accounts.service import sellers
from agrimarket.http.handlers import page
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE, t
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.payments.routes.ledger import ENTRIES
from agrimarket.payments.schemas.ledger import StatementLine
from agrimarket.payments.service import ledger
from agrimarket.payments.service.ledger import Entry

HOME = "/payout-account/statement"
SHOWN = 50


@dataclass(frozen=True, slots=True)
class LineWords:
    """Line of the statement, in its seller's words."""

    day: date
    what: str
    amount: Money


def in_words(entries: Sequence[Entry], language: str) -> list[LineWords]:
    """Changes of what the seller is owed: sales are positive, refunds and payouts negative."""
    lines = [StatementLine.of(entry) for entry in entries]
    return [
        LineWords(
            day=line.created_at.astimezone(PEOPLES_ZONE).date(),
            what=t(f"payout.kind.{line.kind}", language),
            amount=Money(line.amount.amount, line.amount.currency),
        )
        for line in lines
    ]


@page(HOME)
def statement(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    cursor: Cursor = None,
) -> Response[Any]:
    """Changes of what the seller is owed, newest first; can be printed."""
    if principal.seller_id is None:
        return see_other("/payout-account")
    window = ENTRIES.window(cursor, SHOWN)
    with db.reading() as session:
        name, now = sellers.get(session, principal.seller_id).display_name, clock.read(session)
        balance = ledger.seller_balance(session, principal.seller_id)
        entries = ledger.statement(session, principal.seller_id, before=window.after, limit=window.rows)
    shown, following = window.cut(entries)
    return render_page(
        request,
        "ledger_statement.html",
        visitor=principal,
        seller_name=name,
        now=now,
        balance=balance,
        lines=in_words(shown, language),
        more=f"{HOME}?cursor={following}" if following else "",
    )


PAGES: list[ControllerRouterHandler] = [statement]
