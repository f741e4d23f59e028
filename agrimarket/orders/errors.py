"""Refusals of `orders`. `details` is what a refusal tells programs."""

from typing import ClassVar

from agrimarket.kernel.errors import Conflict, DomainError, Forbidden, Invalid, Kind


class ListingUnavailable(Conflict):
    """Listings in the cart are not on sale. `details.listing_ids`; empty if one does not exist."""

    code: ClassVar[str] = "cart.listing_unavailable"


class CartEmpty(Conflict):
    """The cart has no lines."""

    code: ClassVar[str] = "cart.empty"


class PacksOutOfRange(Conflict):
    """A line has too few or too many packs for its listing. `details`: `listing_id`, `min_packs`, `max_packs`."""

    code: ClassVar[str] = "cart.packs_out_of_range"


class NotEnough(Conflict):
    """Fewer packs are free than the cart holds. `details`: `listing_id`, `available_packs`."""

    code: ClassVar[str] = "cart.not_enough"


class ModeNotOffered(Conflict):
    """A seller does not deliver in that mode. `details`: `listing_ids`, `mode`, and `offered`: modes that all have."""

    code: ClassVar[str] = "cart.mode_not_offered"


class CartSpent(Conflict):
    """The cart is ordered and can no longer change. `details.group_id`."""

    code: ClassVar[str] = "cart.spent"


class TooManyLines(Invalid):
    """The cart would have more lines, or a line more packs, than a cart may have."""

    code: ClassVar[str] = "cart.too_many"


class QuoteExpired(DomainError):
    """The quote has expired (410)."""

    code: ClassVar[str] = "quote.expired"
    kind = Kind.GONE


class PriceChanged(Conflict):
    """The cart's price is not the one quoted. `details`: `quoted`, and today's `total` and `parcels`."""

    code: ClassVar[str] = "checkout.price_changed"


class CheckoutChanged(Conflict):
    """The cart was ordered before, to another address. `details.group_id`."""

    code: ClassVar[str] = "checkout.already_ordered"


class CheckoutTarget(Invalid):
    """The checkout must name either a cart or a quote."""

    code: ClassVar[str] = "checkout.cart_or_quote"


class SellerSuspended(Conflict):
    """A seller in the cart may not sell at present. `details.seller_ids`."""

    code: ClassVar[str] = "checkout.seller_suspended"


class PaymentNotSettled(Conflict):
    """The order's final amount is not captured yet; it can be dispatched once it is."""

    code: ClassVar[str] = "order.payment_not_settled"


class PaymentGone(Conflict):
    """The bank let the authorisation lapse before it was captured; an operator has been told."""

    code: ClassVar[str] = "order.payment_gone"


class PackedTooMuch(Invalid):
    """More of a line was packed than the buyer ordered."""

    code: ClassVar[str] = "order.packed_too_much"


class PackedNothing(Invalid):
    """Nothing was packed; the seller should decline the order instead."""

    code: ClassVar[str] = "order.packed_nothing"


class PackedUnknownLine(Invalid):
    """The line is not one of this order, is given twice, or is given in packs but priced by weight, or the reverse."""

    code: ClassVar[str] = "order.packed_unknown_line"


class BoxWeighed(Conflict):
    """A box with that number is weighed already, on another phone or a moment ago. `details`: `number`, `grams`."""

    code: ClassVar[str] = "box.weighed"


class BoxNumber(Conflict):
    """Boxes are weighed one after the other, and the last one is undone first. `details.number` is the one to name."""

    code: ClassVar[str] = "box.number"


class BoxTooFull(Invalid):
    """More packs than are left of the line. `details`: `left`, `title`."""

    code: ClassVar[str] = "box.too_full"


class BoxDoubtful(Conflict):
    """The scale shows more than was ordered, or less than half of it. It is taken if it is said to be right.

    What is above the order is not charged. `details`: `grams`, `ordered`.
    """

    code: ClassVar[str] = "box.doubtful"


class BoxHeavy(BoxDoubtful):
    """The scale shows more than was ordered."""

    code: ClassVar[str] = "box.heavy"


class BoxWeightNeeded(Invalid):
    """Goods sold by weight are weighed."""

    code: ClassVar[str] = "box.weight_needed"


class BoxesMissing(Conflict):
    """Some packs are in no box, and nobody said why. `details.packs`."""

    code: ClassVar[str] = "box.missing"


class BoxUnknown(Invalid):
    """There is no such box in the order, or it stays behind already. `details.numbers`."""

    code: ClassVar[str] = "box.unknown"


class NothingToPrint(Conflict):
    """Labels are for orders that are accepted and have not ended."""

    code: ClassVar[str] = "paper.nothing"


class TooManyDeliveryPhotos(Conflict):
    """An arrival has no room for another photo. `details.most`."""

    code: ClassVar[str] = "delivery_photo.too_many"


class PassRefused(Conflict):
    """The order cannot be dispatched under this transport pass. Its subclasses say why."""


class PassMissing(PassRefused):
    """A region on the way asks for a transport pass.

    `details.requirements`: `region_code`, `region_name`, `issued_by`, `apply_at`, `source`.
    """

    code: ClassVar[str] = "pass.missing"


class PassExpired(PassRefused):
    """The pass is over. `details`: `number`, `until`."""

    code: ClassVar[str] = "pass.expired"


class PassNotYetValid(PassRefused):
    """The pass begins later. `details`: `number`, `since`."""

    code: ClassVar[str] = "pass.not_yet_valid"


class PassOtherRoute(PassRefused):
    """The pass is for another route. `details`: `number`, `from_code`, `to_code`, `origin`, `destination`."""

    code: ClassVar[str] = "pass.other_route"


class PassOtherVehicle(PassRefused):
    """The pass is another vehicle's. `details`: `number`, `plate`, `vehicle_plate`."""

    code: ClassVar[str] = "pass.other_vehicle"


class PassInUse(PassRefused):
    """Another vehicle is on its way under the same pass. `details`: `number`, `plate`."""

    code: ClassVar[str] = "pass.in_use"


class PassPlateNeeded(Invalid):
    """A pass was given, and not which vehicle goes."""

    code: ClassVar[str] = "pass.plate_needed"


class PassPeriod(Invalid):
    """The pass would end before it begins."""

    code: ClassVar[str] = "pass.period"


class NotDelivered(Conflict):
    """The order has not been delivered, so nothing can be claimed about it."""

    code: ClassVar[str] = "claim.not_delivered"


class ClaimWindowOver(DomainError):
    """The time for a claim, or for asking for a review of its rejection, has passed (410)."""

    code: ClassVar[str] = "claim.window_over"
    kind = Kind.GONE


class ClaimTooHigh(Invalid):
    """The amount is more than what is left of the goods' price after other claims. `details.left`."""

    code: ClassVar[str] = "claim.too_high"


class ClaimOpen(Conflict):
    """Another claim about the order is not decided yet. `details.claim_id`."""

    code: ClassVar[str] = "claim.open"


class OwnClaim(Forbidden):
    """The operator bought or sold what the claim is about, and nobody decides their own claim."""

    code: ClassVar[str] = "claim.own"


class SameDecider(Forbidden):
    """The operator rejected the claim; the review of that is for somebody else."""

    code: ClassVar[str] = "claim.same_decider"


class ClaimMeasure(Invalid):
    """A claim, or an approval, must give a share or an amount, not both, and be worth at least one minor unit."""

    code: ClassVar[str] = "claim.measure"


class PhotoUnknown(Invalid):
    """A photo was not sent by this buyer, or belongs to another claim."""

    code: ClassVar[str] = "claim.photo_unknown"
