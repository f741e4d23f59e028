"""Harvest lots over HTTP."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agrimarket.catalog.schemas.lots import HarvestIn, LotChange, LotIn, LotOut, RecallIn
from agrimarket.catalog.service import drafts, lots
from agrimarket.catalog.types.lots import LotView
from agrimarket.http.handlers import delete, get, patch, post, put
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import LotId

LOTS: Paging[LotView, UUID] = by_id("lot")


@post("/lots", tags=["catalog"], summary="Record a harvest", scopes=(Scope.LOTS_WRITE,))
def add_lot(
    data: JSONBody[LotIn],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> LotOut:
    """Records a harvest. Nothing of it is on sale before a listing of it is published."""
    with db.transaction() as session:
        return idempotency.run(session, LotOut, lambda: LotOut.of(lots.add(session, seller, data.lot())))


@get("/lots", tags=["catalog"], summary="My lots", scopes=(Scope.LOTS_READ,))
def list_lots(
    db: NamedDependency[Database], seller: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[LotOut]:
    """The caller's lots, newest first, each with its listings, drafts too."""
    window = LOTS.window(cursor, limit)
    with db.reading() as session:
        found = lots.page(session, seller, window.after, window.rows)
    return window.page(found, LotOut.of)


@put("/lots/{lot_id:str}", tags=["catalog"], summary="Revise a lot that was never on sale", scopes=(Scope.LOTS_WRITE,))
def revise_lot(
    lot_id: FromPath[LotId],
    data: JSONBody[LotIn],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
) -> LotOut:
    """Replaces what a lot says, as long as nothing of it was ever on sale; its drafts follow."""
    with db.transaction() as session:
        return LotOut.of(drafts.revise(session, seller, lot_id, data.lot()))


@delete(
    "/lots/{lot_id:str}",
    tags=["catalog"],
    summary="Throw a lot away that was never on sale",
    status_code=204,
    scopes=(Scope.LOTS_WRITE,),
)
def discard_lot(lot_id: FromPath[LotId], db: NamedDependency[Database], seller: NamedDependency[Principal]) -> None:
    """Deletes a lot with its drafts, as long as nothing of it was ever on sale."""
    with db.transaction() as session:
        lots.discard(session, seller, lot_id)


@patch("/lots/{lot_id:str}", tags=["catalog"], summary="Correct a lot's quantity", scopes=(Scope.LOTS_WRITE,))
def change_lot(
    lot_id: FromPath[LotId],
    data: JSONBody[LotChange],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
) -> LotOut:
    """Corrects a lot's quantity, which cannot fall below what is sold or held for an order."""
    with db.transaction() as session:
        return LotOut.of(lots.correct_quantity(session, seller, lot_id, data.quantity.grams))


@post(
    "/lots/{lot_id:str}/harvest",
    tags=["catalog"],
    summary="The harvest is in",
    status_code=200,
    scopes=(Scope.LOTS_WRITE,),
)
def bring_in_lot(
    lot_id: FromPath[LotId],
    data: JSONBody[HarvestIn],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
) -> LotOut:
    """Records what came in of an expected harvest; once. If it is less than what is sold, each order gets its share of
    it and is not charged for the rest, or has that refunded.
    """
    with db.transaction() as session:
        return LotOut.of(lots.bring_in(session, seller, lot_id, data.grams(), data.harvested_on))


@post(
    "/lots/{lot_id:str}/recall",
    tags=["catalog"],
    summary="Take a lot back",
    status_code=204,
    scopes=(Scope.LOTS_WRITE,),
)
def recall_lot(
    lot_id: FromPath[LotId],
    data: JSONBody[RecallIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> None:
    """Recalls a lot, for its seller or an operator. Its listings end at once; an operator looks at its orders."""
    with db.transaction() as session:
        lots.recall(session, principal, lot_id, data.reason)
