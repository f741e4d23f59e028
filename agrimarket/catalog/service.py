"""Use cases of `catalog`."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog import events, queries, rules, stock
from agrimarket.catalog.errors import LotNotHeld
from agrimarket.catalog.types import Offer
from agrimarket.kernel import outbox
from agrimarket.kernel.errors import NotFound


def offers(session: Session, listing_ids: Iterable[UUID]) -> list[Offer]:
    """What these listings offer now, in order of id; ids that do not exist are left out. One statement.

    Nothing is locked: only `reserve` decides what can be had.
    """
    return queries.offers(session, sorted(set(listing_ids)))


def reserve(session: Session, wanted: Mapping[UUID, int]) -> None:
    """Hold grams of lots, all or none; lot id → grams above zero. One statement, rows locked in id order.

    Never oversells (invariant 1), under any concurrency. Raises for the first lot that refuses: `LotSoldOut` (its
    subclasses tell what is left, or how many others are open), `LotPerished`, `LotRecalled`, or `NotFound`.
    """
    _positive(wanted)
    if not wanted:
        return
    short = stock.change(session, stock.RESERVE, wanted)
    for row in short:
        if row.refused:
            raise rules.refusal(row.id, free=row.free, others=row.others, perished=row.perished, recalled=row.recalled)
    if short:
        raise NotFound


def release(session: Session, held: Mapping[UUID, int]) -> None:
    """Give reserved grams back, all or none; `LotNotHeld` if less is reserved. One statement."""
    _move(session, stock.RELEASE, held)


def commit(session: Session, held: Mapping[UUID, int]) -> None:
    """Turn reserved grams into sold ones, all or none; `LotNotHeld` if less is reserved. Two statements.

    Listings whose lot cannot fill another order end as sold_out, and `lot.sold_out` is recorded.
    """
    _move(session, stock.COMMIT, held)
    _end_sold_out(session, held)


def restock(session: Session, sold: Mapping[UUID, int]) -> None:
    """Give sold grams back (an order that is not packed), all or none; `LotNotHeld` if less is sold. One statement.

    A listing that has ended stays ended: its seller decides whether to offer the rest anew.
    """
    _move(session, stock.RESTOCK, sold)


def _end_sold_out(session: Session, lot_ids: Iterable[UUID]) -> None:
    for row in session.connection().execute(stock.END_SOLD_OUT, {"ids": sorted(lot_ids)}).all():
        outbox.record(session, events.LotSoldOut(lot_id=row.lot_id, seller_id=row.seller_id))


def _move(session: Session, statement: object, held: Mapping[UUID, int]) -> None:
    _positive(held)
    if held and len(stock.change(session, statement, held)) < len(held):
        raise LotNotHeld


def _positive(grams: Mapping[UUID, int]) -> None:
    if any(amount <= 0 for amount in grams.values()):
        raise ValueError("grams must be above zero")
