"""Stock of lots, for orders. Lots are given as lot id → grams above zero; `ValueError` for anything else."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog import events, rules
from agrimarket.catalog.errors import LotNotHeld
from agrimarket.catalog.queries import stock as queries
from agrimarket.kernel import outbox
from agrimarket.kernel.errors import NotFound


def reserve(session: Session, wanted: Mapping[UUID, int]) -> None:
    """Hold grams of lots, all or none. One statement, rows locked in id order.

    Never oversells (invariant 1), nor sells more of an expected harvest than its share, under any concurrency. Raises
    for the first lot that refuses: `LotSoldOut` (its subclasses tell how much is left, how many others are open, or
    that a short harvest is being shared out), `LotPerished`, `LotRecalled`, or `NotFound`.
    """
    _require_positive(wanted)
    if not wanted:
        return
    short = queries.reserve(session, wanted)
    for row in short:
        if row.refused:
            why = {"perished": row.perished, "recalled": row.recalled, "shared": row.shared}
            raise rules.refusal(row.id, free=row.free, others=row.others, **why)
    if short:
        raise NotFound


def sold_out(session: Session, lot_id: UUID) -> Exception:
    """The `LotSoldOut` that tells a buyer who comes too late how many others are open."""
    return rules.refusal(lot_id, free=0, others=queries.others_open(session, lot_id), perished=False, recalled=False)


def release(session: Session, held: Mapping[UUID, int]) -> None:
    """Give reserved grams back, all or none; `LotNotHeld` if less is reserved. One statement."""
    _require_positive(held)
    if held and not queries.release(session, held):
        raise LotNotHeld


def commit(session: Session, held: Mapping[UUID, int]) -> None:
    """Turn reserved grams into sold ones, all or none; `LotNotHeld` if less is reserved. One statement, or two.

    Listings whose lot cannot fill another order end as sold_out, and `lot.sold_out` is recorded.
    """
    _require_positive(held)
    if not held:
        return
    short = queries.commit(session, held)
    if short is None:
        raise LotNotHeld
    if short:
        end_sold_out(session, short)


def restock(session: Session, sold: Mapping[UUID, int]) -> None:
    """Give sold grams back (an order that is not packed), all or none; `LotNotHeld` if less is sold. One statement.

    A listing that has ended stays ended: its seller decides whether to offer the rest again.
    """
    _require_positive(sold)
    if sold and not queries.restock(session, sold):
        raise LotNotHeld


def withdraw(session: Session, sold: Mapping[UUID, int]) -> None:
    """Take sold grams out of their lots, which have so much less; all or none; `LotNotHeld` if less is sold.

    They are neither sold nor free afterwards. Of an expected lot as much less is expected as they were a share of. One
    statement.
    """
    _require_positive(sold)
    if sold and not queries.withdraw(session, sold):
        raise LotNotHeld


def end_sold_out(session: Session, lot_ids: Iterable[UUID]) -> None:
    """End listings whose lot cannot fill another order; `lot.sold_out` is recorded if a lot's last listing ended."""
    for row in queries.end_sold_out(session, lot_ids):
        outbox.record(session, events.LotSoldOut(lot_id=row.lot_id, seller_id=row.seller_id))


def _require_positive(grams: Mapping[UUID, int]) -> None:
    if any(amount <= 0 for amount in grams.values()):
        raise ValueError("grams must be above zero")
