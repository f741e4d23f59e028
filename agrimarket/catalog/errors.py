"""Refusals of `catalog`. Weights are given as `Weight`, money as `Money`."""

from typing import Any, ClassVar
from uuid import UUID

from agrimarket.kernel.errors import Conflict, DomainError, Forbidden, Invalid, Kind, NotFound
from agrimarket.kernel.money import Money
from agrimarket.kernel.quantity import Weight


class ProductUnknown(NotFound):
    """No kind of produce has that code. `details`: `product`."""

    code: ClassVar[str] = "product.unknown"


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
    """The harvest lies further ahead than `days`, within which an expected one can be ordered."""

    code: ClassVar[str] = "lot.harvest_ahead"


class LotBeingShared(LotSoldOut):
    """Less came in than was ordered, and the lot's orders are being scaled down; nothing of it is sold meanwhile."""

    code: ClassVar[str] = "lot.being_shared"

    def __init__(self, lot_id: UUID) -> None:
        super().__init__(lot_id)


class LotNotExpected(Conflict):
    """The lot's harvest is in already."""

    code: ClassVar[str] = "lot.not_expected"


class LotStillExpected(Conflict):
    """The lot's harvest is not in (`day` is when it is expected), so nothing of it can be packed."""

    code: ClassVar[str] = "lot.still_expected"


class ShareTooLarge(Invalid):
    """More of an expected harvest would be sold beforehand than the drive allows (`most`, in percent)."""

    code: ClassVar[str] = "lot.share_too_large"


class ShareOfHarvested(Invalid):
    """A share to be sold beforehand was given for a lot that is harvested."""

    code: ClassVar[str] = "lot.share_of_harvested"


class HarvestNotYet(Invalid):
    """A harvest that is said to be in has a day that lies ahead."""

    code: ClassVar[str] = "lot.harvest_not_yet"


class PerishByPast(Invalid):
    """The perish-by has passed, or lies before the harvest."""

    code: ClassVar[str] = "lot.perish_by_past"


class PerishByTooLate(Invalid):
    """The perish-by is more than three times the produce's usual keeping time after the harvest."""

    code: ClassVar[str] = "lot.perish_by_too_late"


class LotOffered(Conflict):
    """The lot was on sale, so that it is no draft any more: only its quantity can be corrected."""

    code: ClassVar[str] = "lot.offered"


class LotInReview(Conflict):
    """An operator looks at a listing of the lot, which cannot become one of other produce until then."""

    code: ClassVar[str] = "lot.in_review"


class NotInReview(Conflict):
    """The listing waits for no operator: one has decided, or its seller has taken it back."""

    code: ClassVar[str] = "listing.not_in_review"


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


class MarkdownUnsound(Invalid):
    """The lowest price of a markdown is not below the full price (`price`)."""

    code: ClassVar[str] = "listing.markdown_floor"


class MarkdownDaysUnsound(Invalid):
    """A markdown begins on none of the last `days` days."""

    code: ClassVar[str] = "listing.markdown_days"


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


class TooManyPhotos(Conflict):
    """The listing has `most` photos, and takes no further one."""

    code: ClassVar[str] = "listing.too_many_photos"


class ListingPhotoUnknown(Invalid):
    """A named photo is neither the listing's nor kept for its seller."""

    code: ClassVar[str] = "listing.photo_unknown"


class PhotosLeftOut(Invalid):
    """An order of photos has to name all of the listing's, each once."""

    code: ClassVar[str] = "listing.photos_left_out"


class ProposalEmpty(Invalid):
    """The proposal changes nothing: every field is as it is already."""

    code: ClassVar[str] = "proposal.empty"


class ProposalOutdated(Conflict):
    """What the proposal would change has been changed since; `details.fields` names it."""

    code: ClassVar[str] = "proposal.outdated"


class TooManyPlaces(Invalid):
    """A file names more different places than `stocklists.MAX_PLACES`."""

    code: ClassVar[str] = "stock.too_many_places"


class ClearanceNotMade(DomainError):
    """There is no clearance list of that day."""

    code: ClassVar[str] = "clearance.not_made"
    kind = Kind.NOT_FOUND


class CorrectionUnexplained(Invalid):
    """Today's list is made already; another edition of it says why."""

    code: ClassVar[str] = "clearance.why"

    def __init__(self) -> None:
        super().__init__(pointer="/why")
