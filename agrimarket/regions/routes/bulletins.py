"""JSON handlers of notices."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import BulletinId, reference
from agrimarket.regions.adapters.risk_level import Document
from agrimarket.regions.schemas.bulletins import BulletinDetailOut, BulletinOut
from agrimarket.regions.service import bulletins
from agrimarket.regions.types.bulletins import BulletinSummary

TAGS = ["regions"]
MAX_NOTICE = 16_000_000
"""Bytes of a notice at most; the largest so far had 2.4 million."""


def _position(keys: Sequence[str]) -> tuple[str, UUID]:
    number, bulletin_id = keys
    return number, ids.decode("bul", bulletin_id)


NEWEST_FIRST: Paging[BulletinSummary, tuple[str, UUID]] = Paging(
    "bulletins", lambda row: [row.number, reference("bulletin", row.id)], _position
)


@get("/bulletins", tags=TAGS, summary="Official notices, newest first")
def list_bulletins(db: NamedDependency[Database], cursor: Cursor = None, limit: Limit = 20) -> Page[BulletinOut]:
    """Every notice that was imported."""
    window = NEWEST_FIRST.window(cursor, limit)
    with db.reading() as session:
        found = bulletins.newest_first(session, before=window.after, limit=window.rows)
    return window.page(found, BulletinOut.of)


@get("/bulletins/{bulletin_id:str}", tags=TAGS, summary="An official notice")
def read_bulletin(bulletin_id: FromPath[BulletinId], db: NamedDependency[Database]) -> BulletinDetailOut:
    """A notice's source and hour, what it opened, closed and changed, and what of it could not be read."""
    with db.reading() as session:
        return BulletinDetailOut.of_detail(bulletins.detail(session, bulletin_id))


@post(
    "/bulletins",
    tags=TAGS,
    summary="Put a notice into force",
    request_max_body_size=MAX_NOTICE,
    scopes=(Scope.BULLETINS_WRITE,),
)
def import_bulletin(
    data: JSONBody[Document],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
    source: Annotated[str, QueryParameter(min_length=1, max_length=500, description="Where it was published.")],
    accept_counts: Annotated[
        bool, QueryParameter(description="Accept lists that differ from the counts which the notice states.")
    ] = False,
) -> BulletinOut:
    """Imports a document as published. From its hour on, places that it does not name are open again.

    An older notice is put in order into history and leaves the present as it is. Rows that cannot be read are set
    aside (`GET /v1/bulletins/{bulletin_id}` lists them), and the rest counts.
    """

    def act() -> BulletinOut:
        by = operator.person_id
        summary = bulletins.import_notice(session, data, source=source, by=by, accept_counts=accept_counts)
        return BulletinOut.of(summary)

    with db.transaction() as session:
        return idempotency.run(session, BulletinOut, act)


HANDLERS: list[ControllerRouterHandler] = [list_bulletins, read_bulletin, import_bulletin]
