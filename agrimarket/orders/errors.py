"""Refusals of `orders`."""

from typing import ClassVar

from agrimarket.kernel.errors import Conflict, DomainError, Invalid, Kind


class ListingUnavailable(Conflict):
    """A listing in the cart is not on sale (any more). `details.listing_ids`."""

    code: ClassVar[str] = "cart.listing_unavailable"


class CartEmpty(Conflict):
    """There is nothing in the cart."""

    code: ClassVar[str] = "cart.empty"


class PacksOutOfRange(Conflict):
    """Fewer or more packs than the listing sells at once. `details`: `listing_id`, `min_packs`, `max_packs`."""

    code: ClassVar[str] = "cart.packs_out_of_range"


class NotEnough(Conflict):
    """Less is left than the cart holds. `details`: `listing_id`, `available_packs`."""

    code: ClassVar[str] = "cart.not_enough"


class CartSpent(Conflict):
    """The cart was ordered; it cannot change any more. `details.group_id`."""

    code: ClassVar[str] = "cart.spent"


class TooManyLines(Invalid):
    """More lines, or more packs on one, than a cart takes."""

    code: ClassVar[str] = "cart.too_many"


class QuoteExpired(DomainError):
    """The quote's minutes are over (410)."""

    code: ClassVar[str] = "quote.expired"
    kind = Kind.GONE


class PriceChanged(Conflict):
    """What the quote promised is not what it costs now. `details`: `quoted`, and today's `total` and `parcels`."""

    code: ClassVar[str] = "checkout.price_changed"


class CheckoutChanged(Conflict):
    """The cart was ordered before, to another address or by another method. `details.group_id`."""

    code: ClassVar[str] = "checkout.already_ordered"


class CheckoutTarget(Invalid):
    """A checkout names a cart or a quote: one of them."""

    code: ClassVar[str] = "checkout.cart_or_quote"


class SellerSuspended(Conflict):
    """A seller in the cart may not sell at present. `details.seller_ids`."""

    code: ClassVar[str] = "checkout.seller_suspended"


class PaymentNotSettled(Conflict):
    """The final amount is not captured yet; the goods wait until the money is sure."""

    code: ClassVar[str] = "order.payment_not_settled"


class PaymentGone(Conflict):
    """The bank let the authorisation go before it was captured; an operator has been told."""

    code: ClassVar[str] = "order.payment_gone"


class PackedTooMuch(Invalid):
    """More was packed than the buyer ordered and agreed to pay for."""

    code: ClassVar[str] = "order.packed_too_much"


class PackedNothing(Invalid):
    """A box with nothing in it is a declined order."""

    code: ClassVar[str] = "order.packed_nothing"


class PackedUnknownLine(Invalid):
    """The line is not one of this order, or stands twice, or is measured the wrong way."""

    code: ClassVar[str] = "order.packed_unknown_line"


class NotDelivered(Conflict):
    """A claim is about what has arrived."""

    code: ClassVar[str] = "claim.not_delivered"


class ClaimWindowOver(DomainError):
    """The time for claims or appeals has passed (410)."""

    code: ClassVar[str] = "claim.window_over"
    kind = Kind.GONE


class ClaimTooHigh(Invalid):
    """More than what is left of the goods' price after other claims. `details.left`."""

    code: ClassVar[str] = "claim.too_high"


class ClaimOpen(Conflict):
    """Another claim on the order is not decided yet. `details.claim_id`."""

    code: ClassVar[str] = "claim.open"


class ClaimMeasure(Invalid):
    """A claim, or a decision on one, is measured one way."""

    code: ClassVar[str] = "claim.measure"


class PhotoUnknown(Invalid):
    """A photo that this buyer has not sent, or that another claim shows."""

    code: ClassVar[str] = "claim.photo_unknown"
