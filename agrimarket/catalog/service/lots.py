"""Harvest lots: recorded, corrected, recalled."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.catalog import events, rules
from agrimarket.catalog.errors import QuantityBelowSold
from agrimarket.catalog.models import HarvestLot
from agrimarket.catalog.queries import listings, products
from agrimarket.catalog.queries import lots as queries
from agrimarket.catalog.service import stock
from agrimarket.catalog.types import LotView, NewLot
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.errors import found
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import reference
from agrimarket.regions.service import places, served


def add(session: Session, principal: Principal, data: NewLot) -> LotView:
    """Record a harvest for the caller's seller account; nothing is on sale yet.

    Without `perish_by` the produce's usual keeping time counts. `NotFound` for an unknown product, `RegionUnknown`,
    `OriginNotServed`, `HarvestAhead`, `PerishByPast`, `PerishByTooLate`.
    """
    seller_id = principal.require_seller()
    product = found(products.find(session, data.product_id), pointer="/product_id")
    origin = places.get(session, data.region_code)
    served.require_origin(session, origin, "/region_code")
    now = clock.read(session)
    rules.check_harvest(data.harvested_on, now)
    by = data.perish_by or rules.perish_by(data.harvested_on, product.perishability_days)
    rules.check_perish_by(data.harvested_on, by, product.perishability_days, now)
    lot = HarvestLot(
        seller_id=seller_id,
        product_id=product.id,
        region_code=origin.code,
        origin_name=origin.full_name,
        harvested_on=data.harvested_on,
        perish_by=by,
        quantity=data.quantity,
    )
    session.add(lot)
    session.flush()  # its view is read by plain SQL
    return _view(session, lot)


def page(session: Session, principal: Principal, before: UUID | None, limit: int) -> list[LotView]:
    """The caller's lots, newest first. One statement."""
    return queries.page(session, principal.require_seller(), before, limit)


def lock(session: Session, principal: Principal, lot_id: UUID) -> HarvestLot:
    """The caller's lot, locked; `NotFound` for anybody else's."""
    return found(queries.lock(session, lot_id, principal.require_seller()))


def one(session: Session, principal: Principal, lot_id: UUID) -> HarvestLot:
    """A lot, for its seller or an operator; `NotFound` for anybody else."""
    owner = None if principal.has(Role.OPERATOR) else found(principal.seller_id)
    return found(queries.find(session, lot_id, owner))


def correct_quantity(session: Session, principal: Principal, lot_id: UUID, quantity: int) -> LotView:
    """Set the lot's quantity to the real harvest, in grams; `QuantityBelowSold` below what is sold or held.

    Listings that can fill no further order end as sold_out.
    """
    lot = lock(session, principal, lot_id)
    if quantity < lot.reserved + lot.committed:
        raise QuantityBelowSold(lot.reserved + lot.committed)
    lot.quantity = quantity
    session.flush()  # plain SQL decides which listings end
    stock.end_sold_out(session, [lot.id])
    return _view(session, lot)


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
