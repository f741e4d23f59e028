"""Messages that events cause: their recipients, urgency and words."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from agrimarket.accounts.events import MandateEnded, MandateGiven
from agrimarket.catalog.events import (
    ClearanceFollowed,
    ListingApproved,
    ListingDeclined,
    ListingProposed,
    ProposalAnswered,
)
from agrimarket.coaching.events import CaseClosed, CaseMatched, CaseWaitlisted
from agrimarket.kernel import addresses
from agrimarket.kernel.addresses import path_of, title_of
from agrimarket.kernel.i18n import t
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.outbox import Event
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import reference
from agrimarket.onboarding.events import (
    AppealMissed,
    AppealReceived,
    ApplicationApproved,
    ApplicationInfoRequested,
    ApplicationRejected,
    ApplicationSubmitted,
)
from agrimarket.orders.events import (
    ClaimDecided,
    ClaimEvidenceRequested,
    ClaimSettled,
    ClaimSubmitted,
    HarvestShared,
    OrderAccepted,
    OrderAllotted,
    OrderCancelled,
    OrderCompleted,
    OrderDeclined,
    OrderDelivered,
    OrderDispatched,
    OrderEvent,
    OrderPacked,
    OrderPlaced,
    OrderRecalled,
    OrderRestricted,
    OrderShort,
    ShipmentChanged,
)
from agrimarket.orders.rules import SHORT_HARVEST
from agrimarket.payments.events import BankAccountRefused, PayoutAccountEnabled, PayoutFailed, PayoutPaid
from agrimarket.regions.events import FollowedRegionChanged
from agrimarket.regions.types.places import PlaceText

SIGN_IN_CODE: Final = "sign_in_code"
STAFF_INVITATION: Final = "staff_invitation"


@dataclass(frozen=True, slots=True)
class News:
    """A message that an event causes. `to` is the event's field with the person's id, or `seller_id`.

    Every message goes into the person's inbox; an `urgent` one is also sent to their phone, or by e-mail.
    """

    template: str
    to: str
    urgent: bool = False


_SELLER, _BUYER, _PERSON = "seller_person_id", "buyer_person_id", "person_id"

NEWS: Mapping[type[Event], Sequence[News]] = {
    AppealReceived: (News("appeal_received", _PERSON, urgent=True),),
    AppealMissed: (News("appeal_missed", _PERSON, urgent=True),),
    ApplicationSubmitted: (News("application_submitted", _PERSON),),
    ApplicationInfoRequested: (News("application_info_requested", _PERSON, urgent=True),),
    ApplicationApproved: (News("application_approved", _PERSON, urgent=True),),
    ApplicationRejected: (News("application_rejected", _PERSON, urgent=True),),
    OrderPlaced: (News("order_placed", _SELLER, urgent=True), News("order_paid", _BUYER)),
    OrderAccepted: (News("order_accepted", _BUYER),),
    OrderDeclined: (News("order_declined", _BUYER, urgent=True),),
    OrderAllotted: (News("order_allotted", _BUYER, urgent=True),),
    HarvestShared: (News("harvest_shared", "seller_id", urgent=True),),
    OrderPacked: (News("order_packed", _BUYER),),
    OrderShort: (News("order_short", _BUYER, urgent=True), News("order_short_sold", _SELLER)),
    OrderDispatched: (News("order_dispatched", _BUYER, urgent=True),),
    OrderDelivered: (News("order_delivered", _BUYER, urgent=True),),
    OrderCompleted: (News("order_completed", _SELLER),),
    OrderCancelled: (News("order_cancelled", _SELLER, urgent=True), News("order_cancelled", _BUYER, urgent=True)),
    OrderRestricted: (News("order_restricted", _SELLER, urgent=True), News("order_restricted", _BUYER, urgent=True)),
    OrderRecalled: (News("order_recalled", _BUYER, urgent=True),),
    ShipmentChanged: (News("shipment_changed", _SELLER), News("shipment_changed", _BUYER, urgent=True)),
    ClaimSubmitted: (News("claim_submitted", _SELLER, urgent=True),),
    ClaimEvidenceRequested: (News("claim_evidence_requested", _BUYER, urgent=True),),
    ClaimDecided: (News("claim_decided", _BUYER, urgent=True), News("claim_decided", _SELLER)),
    ClaimSettled: (News("claim_settled", _BUYER, urgent=True),),
    ListingApproved: (News("listing_approved", "seller_id", urgent=True),),
    ListingDeclined: (News("listing_declined", "seller_id", urgent=True),),
    CaseMatched: (News("case_matched", _PERSON, urgent=True),),
    CaseWaitlisted: (News("case_waitlisted", _PERSON),),
    CaseClosed: (News("case_closed", _PERSON),),
    PayoutPaid: (News("payout_paid", "seller_id", urgent=True),),
    PayoutFailed: (News("payout_failed", "seller_id", urgent=True),),
    BankAccountRefused: (News("bank_account_refused", "seller_id", urgent=True),),
    PayoutAccountEnabled: (News("payout_account_enabled", "seller_id"),),
    ListingProposed: (News("listing_proposed", _SELLER, urgent=True),),
    ProposalAnswered: (News("proposal_answered", _PERSON),),
    MandateGiven: (News("mandate_given", _PERSON, urgent=True),),
    MandateEnded: (News("mandate_ended", _PERSON),),
    FollowedRegionChanged: (News("region_changed", _PERSON, urgent=True),),
    ClearanceFollowed: (News("clearance_made", _PERSON, urgent=True),),
}

TEMPLATES = frozenset(news.template for told in NEWS.values() for news in told)
"""Names of all messages; a line of a home that waits for the same has the same name and sentence."""


def params_of(event: Event, news: News) -> dict[str, Any]:
    """The event's values for its sentences, as JSON, with what it is about (`page`), its `number` and its `path`."""
    page, about, number = _subject(event, news)
    params = {name: value for name, value in event.model_dump(mode="json").items() if not name.endswith("_id")}
    order: UUID | None = getattr(event, "seller_order_id", None)
    path = path_of(page, about) + (f"?day={number}" if page == addresses.CLEARANCE else "")
    told = {"page": page, "number": number or short_number(about), "path": path}
    return params | told | ({"order": short_number(order)} if order else {})


def _subject(event: Event, news: News) -> tuple[str, UUID, str]:
    """The page that a message is about, its thing's id, and the thing's own number, or "" for the end of its id."""
    match event:
        case AppealReceived() | AppealMissed():
            return addresses.APPEAL, event.appeal_id, event.number
        case ApplicationSubmitted() | ApplicationInfoRequested() | ApplicationApproved() | ApplicationRejected():
            return addresses.APPLICATION, event.application_id, ""
        case ClaimSubmitted() | ClaimEvidenceRequested() | ClaimDecided() | ClaimSettled():
            return addresses.CLAIM, event.claim_id, ""
        case OrderEvent():
            return addresses.SOLD if news.to == _SELLER else addresses.BOUGHT, event.seller_order_id, ""
        case HarvestShared() | ListingApproved() | ListingDeclined():
            return addresses.LISTING, event.listing_id, ""
        case CaseMatched() | CaseWaitlisted() | CaseClosed():
            return addresses.CASE, event.case_id, ""
        case PayoutPaid() | PayoutFailed():
            return addresses.PAYOUT, event.payout_id, ""
        case PayoutAccountEnabled() | BankAccountRefused():
            return addresses.PAYOUT_ACCOUNT, event.seller_id, ""
        case ListingProposed() | ProposalAnswered():
            return addresses.PROPOSAL, event.proposal_id, ""
        case MandateGiven() | MandateEnded():
            given = isinstance(event, MandateEnded) and event.by_agent
            return addresses.MANDATES if given else addresses.MANDATE, event.mandate_id, event.name
        case FollowedRegionChanged():
            return addresses.FOLLOW, event.follow_id, event.region_name
        case ClearanceFollowed():
            return addresses.CLEARANCE, event.follow_id, event.day.isoformat()
        case _:
            raise TypeError(event)


def told_to_agents(news: News) -> bool:
    """Whether those who sell for the grower are told the same: all about an order for which somebody has to act."""
    return news.urgent and news.to == _SELLER


def for_agent(params: Mapping[str, Any], mandate_id: UUID) -> dict[str, Any]:
    """A grower's message as those are told who sell for them: its link first asks them to sell for that grower."""
    asked = f"{addresses.GROWERS}/{reference('mandate', mandate_id)}?then={quote(params['path'], safe='/')}"
    return {**params, "path": asked}


def dedupe_key(event: Event, news: News, channel: str, mandate_id: UUID | None = None) -> str:
    """Key that is equal for one event that arrives twice, and for two events that say exactly the same."""
    digest = hashlib.sha256(event.model_dump_json().encode()).hexdigest()[:32]
    return ":".join((event.topic, digest, news.to, channel, *([mandate_id.hex] if mandate_id else ())))


def words(template: str, params: Mapping[str, Any], language: str) -> str:
    """What a message says: the number of what it is about, and the sentence of its template.

    Messages of before numbers were told have an order's alone, or none.
    """
    sentence = _sentence(template, params, language)
    number = params.get("number") or params.get("order")
    if "region_latin" in params:
        number = PlaceText(params["region_name"], params["region_latin"]).in_language(language)
    if not number:
        return sentence
    what = title_of(params.get("page", addresses.BOUGHT), number, language)
    return t("told.about", language, what=what, text=sentence)


def _sentence(template: str, params: Mapping[str, Any], language: str) -> str:
    """`sms.<template>`, or its other form: `…_no` for a decision that refuses, `…_undated` before a time was told,
    `…_short` for an order that got nothing of a short harvest, `…_alike` where something else is offered, `…_drill`,
    `…_open` and `…_closed` for a region where everything is.
    """
    if params.get("approved") is False:
        template = f"{template}_no"
    elif template == "appeal_received" and not params.get("answer_by"):
        template = f"{template}_undated"
    elif template == "order_declined" and params.get("reason") == SHORT_HARVEST:
        template = f"{template}_short"
    elif template == "order_declined" and params.get("alike"):
        template = f"{template}_alike"
    elif template == "order_recalled" and params.get("drill"):
        template = "order_recalled_drill"
    elif template == "region_changed" and params.get("verdict") in ("open", "closed"):
        template = f"{template}_{params['verdict']}"
    said = {name: _value(name, value, params) for name, value in params.items() if not isinstance(value, bool | list)}
    return t(f"sms.{template}", language, **said)


def linked(text: str, link: str, language: str) -> str:
    """A message with the address of the page on which its reader acts."""
    return t("told.linked", language, text=text, link=link)


def signed(channel: str, text: str, language: str) -> str:
    """A message as it leaves the house: a text begins with the drive's name, an e-mail ends with whom to reach."""
    return t(f"signed.{channel}", language, text=text)


def _value(name: str, value: Any, params: Mapping[str, Any]) -> Any:
    if name in ("amount", "ceiling"):
        return Money(value, params["currency"])
    if name in ("ordered", "allotted", "sold", "came_in"):
        return Weight(value)
    if name.endswith(("_by", "_until", "_at")) and isinstance(value, str):
        return datetime.fromisoformat(value)
    return "" if value is None else value
