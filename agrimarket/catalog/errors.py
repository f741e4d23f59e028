"""Refusals of `catalog`. Weights are given as `Weight`, money as `Money`."""

from typing import Any, ClassVar
from uuid import UUID

from agrimarket.kernel.errors import Conflict, DomainError, Forbidden, Invalid, Kind
from agrimarket.kernel.money import Money
from agrimarket.kernel.quantity import Weight


class LotRefusal(Conflict):
    """The lot takes no reservation."""

    def __init__(self, lot_id: UUID, **values: Any) -> None:
        super().__init__(lot_id=lot_id, **values)
        self.lot_id = lot_id


class LotSoldOut(LotRefusal):
    """Fewer grams of the lot are free than were wanted. Subclasses tell the buyer what is available instead."""

    code: ClassVar[str] = "lot.sold_out"


class LotSoldOutOthersOpen(LotSoldOut):
    """Nothing of the lot is free; `others` lots of the same product from the same place are open."""

    code: ClassVar[str] = "lot.sold_out.others_open"

    def __init__(self, lot_id: UUID, others: int) -> None:
        super().__init__(lot_id, others=others)


class LotShort(LotSoldOut):
    """Something of the lot is free (`left`), but less than was wanted."""

    code: ClassVar[str] = "lot.sold_out.short"

    def __init__(self, lot_id: UUID, free: int) -> None:
        super().__init__(lot_id, left=Weight(free))


class LotPerished(LotRefusal):
    """The lot's perish-by has passed, or it was recalled (`LotRecalled`)."""

    code: ClassVar[str] = "lot.perished"


class LotRecalled(LotPerished):
    """The lot was taken back, and nothing of it may be sold."""

    code: ClassVar[str] = "lot.recalled"


class LotNotHeld(Conflict):
    """The caller wants to release, commit or restock more of a lot than it holds; its books are wrong."""

    code: ClassVar[str] = "lot.not_held"


class HarvestAhead(Invalid):
    """The harvest lies ahead. Lots are of what is harvested; what is expected within `days` is a pre-order."""

    code: ClassVar[str] = "lot.harvest_ahead"


class PerishByPast(Invalid):
    """The perish-by has passed, or lies before the harvest."""

    code: ClassVar[str] = "lot.perish_by_past"


class PerishByTooLate(Invalid):
    """The perish-by is more than three times the produce's usual keeping time after the harvest."""

    code: ClassVar[str] = "lot.perish_by_too_late"


class QuantityBelowSold(Conflict):
    """The lot's new quantity is below what is sold or held of it (`held`)."""

    code: ClassVar[str] = "lot.quantity_below_sold"

    def __init__(self, held: int) -> None:
        super().__init__(pointer="/quantity", held=Weight(held))


class PackTooLarge(Invalid):
    """The listing's smallest order is more than its lot holds."""

    code: ClassVar[str] = "listing.pack_too_large"


class PacksDisordered(Invalid):
    """The listing's `max_packs` is below its `min_packs`."""

    code: ClassVar[str] = "listing.packs_disordered"


class ListingClosed(Conflict):
    """The listing has ended, so it cannot be changed."""

    code: ClassVar[str] = "listing.closed"


class ListingStale(DomainError):
    """Someone has changed the listing since it was read (412)."""

    code: ClassVar[str] = "version.stale"
    kind = Kind.PRECONDITION_FAILED


class SellerSuspended(Forbidden):
    """The seller's account is suspended; nothing new is published."""

    code: ClassVar[str] = "seller.suspended"


class ExposureExceeded(Conflict):
    """The seller, whose standing is `limited`, would have more on sale than `limit`; `left` is what still fits."""

    code: ClassVar[str] = "seller.exposure_exceeded"

    def __init__(self, limit: Money, left: Money) -> None:
        super().__init__(limit=limit, left=left)


class ClearanceNotMade(DomainError):
    """There is no clearance list of that day."""

    code: ClassVar[str] = "clearance.not_made"
    kind = Kind.NOT_FOUND


class CorrectionUnexplained(Invalid):
    """Today's list is made already; another edition of it says why."""

    code: ClassVar[str] = "clearance.why"

    def __init__(self) -> None:
        super().__init__(pointer="/why")
