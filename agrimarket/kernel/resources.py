"""Ids on the wire: their types, and the prefixes by which a reader knows what they name.

`ListingId` is a UUID in Python and `lst_…` in JSON and in addresses. A prefix belongs to one kind of thing for ever.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from agrimarket.kernel import ids
from agrimarket.kernel.ids import wire_id

PREFIXES: Final[Mapping[str, str]] = {
    "person": "per", "seller": "sel", "buyer": "buy", "session": "ses", "api_key": "key", "audit_entry": "aud",
    "mandate": "mdt",
    "bulletin": "bul", "pass_requirement": "psr", "rumour": "rum", "rebuttal": "reb", "supersedes": "reb",
    "follow": "fol", "hand_restriction": "hnd", "delivery": "dlv",
    "appeal": "apl", "call": "cal", "application": "app", "document": "doc", "import": "imp", "filing": "fil",
    "product": "prd", "lot": "lot", "listing": "lst", "proposal": "lpr", "listing_photo": "lph",
    "bulk_file": "blk", "recall": "rcl", "clearance_follow": "clf",
    "cart": "crt", "quote": "quo", "group": "grp", "seller_order": "sor", "line": "orl", "claim": "clm",
    "photo": "pho", "alert": "alr", "delivery_photo": "dph",
    "payment": "pay", "payout": "pyo", "bank_account": "bka", "entry": "ent", "reconciliation": "rec",
    "refund": "rfd", "transfer": "trf", "transfer_reversal": "rev",
    "case": "cas", "task": "tsk",
    "notification": "ntf",
}  # fmt: skip
"""Kind of thing → prefix of its ids. A field `<kind>_id`, or `<kind>_ids`, holds such ids."""

PersonId = Annotated[UUID, wire_id("per")]
SellerId = Annotated[UUID, wire_id("sel")]
BuyerId = Annotated[UUID, wire_id("buy")]
SessionId = Annotated[UUID, wire_id("ses")]
ApiKeyId = Annotated[UUID, wire_id("key")]
MandateId = Annotated[UUID, wire_id("mdt")]
AuditEntryId = Annotated[UUID, wire_id("aud")]
DeliveryId = Annotated[UUID, wire_id("dlv")]
BulletinId = Annotated[UUID, wire_id("bul")]
PassRequirementId = Annotated[UUID, wire_id("psr")]
RumourId = Annotated[UUID, wire_id("rum")]
RebuttalId = Annotated[UUID, wire_id("reb")]
FollowId = Annotated[UUID, wire_id("fol")]
HandRestrictionId = Annotated[UUID, wire_id("hnd")]
AppealId = Annotated[UUID, wire_id("apl")]
CallId = Annotated[UUID, wire_id("cal")]
ApplicationId = Annotated[UUID, wire_id("app")]
DocumentId = Annotated[UUID, wire_id("doc")]
ImportId = Annotated[UUID, wire_id("imp")]
FilingId = Annotated[UUID, wire_id("fil")]
ProductId = Annotated[UUID, wire_id("prd")]
LotId = Annotated[UUID, wire_id("lot")]
ProposalId = Annotated[UUID, wire_id("lpr")]
ListingId = Annotated[UUID, wire_id("lst")]
ListingPhotoId = Annotated[UUID, wire_id("lph")]
BulkFileId = Annotated[UUID, wire_id("blk")]
RecallId = Annotated[UUID, wire_id("rcl")]
ClearanceFollowId = Annotated[UUID, wire_id("clf")]
CartId = Annotated[UUID, wire_id("crt")]
QuoteId = Annotated[UUID, wire_id("quo")]
GroupId = Annotated[UUID, wire_id("grp")]
SellerOrderId = Annotated[UUID, wire_id("sor")]
LineId = Annotated[UUID, wire_id("orl")]
ClaimId = Annotated[UUID, wire_id("clm")]
PhotoId = Annotated[UUID, wire_id("pho")]
AlertId = Annotated[UUID, wire_id("alr")]
DeliveryPhotoId = Annotated[UUID, wire_id("dph")]
PaymentId = Annotated[UUID, wire_id("pay")]
PayoutId = Annotated[UUID, wire_id("pyo")]
BankAccountId = Annotated[UUID, wire_id("bka")]
EntryId = Annotated[UUID, wire_id("ent")]
ReconciliationId = Annotated[UUID, wire_id("rec")]
CaseId = Annotated[UUID, wire_id("cas")]
TaskId = Annotated[UUID, wire_id("tsk")]
NotificationId = Annotated[UUID, wire_id("ntf")]


def reference(kind: str, value: UUID) -> str:
    """Wire id of a thing of that kind; `KeyError` for a kind without a prefix."""
    return ids.encode(PREFIXES[kind], value)


def on_the_wire(name: str, value: Any) -> Any:
    """`value` with its UUIDs as wire ids; `name` is the field that holds it, for example `lot_ids`."""
    match value:
        case UUID():
            return reference(name.removesuffix("s").removesuffix("_id"), value)
        case Mapping():
            return {key: on_the_wire(key, inner) for key, inner in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case list() | tuple() | set() | frozenset():
            return [on_the_wire(name, inner) for inner in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value
