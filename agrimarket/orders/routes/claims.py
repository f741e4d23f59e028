"""Claims and their photos over HTTP."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from litestar import Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, JSONBody
from sqlmodel import Session

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.integrations.photos import MAX_BYTES
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import ClaimId, PhotoId
from agrimarket.orders.flows import claims as flows
from agrimarket.orders.schemas.claims import ApprovalIn, ClaimIn, ClaimOut, EvidenceIn, PhotoOut, QuestionIn
from agrimarket.orders.schemas.seller_orders import ReasonIn
from agrimarket.orders.service import claims
from agrimarket.orders.service.claims import Complaint
from agrimarket.orders.types import ClaimView
from agrimarket.settings import Settings

TAGS = ["claims"]
CLAIMS: Paging[ClaimView, UUID] = by_id("clm", lambda view: view.claim.id)
Upload = Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)]


@post(
    "/claims/photos",
    tags=TAGS,
    summary="Send a photo for a claim",
    request_max_body_size=MAX_BYTES + 10_000,
    scopes=(Scope.CLAIMS_WRITE,),
)
def send_photo(
    data: Upload, db: NamedDependency[Database], buyer: NamedDependency[Principal], settings: NamedDependency[Settings]
) -> PhotoOut:
    """The body is a multipart form with one picture (JPEG, PNG, WebP, HEIC, AVIF) of at most 12 MB, whose metadata is
    not kept."""
    return PhotoOut.of(flows.keep_photo(db, settings, buyer, data.file.read(MAX_BYTES + 1)))


@get(
    "/claims/photos/{photo_id:str}",
    tags=TAGS,
    summary="A photo of a claim",
    media_type="image/webp",
    scopes=(Scope.CLAIMS_READ,),
)
def read_photo(
    photo_id: FromPath[PhotoId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
) -> Response[bytes]:
    """The photo, for the buyer who sent it, the seller in its claim, and operators."""
    content = flows.photo_content(db, settings, principal, photo_id)
    return Response(content, headers={"Cache-Control": "private, max-age=86400, immutable"})


@post("/claims", tags=TAGS, summary="Say what was wrong with a delivery", statuses=(410,), scopes=(Scope.CLAIMS_WRITE,))
def submit_claim(
    data: JSONBody[ClaimIn],
    db: NamedDependency[Database],
    buyer: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> ClaimOut:
    """Claims are taken for the claim window after delivery. The claimed money is held back until one is decided."""
    complaint = Complaint(
        reason=data.reason,
        description=data.description,
        affected_bps=data.affected_bps,
        affected_grams=data.affected.grams if data.affected is not None else None,
        photo_ids=tuple(data.photos),
    )
    with db.transaction() as session:
        return idempotency.run(
            session,
            ClaimOut,
            lambda: _out(session, buyer, claims.submit(session, buyer, data.seller_order_id, complaint)),
        )


@get("/claims", tags=TAGS, summary="Claims, the newest first", scopes=(Scope.CLAIMS_READ,))
def list_claims(
    db: NamedDependency[Database], principal: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[ClaimOut]:
    """Claims that the caller made, or about what the caller sold; an operator sees all."""
    window = CLAIMS.window(cursor, limit)
    with db.reading() as session:
        found = claims.page(session, principal, window.after, window.rows)
    return window.page(found, ClaimOut.of)


@get("/claims/{claim_id:str}", tags=TAGS, summary="A claim", scopes=(Scope.CLAIMS_READ,))
def read_claim(
    claim_id: FromPath[ClaimId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> ClaimOut:
    """The claim with its photos."""
    with db.reading() as session:
        return ClaimOut.of(claims.view(session, principal, claim_id))


def _out(session: Session, principal: Principal, claim_id: UUID) -> ClaimOut:
    session.flush()  # the answer is read from the tables
    return ClaimOut.of(claims.view(session, principal, claim_id))


def _act(
    db: Database, principal: Principal, idempotency: Idempotency, claim_id: UUID, act: Callable[[Session, UUID], Any]
) -> ClaimOut:

    def run() -> ClaimOut:
        act(session, claim_id)
        return _out(session, principal, claim_id)

    with db.transaction() as session:
        return idempotency.run(session, ClaimOut, run)


@post(
    "/claims/{claim_id:str}/evidence",
    tags=TAGS,
    summary="Answer what was asked",
    status_code=200,
    scopes=(Scope.CLAIMS_WRITE,),
)
def add_evidence(
    claim_id: FromPath[ClaimId],
    data: JSONBody[EvidenceIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> ClaimOut:
    """The buyer adds words or photos, and the claim goes back to the operators."""

    def act(session: Session, claim: UUID) -> None:
        claims.add_evidence(session, principal, claim, data.description, data.photos)

    return _act(db, principal, idempotency, claim_id, act)


@post(
    "/claims/{claim_id:str}/review-request",
    tags=TAGS,
    summary="Ask for a review of a rejection",
    status_code=200,
    statuses=(410,),
    scopes=(Scope.CLAIMS_WRITE,),
)
def request_review(
    claim_id: FromPath[ClaimId],
    data: JSONBody[ReasonIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> ClaimOut:
    """A rejected claim is reviewed once, if the buyer asks within the review request window."""
    return _act(
        db, principal, idempotency, claim_id, lambda s, claim: claims.request_review(s, principal, claim, data.reason)
    )


@post("/claims/{claim_id:str}/request-evidence", tags=TAGS, summary="Ask the buyer for more", status_code=200)
def request_evidence(
    claim_id: FromPath[ClaimId],
    data: JSONBody[QuestionIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> ClaimOut:
    """The claim waits until the buyer has answered."""
    return _act(
        db, operator, idempotency, claim_id, lambda s, claim: claims.request_evidence(s, operator, claim, data.question)
    )


@post("/claims/{claim_id:str}/approve", tags=TAGS, summary="Grant a claim", status_code=200)
def approve(
    claim_id: FromPath[ClaimId],
    data: JSONBody[ApprovalIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> ClaimOut:
    """The money goes back to the buyer; the claim is settled once it has arrived."""
    amount = data.amount.amount if data.amount is not None else None

    def act(session: Session, claim: UUID) -> None:
        claims.approve(session, operator, claim, amount=amount, bps=data.bps)

    return _act(db, operator, idempotency, claim_id, act)


@post("/claims/{claim_id:str}/reject", tags=TAGS, summary="Refuse a claim", status_code=200)
def reject(
    claim_id: FromPath[ClaimId],
    data: JSONBody[ReasonIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> ClaimOut:
    """The buyer is told the reason and can ask for a review within its window."""
    return _act(db, operator, idempotency, claim_id, lambda s, claim: claims.reject(s, operator, claim, data.reason))
