"""What market pages say about reaching the reader's place: what can be delivered there, how, and for which fee.

A piece without handlers. The place is the one that the reader chose (`http.place`), else the region of their account
as a buyer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from litestar import Request
from sqlmodel import Session

from agrimarket.accounts.service import buyers
from agrimarket.catalog.types.listings import ListingView
from agrimarket.drive import drive
from agrimarket.http.place import place_of
from agrimarket.http.request import decode_model
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.i18n import PEOPLES_ZONE, t
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import reference
from agrimarket.regions.errors import DateOutOfRange, RegionAmbiguous
from agrimarket.regions.fees import delivery_fee
from agrimarket.regions.schemas.serviceability import ServiceabilityQuery, said
from agrimarket.regions.service import places, served, serviceability
from agrimarket.regions.types.places import RegionInfo
from agrimarket.regions.types.restrictions import Verdict
from agrimarket.regions.types.serviceability import Basis, Instead, Mode, Remedy, Serviceability


@dataclass(frozen=True, slots=True)
class Place:
    """The place to which the reader wants things sent; `region` is None as long as nobody chose one.

    `elsewhere` names where the drive delivers instead, if it does not deliver there.
    """

    region: RegionInfo | None = None
    elsewhere: str = ""

    @property
    def code(self) -> str:
        """Its code, if the drive delivers there; else ""."""
        return self.region.code if self.region and not self.elsewhere else ""


@dataclass(frozen=True, slots=True)
class Near:
    """What a card says about the reader's place. `tone` is that of a tag; `fee` is for the smallest order."""

    tone: str
    words: str
    fee: Money | None = None


def place(session: Session, request: Request[Any, Any, Any], visitor: Principal | None) -> Place:
    """The reader's place. One statement; two where it is that of their account, none where there is none."""
    code = place_of(request)
    if not code and visitor is not None and visitor.buyer_id is not None:
        code = buyers.get(session, visitor.buyer_id).region_code
    region = places.by_codes(session, [code]).get(code) if code else None
    return Place(region, served.not_delivered(session, code)) if region else Place()


def each(session: Session, listings: Sequence[ListingView], there: Place, language: str) -> dict[str, Near]:
    """What the cards of these listings say, by id. One statement, whatever their number; none without a place.

    Of a listing whose own place is closed its card tells that alone.
    """
    asked = [listing for listing in listings if listing.closed_since is None]
    if not there.code or not asked or there.region is None:
        return {}
    found = serviceability.by_mode(session, {listing.region_code for listing in asked}, there.code)
    return {
        reference("listing", listing.id): _near(listing, found[listing.region_code], there.region, language)
        for listing in asked
    }


def _near(listing: ListingView, found: Mapping[Mode, Serviceability], there: RegionInfo, language: str) -> Near:
    modes = [Mode(mode) for mode in listing.modes]
    best = next((mode for mode in modes if found[mode].verdict is Verdict.OPEN), None)
    name = there.in_short(language)
    if best is not None:
        cost = fee(listing, there.code, best)
        return Near("good", t(f"near.{best}", language, place=name, fee=cost), cost)
    unsure = next((mode for mode in modes if found[mode].verdict is Verdict.PARTIAL), None)
    if unsure is not None:
        cost = fee(listing, there.code, unsure)
        return Near("soon", t("near.unsure", language, place=name, fee=cost), cost)
    first = found[modes[0]].blocking[0]
    since = first.since.astimezone(PEOPLES_ZONE).date()
    return Near("bad", t("near.closed", language, place=name, since=since, number=first.bulletin_number))


def fee(listing: ListingView, to: str, mode: Mode) -> Money:
    """The delivery fee of the smallest order of a listing."""
    grams = listing.pack_grams * listing.min_packs
    return Money(delivery_fee(grams, listing.region_code, to, drive().fees.delivery, mode), listing.price.currency)


def tariff(listing: ListingView) -> dict[str, Any]:
    """What delivery of the smallest order costs before anybody named a place: within its province and beyond, and what
    each further weight adds."""
    fees, currency = drive().fees.delivery, listing.price.currency
    province = listing.region_code[:2]
    beyond = next(f"{other}0000" for other in ("42", "21") if other != province)
    grams = listing.pack_grams * listing.min_packs
    near, far = (
        Money(delivery_fee(grams, listing.region_code, to, fees), currency) for to in (listing.region_code, beyond)
    )
    return {
        "near": near,
        "far": far,
        "included": Weight(fees.included_grams, "kg"),
        "step": Weight(fees.step_grams, "kg"),
        "near_step": Money(fees.within_province.step, currency),
        "far_step": Money(fees.across_provinces.step, currency),
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader typed: a place by name or code, a community, a mode ("" for any), a day."""

    to: str
    community: str
    mode: Mode | None
    day: str


@dataclass(slots=True)
class Reach:
    """The answer as a listing's page shows it; `errors` are by field, and there is no answer where there are any.

    `region` is the place that was understood, `fee` that of the smallest order where it may be delivered. `closed` if
    nothing that the address could say would make it possible.
    """

    region: RegionInfo | None = None
    good: bool = False
    closed: bool = False
    words: str = ""
    fee: Money | None = None
    instead: list[str] = field(default_factory=list[str])
    basis: str = ""
    errors: dict[str, str] = field(default_factory=dict[str, str])


def answer(session: Session, listing: ListingView, asked: Asked, there: Place, language: str) -> Reach | None:
    """The answer to a reader who named a place, or chose one before: the same as `GET /v1/serviceability` gives.

    None where nobody named one. A place that is not sure is asked for again, with those that may be meant: a guess
    would be the answer of another.
    """
    if not asked.to.strip() and there.region is None:
        return None
    try:
        region = places.pointed(session, asked.to, "/to") if asked.to.strip() else there.region
    except RegionAmbiguous as refusal:
        unclear = refusal.code if refusal.values["found"] else "reach.no_place"
        return Reach(errors={"to": t(unclear, language, **refusal.values)})
    return None if region is None else _answer(session, listing, asked, region, language)


def _answer(session: Session, listing: ListingView, asked: Asked, region: RegionInfo, language: str) -> Reach:
    offered = [Mode(mode) for mode in listing.modes]
    try:
        day = decode_model(ServiceabilityQuery, {"date": asked.day} if asked.day.strip() else {}).date
        found = serviceability.answer(
            session,
            listing.region_code,
            region.code,
            asked.community,
            mode=asked.mode,
            offered=offered,
            day=day,
        )
    except InvalidFields:
        return Reach(errors={"date": t("field.date_parsing", language)})
    except DateOutOfRange as refusal:
        return Reach(errors={"date": t(refusal.code, language, **refusal.values)})
    closed = found.verdict is Verdict.CLOSED
    return Reach(
        region=region,
        good=found.verdict is Verdict.OPEN,
        closed=closed,
        words=_words(session, found, region, asked, language),
        fee=None if closed else fee(listing, region.code, found.mode),
        instead=[said(remedy, language) for remedy in found.instead if _is_news(remedy, found, offered)],
        basis="" if found.basis is Basis.IN_FORCE else t(f"reach.basis.{found.basis}", language),
    )


def _is_news(remedy: Instead, found: Serviceability, offered: Sequence[Mode]) -> bool:
    """Whether the seller offers it, and the sentence that asks for more of the address does not say it already."""
    if remedy.kind is Remedy.COMMUNITY and found.verdict is Verdict.PARTIAL:
        return False
    return remedy.mode is None or remedy.mode in offered


def _words(session: Session, found: Serviceability, region: RegionInfo, asked: Asked, language: str) -> str:
    if found.verdict is Verdict.OPEN:
        name = region.in_full(language)
        return t(f"reach.yes.{found.mode}", language, place=f"{name} {asked.community}".strip())
    if not found.served:
        return t("region.not_served", language, places=served.not_delivered(session, region.code))
    refusal: DomainError = serviceability.refusal(found, region.code, asked.community)
    return t(refusal.code, language, **refusal.values)


def modes(listing: ListingView, language: str) -> list[tuple[str, Any]]:
    """The modes in which the seller delivers, as choices."""
    return [(mode, t(f"reach.mode.{mode}", language)) for mode in listing.modes]
