"""Harvest lots: recorded, corrected, recalled."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.catalog import events, rules
from agrimarket.catalog.errors import (
    LotBeingShared,
    LotInReview,
    LotNotExpected,
    LotNotHeld,
    LotOffered,
    LotStillExpected,
    PerishByPast,
    QuantityBelowSold,
)
from agrimarket.catalog.models.listings import HarvestLot
from agrimarket.catalog.queries import listings, products
from agrimarket.catalog.queries import lots as queries
from agrimarket.catalog.service import stock
from agrimarket.catalog.types.lots import LotView, NewLot
from agrimarket.drive import drive
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.errors import found
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import reference
from agrimarket.regions.service import places, served


def add(session: Session, principal: Principal, data: NewLot) -> LotView:
    """Record a harvest for the caller's seller account, or one that is expected; nothing is on sale yet.

    Without `perish_by` the produce's usual keeping time counts, from the day on which the harvest is expected.
    `NotFound` for an unknown product, `RegionUnknown`, `OriginNotServed`, `HarvestAhead` (beyond
    `rules.MAX_EXPECTED`), `ShareTooLarge`, `ShareOfHarvested`, `PerishByPast`, `PerishByTooLate`.
    """
    lot = HarvestLot(seller_id=principal.require_seller(), **_checked(session, data))
    session.add(lot)
    session.flush()  # its view is read by plain SQL
    return _view(session, lot)


def revise(session: Session, principal: Principal, lot_id: UUID, data: NewLot) -> LotView:
    """Replace all that a lot says while nothing of it was ever on sale; the refusals of `add`, `LotOffered`, and
    `LotInReview` for other produce than an operator was asked about.
    """
    lot = lock(session, principal, lot_id)
    if queries.offered(session, lot.id):
        raise LotOffered
    if data.product_id != lot.product_id and queries.in_review(session, lot.id):
        raise LotInReview
    for name, value in _checked(session, data).items():
        setattr(lot, name, value)
    session.flush()  # its view is read by plain SQL
    return _view(session, lot)


def discard(session: Session, principal: Principal, lot_id: UUID) -> None:
    """Delete a lot of which nothing was ever on sale, with its drafts and what coaches proposed about them.

    `NotFound`, `LotOffered`; so is a lot to which something else refers: a cart, or a county's opinion.
    """
    lot = lock(session, principal, lot_id)
    if queries.offered(session, lot.id):
        raise LotOffered
    try:
        with session.begin_nested():
            queries.discard(session, lot.id)
    except IntegrityError as error:
        raise LotOffered from error


def _checked(session: Session, data: NewLot) -> dict[str, Any]:
    """The columns of a lot that says that; the refusals of `add`."""
    product = found(products.find(session, data.product_id), pointer="/product_id")
    origin = places.get(session, data.region_code)
    served.require_origin(session, origin, "/region_code")
    now = clock.read(session)
    most = drive().presale.share_bps
    share = rules.expected_share(data.harvested_on, rules.china_day(now), data.share, most)
    by = data.perish_by or rules.perish_by(data.harvested_on, product.perishability_days)
    rules.check_perish_by(data.harvested_on, by, product.perishability_days, now)
    return {
        "product_id": product.id,
        "region_code": origin.code,
        "origin_name": origin.full_name,
        "harvested_on": data.harvested_on,
        "perish_by": by,
        "quantity": data.quantity,
        "expected_share": share,
        "grade": data.grade,
        "storage": data.storage,
    }


def page(session: Session, principal: Principal, before: UUID | None, limit: int) -> list[LotView]:
    """The caller's lots, newest first. One statement."""
    return queries.page(session, principal.require_seller(), before, limit)


def one(session: Session, principal: Principal, lot_id: UUID) -> LotView:
    """The caller's lot; `NotFound` for anybody else's. One statement."""
    return found(queries.view(session, principal.require_seller(), lot_id))


def lock(session: Session, principal: Principal, lot_id: UUID) -> HarvestLot:
    """The caller's lot, locked; `NotFound` for anybody else's."""
    return found(queries.lock(session, lot_id, principal.require_seller()))


def read(session: Session, principal: Principal, lot_id: UUID) -> HarvestLot:
    """A lot, for its seller or an operator; `NotFound` for anybody else."""
    owner = None if principal.has(Role.OPERATOR) else found(principal.seller_id)
    return found(queries.find(session, lot_id, owner))


def correct_quantity(session: Session, principal: Principal, lot_id: UUID, quantity: int) -> LotView:
    """Set the lot's quantity to the real harvest, in grams; `QuantityBelowSold` below what is sold or held.

    Of an expected lot it is another estimate, whose share must cover that. `LotBeingShared` while orders are scaled
    down. Listings that can fill no further order end as sold_out.
    """
    lot = lock(session, principal, lot_id)
    if lot.came_in is not None:
        raise LotBeingShared(lot.id)
    if rules.sellable(quantity, lot.expected_share) < lot.reserved + lot.committed:
        raise QuantityBelowSold(lot.reserved + lot.committed)
    lot.quantity = quantity
    session.flush()  # plain SQL decides which listings end
    stock.end_sold_out(session, [lot.id])
    return _view(session, lot)


def bring_in(
    session: Session, principal: Principal, lot_id: UUID, quantity: int, harvested_on: date | None = None
) -> LotView:
    """Record that the expected harvest of the caller's lot is in: `quantity` grams (0 for none), today unless told.

    Its perish-by moves with the day. Where it covers what is held and sold, the lot is an ordinary one from now on.
    Where it does not, nothing more of it is sold, and its orders share what came in (`lot.harvested` is recorded;
    `orders.service.preorders` and then `share_out` below). `NotFound`, `LotNotExpected`, `HarvestNotYet`,
    `PerishByPast` for a day so long ago that it would be spoiled.
    """
    lot = lock(session, principal, lot_id)
    if lot.expected_share is None or lot.came_in is not None:
        raise LotNotExpected
    now = clock.read(session)
    today = rules.china_day(now)
    day, expected = harvested_on or today, lot.quantity
    rules.check_harvested(day, today)
    lot.perish_by += day - lot.harvested_on
    if lot.perish_by <= now:
        raise PerishByPast(pointer="/harvested_on")
    lot.harvested_on = day
    short = quantity < lot.reserved + lot.committed
    if short:
        lot.came_in = quantity
    else:
        lot.quantity, lot.expected_share = quantity, None
    session.flush()  # plain SQL decides which listings end
    if not short:
        stock.end_sold_out(session, [lot.id])
    names = {"lot_id": lot.id, "seller_id": lot.seller_id}
    outbox.record(session, events.LotHarvested(expected=expected, came_in=quantity, short=short, **names))
    return _view(session, lot)


def being_shared(session: Session) -> list[UUID]:
    """Lots whose harvest was short, and of which nobody holds anything unpaid any more, for orders to share out."""
    return queries.being_shared(session)


def lock_short(session: Session, lot_id: UUID) -> int | None:
    """Lock a lot whose harvest was short; returns the grams that came in. None if there is nothing to share out now.

    That is so while somebody still pays for some of it, and once it was shared out.
    """
    lot = queries.lock(session, lot_id, None)
    return None if lot is None or lot.reserved > 0 else lot.came_in


def share_out(session: Session, lot_id: UUID, sold: int) -> None:
    """Make a lot that was short an ordinary one, of which `sold` grams (no more than came in) are sold.

    The caller has locked it by `lock_short` and has scaled its orders down to that. Its listings that can fill no
    further order end.
    """
    lot = found(queries.lock(session, lot_id, None))
    if lot.came_in is None or not 0 <= sold <= lot.came_in:
        raise LotNotHeld
    lot.quantity, lot.committed, lot.came_in, lot.expected_share = lot.came_in, sold, None, None
    session.flush()  # plain SQL decides which listings end
    stock.end_sold_out(session, [lot.id])


def require_harvested(session: Session, lot_ids: Collection[UUID]) -> None:
    """`LotStillExpected` if the harvest of one of these lots is not in, or is being shared out. One statement."""
    waiting = queries.expected(session, lot_ids)
    if waiting:
        raise LotStillExpected(lot_id=waiting[0].id, day=waiting[0].day)


def recall(session: Session, principal: Principal, lot_id: UUID, reason: str) -> None:
    """Take a lot back, for its seller or an operator: no new reservation, its listings end, `lot.recalled` is recorded.

    What is already reserved or sold stays as it is until a person has looked at it. A lot that was recalled before
    stays as it is.
    """
    owner = None if principal.has(Role.OPERATOR) else found(principal.seller_id)
    lot = found(queries.lock(session, lot_id, owner))
    if lot.recalled_at is not None:
        return
    lot.recalled_at = clock.read(session)
    session.flush()  # the lot is written before its listings, as everywhere
    listings.recall(session, lot.id)
    outbox.record(session, events.LotRecalled(lot_id=lot.id, seller_id=lot.seller_id, reason=reason))
    audit.record(session, principal, "lot.recalled", reference("lot", lot.id), {"reason": reason})


def _view(session: Session, lot: HarvestLot) -> LotView:
    return found(queries.view(session, lot.seller_id, lot.id))
