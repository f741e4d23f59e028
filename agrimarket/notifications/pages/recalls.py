"""Page of a recall or a drill: what became known, and who was reached."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from agrimarket.http.handlers import page
from agrimarket.http.pages import render_page
from agrimarket.http.params import Cursor
from agrimarket.kernel.addresses import SOLD, path_of, title_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import t
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import RecallId, reference
from agrimarket.notifications.routes.recalls import REACHED
from agrimarket.notifications.service import recalls
from agrimarket.orders.service import recalls as drills

SHOWN = 50


@page("/recalls/{recall_id:str}")
def show(
    request: Request[Any, Any, Any],
    recall_id: FromPath[RecallId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    cursor: Cursor = None,
) -> Template:
    """A recall, for the lot's seller and operators; a drill for operators."""
    window = REACHED.window(cursor, SHOWN)
    with db.reading() as session:
        row = drills.one(session, principal, recall_id)
        found = recalls.page(session, principal, recall_id, window.after, window.rows)
    shown, following = window.cut(found)
    path = f"/recalls/{reference('recall', recall_id)}"
    return render_page(
        request,
        "recalls/one.html",
        visitor=principal,
        title=t("recall.one_drill" if row.drill else "recall.one", language, number=short_number(recall_id)),
        row=row,
        seconds=None if row.listed_at is None else f"{(row.listed_at - row.pressed_at).total_seconds():.1f}",
        sold=Weight(row.grams),
        operator=principal.has(Role.OPERATOR),
        trace=f"/lots/{reference('lot', row.lot_id)}/trace",
        reached=[
            (path_of(SOLD, each.buyer.order_id), title_of(SOLD, short_number(each.buyer.order_id), language), each)
            for each in shown
        ],
        more=f"{path}?cursor={following}" if following else "",
    )
