"""Transport passes of shipments: whether one is needed on an order's way, and whether the one at hand is good.

One vehicle, one pass, one route; paper is as good as electronic. Which regions ask for one is data of `regions`.
"""

from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session

from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.orders.errors import PassInUse, PassMissing, PassPlateNeeded
from agrimarket.orders.models.order_groups import OrderGroup
from agrimarket.orders.models.seller_orders import SellerOrder
from agrimarket.orders.models.shipments import Shipment, TransportPass
from agrimarket.orders.queries import shipments as queries
from agrimarket.orders.rules import check_pass
from agrimarket.orders.types import Handover
from agrimarket.regions.service import passes
from agrimarket.regions.types.passes import PassRequirementInfo
from agrimarket.regions.types.serviceability import Mode


def asked(session: Session, order: SellerOrder, group: OrderGroup) -> list[PassRequirementInfo]:
    """Regions on the order's way that ask its vehicle for a transport pass today. One statement, or none.

    Who picks goods up drives a vehicle of their own.
    """
    return [] if group.mode == Mode.PICK_UP else passes.asked(session, order.origin_region, group.region_code)


def put(
    session: Session, order: SellerOrder, group: OrderGroup, shipment: Shipment, by: Handover, now: datetime
) -> None:
    """Give a shipment that leaves at `now` the pass that it goes under; a `PassRefused` if it may not go so.

    `PassMissing` where one is asked for, `PassPlateNeeded`, and `PassInUse` while another vehicle drives under it.
    """
    held, plate = by.transport_pass, by.vehicle_plate
    if held is None:
        require_none(asked(session, order, group))
        return
    if plate is None:
        raise PassPlateNeeded(pointer="/vehicle_plate")
    check_pass(held, plate, order.origin_region, group.region_code, now.astimezone(PEOPLES_ZONE).date())
    other = queries.other_vehicle(session, held.number, plate)
    if other is not None:
        raise PassInUse(pointer="/number", number=held.number, plate=other)
    session.add(TransportPass(shipment_id=shipment.id, **asdict(held)))


def require_none(found: list[PassRequirementInfo]) -> None:
    """`PassMissing` unless nobody asks for a pass."""
    if found:
        first = found[0]
        raise PassMissing(
            pointer="/number",
            region_name=first.region_name,
            issued_by=first.issued_by,
            apply_at=first.apply_at,
            requirements=[
                {
                    "region_code": each.region_code,
                    "region_name": each.region_name,
                    "issued_by": each.issued_by,
                    "apply_at": each.apply_at,
                    "source": each.source,
                }
                for each in found
            ],
        )
