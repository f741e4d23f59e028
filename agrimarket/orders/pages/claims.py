"""Pages of claims: a buyer says what is wrong, with photos, answers what is asked, and reads what was decided."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, MultipartBody
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields, pairs, texts, uploads
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.request import decode_model, read_fields
from agrimarket.integrations.photos import MAX_BYTES
from agrimarket.kernel import clock
from agrimarket.kernel.addresses import BOUGHT, CLAIM, SOLD, path_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import ClaimId, PhotoId, SellerOrderId, reference
from agrimarket.orders.flows import claims as flows
from agrimarket.orders.models.claims import Claim
from agrimarket.orders.pages import measures, sides
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.rules import MAX_PHOTOS
from agrimarket.orders.schemas.claims import ClaimIn, EvidenceIn
from agrimarket.orders.schemas.seller_orders import ReasonIn
from agrimarket.orders.service import claims
from agrimarket.orders.service.claims import Complaint
from agrimarket.orders.states import ClaimState
from agrimarket.settings import Settings

REASONS = ("spoiled", "damaged", "short", "wrong_item", "quality", "other")
SIZE = MAX_PHOTOS * MAX_BYTES + 100_000
"""Bytes of a form with as many photos as a claim takes."""


def show_new(
    request: AnyRequest,
    db: Database,
    principal: Principal,
    order_id: UUID,
    *,
    refusal: DomainError | None = None,
    data: dict[str, Any] | None = None,
) -> Template:
    """The question what is wrong; after a `refusal` with its sentence, what was typed, and the photos that are here."""
    given = data or {}
    with db.reading() as session:
        view = sides.view_of(session, principal, order_id, BOUGHT)
    return render_page(
        request,
        "claims_new.html",
        visitor=principal,
        refusal=_at_field(refusal),
        order=(path_of(BOUGHT, order_id), sides.title(BOUGHT, order_id, language_of(request))),
        goods=[(line.title, line.packs) for line in view.lines],
        until=view.order.claim_until,
        typed=texts(given),
        kept=_kept(given),
        most=MAX_PHOTOS,
        reasons=REASONS,
        choices=measures.CHOICES,
    )


def _at_field(refusal: DomainError | None) -> DomainError | None:
    """The refusal, told at the page's one question about the bad part."""
    if refusal is not None and refusal.pointer == "/affected_bps":
        refusal.pointer = "/affected"
    return refusal


def _kept(data: Mapping[str, Any]) -> list[str]:
    """Photos that were sent with this form before, by their ids."""
    return [each for name, each in pairs(data) if name == "kept" and isinstance(each, str)]


def _photos(data: dict[str, Any], db: Database, settings: Settings, buyer: Principal) -> list[str]:
    """Ids of the form's photos, those sent before and those sent now, which are kept first and noted in `data`.

    So a form that is refused for anything else comes back with its photos.
    """
    sent, kept = uploads(data.get("photos")), _kept(data)
    if len(sent) + len(kept) > MAX_PHOTOS:
        raise InvalidFields([("/photos", "claim.too_many_photos", {"most": MAX_PHOTOS})])
    for _, content in sent:
        try:
            kept.append(reference("photo", flows.keep_photo(db, settings, buyer, content).id))
        except DomainError as refusal:
            refusal.pointer = "/photos"
            raise
        finally:
            data["kept"] = kept
    return kept


@page("/orders/{order_id:str}/claim")
def new(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Template:
    """The question what is wrong with a delivery."""
    return show_new(request, db, principal, order_id)


@form("/orders/{order_id:str}/claim", again=show_new, request_max_body_size=SIZE)
def submit(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    data: MultipartBody[dict[str, Any]],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Send the claim; the page that follows says what happens by when."""
    with db.reading() as session:
        sides.view_of(session, principal, order_id, BOUGHT)
    given = texts(data)
    said = {name: given[name] for name in ("reason", "description") if given.get(name, "").strip()}
    if given.get("affected", "").strip():
        said |= measures.affected(given["affected"], given.get("affected_unit", ""))
    read = _claim(said | {"seller_order_id": reference("seller_order", order_id), "photos": _kept(data)})
    photos = decode_model(EvidenceIn, {"description": "-", "photos": _photos(data, db, settings, principal)}).photos
    grams = read.affected.grams if read.affected is not None else None
    complaint = Complaint(read.reason, read.description, read.affected_bps, grams, tuple(photos))
    with db.transaction() as session:
        claim_id = claims.submit(session, principal, order_id, complaint)
    return see_other(path_of(CLAIM, claim_id))


def _claim(said: dict[str, Any]) -> ClaimIn:
    """The claim that was filled in; `InvalidFields` names the measure too where none was given."""
    try:
        return decode_model(ClaimIn, said)
    except InvalidFields as refusal:
        if not said.keys() & {"affected", "affected_bps"}:
            refusal.fields.append(("/affected", "missing", {}))
        raise


def show(
    request: AnyRequest,
    db: Database,
    principal: Principal,
    claim_id: UUID,
    *,
    refusal: DomainError | None = None,
    data: dict[str, Any] | None = None,
) -> Template:
    """Page of a claim: what was claimed, where it stands, why it was decided so, and what its buyer can do."""
    language, given = language_of(request), data or {}
    with db.reading() as session:
        view, now = claims.view(session, principal, claim_id), clock.read(session)
    claim = view.claim
    side = BOUGHT if principal.buyer_id == claim.buyer_id else SOLD
    reviewable = claim.state == ClaimState.REJECTED and claim.review_until is not None and claim.review_until > now
    return render_page(
        request,
        "claims.html",
        visitor=principal,
        refusal=refusal,
        title=sides.claim_title(claim_id, language),
        href=path_of(CLAIM, claim_id),
        order=(path_of(side, claim.seller_order_id), sides.title(side, claim.seller_order_id, language)),
        claim=claim,
        photos=[reference("photo", photo.id) for photo in view.photos],
        mine=side == BOUGHT,
        reviewable=reviewable,
        next=_next(claim, reviewable=reviewable, mine=side == BOUGHT),
        typed=texts(given),
        kept=_kept(given),
        most=MAX_PHOTOS,
        **sums(claim),
    )


def _next(claim: Claim, *, reviewable: bool, mine: bool) -> str:
    """What happens next: the end of its sentence's id."""
    if claim.state == ClaimState.REJECTED and not reviewable:
        return "rejected_for_good"
    return "asked" if claim.state == ClaimState.EVIDENCE_REQUESTED and mine else claim.state


def sums(claim: Claim) -> dict[str, Any]:
    """Money and weight of a claim."""
    return {
        "claimed": Money(claim.claimed, claim.currency),
        "awarded": None if claim.awarded is None else Money(claim.awarded, claim.currency),
        "weight": None if claim.affected_grams is None else Weight(claim.affected_grams),
    }


@page("/claims/{claim_id:str}")
def one(
    request: AnyRequest,
    claim_id: FromPath[ClaimId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Template:
    """A claim, for both parties of its order and for operators."""
    return show(request, db, principal, claim_id)


@form("/claims/{claim_id:str}/answer", again=show, request_max_body_size=SIZE)
def answer(
    request: AnyRequest,
    claim_id: FromPath[ClaimId],
    data: MultipartBody[dict[str, Any]],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Answer what was asked, with words and photos."""
    with db.reading() as session:
        claims.view(session, principal, claim_id)
    said = {"description": words} if (words := texts(data).get("description", "")).strip() else {}
    decode_model(EvidenceIn, {**said, "photos": _kept(data)})
    read = decode_model(EvidenceIn, {**said, "photos": _photos(data, db, settings, principal)})
    with db.transaction() as session:
        claims.add_evidence(session, principal, claim_id, read.description, read.photos)
    return see_other(path_of(CLAIM, claim_id))


@form("/claims/{claim_id:str}/review", again=show)
def request_review(
    request: AnyRequest,
    claim_id: FromPath[ClaimId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Ask for a review of a rejection, once."""
    reason = read_fields(ReasonIn, data, "reason").reason
    with db.transaction() as session:
        claims.request_review(session, principal, claim_id, reason)
    return see_other(path_of(CLAIM, claim_id))


@page("/claims/photos/{photo_id:str}")
def photo(
    photo_id: FromPath[PhotoId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Response[bytes]:
    """A photo of a claim, as a picture."""
    return Response(flows.photo_content(db, settings, principal, photo_id), media_type="image/webp")


HANDLERS: list[ControllerRouterHandler] = [new, submit, one, answer, request_review, photo]
