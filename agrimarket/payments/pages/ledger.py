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
from agrimarket.kernel.i18n import PEOPLES_ZONE, percent, t
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.payments.routes.ledger import STATEMENT
from agrimarket.payments.service import ledger
from agrimarket.payments.service.ledger import StatementEntry

HOME = "/payout-account/statement"
SHOWN = 50


@dataclass(frozen=True, slots=True)
class LineWords:
    """A line of the statement as its seller reads it; `orders` are numbers, `share` is the commission's, if any."""

    day: date
    what: str
    orders: str
    share: str
    commission: Money
    amount: Money


def in_words(lines: Sequence[StatementEntry], language: str) -> list[LineWords]:
    """Changes of what the seller is owed: sales are positive, refunds and payouts negative."""
    return [
        LineWords(
            day=line.entry.created_at.astimezone(PEOPLES_ZONE).date(),
            what=t(f"payout.kind.{line.entry.kind}", language),
            orders=", ".join(short_number(part.reference_id) for part in line.parts),
            share=", ".join(dict.fromkeys(percent(part.commission_bps, language) for part in line.parts)),
            commission=line.commission,
            amount=line.net,
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
    window = STATEMENT.window(cursor, SHOWN)
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
