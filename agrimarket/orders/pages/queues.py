"""The operators' desks of `orders`: the queue on the left, what was chosen of it on the right, with its order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from litestar.di import NamedDependency
from litestar.response import Template
from sqlmodel import Session

from agrimarket.http.formdata import texts
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page
from agrimarket.http.params import Cursor
from agrimarket.kernel.addresses import BOUGHT, SOLD, path_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.paging import Paging
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.orders.pages import sides
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.types import OrderView

SHOWN = 50
Row = TypeVar("Row")
Item = TypeVar("Item")


def _nothing(_session: Session, _item: Any, _view: OrderView) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the queue: its words, what is said below them, and its tag with the tag's tone."""

    words: str
    below: tuple[Any, ...]
    tag: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a queue shows instead of all that waits.

    `address` is the query by which it is asked for, `waiting` reads the rows, and `shown` is for the template.
    """

    address: str
    waiting: Callable[[Session, Any, int], list[Any]]
    shown: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Desk(Generic[Row, Item]):
    """A desk at the address `home`, whose rows have ids of `kind`.

    `waiting` reads the rows after a position; `entry` tells one in the queue. `choose` reads the item of an id and its
    order, and `facts` are what the template shows of both.
    """

    home: str
    kind: str
    template: str
    paging: Paging[Row, Any]
    waiting: Callable[[Session, Any, int], list[Row]]
    id_of: Callable[[Row], UUID]
    entry: Callable[[Row, str], Entry]
    choose: Callable[[Session, Principal, UUID], tuple[Item, OrderView]]
    facts: Callable[[Item, OrderView, str], dict[str, Any]]
    about: Callable[[Session, Item, OrderView], dict[str, Any]] = _nothing
    """What the template shows beside, read from the database."""

    def path(self, item_id: UUID, filters: str = "") -> str:
        """Address at which that item is chosen; `filters` are those of the queue beside it."""
        return f"{self.home}/{reference(self.kind, item_id)}{filters and '?'}{filters}"

    def show(
        self,
        request: AnyRequest,
        db: Database,
        operator: Principal,
        item_id: UUID | None,
        *,
        cursor: str | None = None,
        refusal: DomainError | None = None,
        data: Mapping[str, Any] | None = None,
        chosen_by: Filter | None = None,
    ) -> Template:
        """Page of the desk: `item_id` is chosen, or the first that waits.

        After a `refusal` the page has its sentence and what was typed (`data`). `chosen_by` is what the queue shows
        instead of all that waits.
        """
        language, window = language_of(request), self.paging.window(cursor, SHOWN)
        filters = chosen_by.address if chosen_by else ""
        with db.reading() as session:
            waiting = chosen_by.waiting if chosen_by else self.waiting
            rows, following = window.cut(waiting(session, window.after, window.rows))
            item_id = item_id or (self.id_of(rows[0]) if rows else None)
            chosen = None if item_id is None else self.choose(session, operator, item_id)
            place = sides.place(session, chosen[1], language) if chosen else ""
            beside = self.about(session, *chosen) if chosen else {}
        shown: dict[str, Any] = {"item": None}
        if chosen is not None:
            shown = {"place": place} | beside | _of_order(chosen[1], language) | self.facts(*chosen, language)
        return render_page(
            request,
            self.template,
            visitor=operator,
            refusal=refusal,
            typed=texts(data or {}),
            home=self.home,
            queue=[(self.path(self.id_of(row), filters), self.entry(row, language)) for row in rows],
            more=f"{self.home}?{filters}{filters and '&'}cursor={following}" if following else "",
            href=self.path(item_id) if item_id else "",
            here=self.path(item_id, filters) if item_id else "",
            **(chosen_by.shown if chosen_by else {}),
            **shown,
        )


def queue_of(desk: Desk[Any, Any]) -> Callable[..., Template]:
    """What handles the desk's own address, where the first that waits is chosen."""

    def queue(
        request: AnyRequest, db: NamedDependency[Database], operator: NamedDependency[Principal], cursor: Cursor = None
    ) -> Template:
        return desk.show(request, db, operator, None, cursor=cursor)

    return queue


def _of_order(view: OrderView, language: str) -> dict[str, Any]:
    """What every desk shows of the order that it is about."""
    order = view.order
    return {
        "order": order,
        "orders": [(path_of(side, order.id), t(f"order.page.{side}", language)) for side in (BOUGHT, SOLD)],
        "lines": [f"{line.title} × {line.due_packs}" for line in view.lines],
        "history": sides.timeline(view, language),
    }
