"""Papers about orders: what they say is read in a transaction, and they are drawn outside of it."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.orders.errors import NothingToPrint
from agrimarket.orders.service import packing, papers, seller_orders
from agrimarket.orders.states import ADDRESS_NEEDED
from agrimarket.orders.types import OrderView
from agrimarket.printing.labels import Paper
from agrimarket.settings import Settings


def label(db: Database, settings: Settings, seller: Principal, order_id: UUID, paper: Paper) -> bytes:
    """The labels of an order's boxes, in the language of who gets it, for its seller; `NotFound` for its buyer.

    `NothingToPrint` once it has ended.
    """
    with db.reading() as session:
        view = seller_orders.view(session, seller, order_id)
        seller_orders.require_seller(seller, view.order)
        made = papers.labels_of(session, _going([view]), paper, papers.language_of(session, view), settings.base_url)
    return made.pdf()


def slip(db: Database, settings: Settings, principal: Principal, order_id: UUID, paper: Paper) -> bytes:
    """The packing slip of an order, in the language of who gets it, for its seller and its buyer."""
    with db.reading() as session:
        view = seller_orders.view(session, principal, order_id)
        made = papers.slips_of(session, [view], paper, papers.language_of(session, view), settings.base_url)
    return made.pdf()


def labels(db: Database, settings: Settings, seller: Principal, paper: Paper, language: str) -> bytes:
    """The labels of all orders that are packed now, in the language of who prints them. `NothingToPrint`."""
    with db.reading() as session:
        made = papers.labels_of(session, _ready(session, seller), paper, language, settings.base_url)
    return made.pdf()


def slips(db: Database, settings: Settings, seller: Principal, paper: Paper, language: str) -> bytes:
    """The packing slips of the same orders. `NothingToPrint`."""
    with db.reading() as session:
        made = papers.slips_of(session, _ready(session, seller), paper, language, settings.base_url)
    return made.pdf()


def _ready(session: Session, seller: Principal) -> Sequence[OrderView]:
    return _going(packing.ready(session, seller))


def _going(views: Sequence[OrderView]) -> Sequence[OrderView]:
    if not views or any(view.order.state not in ADDRESS_NEEDED for view in views):
        raise NothingToPrint
    return views
