"""JSON handlers of `regions`."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import BulletinId
from agrimarket.regions.documents import Document
from agrimarket.regions.schemas import BulletinOut, RegionOut, RegionStatusOut, RestrictionOut, ServiceabilityOut
from agrimarket.regions.service import bulletins, places, restrictions, serviceability
from agrimarket.regions.types import BulletinSummary

MAX_NOTICE = 16_000_000
"""Bytes; the largest notice so far had 2.4 million."""
Limit = Annotated[int, QueryParameter(ge=1, le=100)]


@get("/regions", tags=["regions"], summary="Find a region by name, or step down the tree")
def list_regions(
    db: NamedDependency[Database],
    q: Annotated[str | None, QueryParameter(max_length=100, description="What was typed: 丹东 东港, 東港.")] = None,
    parent: Annotated[str | None, QueryParameter(max_length=6, description="List what lies right beneath it.")] = None,
    limit: Limit = 10,
) -> Page[RegionOut]:
    """With `q`, the best matches first. Without, the regions beneath `parent`, or the provinces."""
    with db.reading() as session:
        found = places.children(session, parent) if q is None else places.named(session, q, limit)
    return Page[RegionOut](items=[RegionOut.of(region) for region in found])


@get("/regions/{code:str}", tags=["regions"], summary="A region")
def read_region(code: FromPath[str], db: NamedDependency[Database]) -> RegionOut:
    """By its GB/T 2260 code."""
    with db.reading() as session:
        return RegionOut.of(places.get(session, code))


@get("/regions/{code:str}/status", tags=["regions"], summary="What is closed in a region, since when, by which notice")
def read_status(code: FromPath[str], db: NamedDependency[Database]) -> RegionStatusOut:
    """Restrictions of the region and of what it lies in name all communities; those beneath it count them."""
    with db.reading() as session:
        return RegionStatusOut.of(restrictions.status(session, code))


@get("/serviceability", tags=["regions"], summary="Whether a delivery can be made")
def read_serviceability(
    db: NamedDependency[Database],
    origin: Annotated[str, QueryParameter(max_length=6, description="Code of where it is sent from.")],
    destination: Annotated[str, QueryParameter(max_length=6, description="Code of where it goes.")],
    community: Annotated[str | None, QueryParameter(max_length=200, description="The address's community.")] = None,
) -> ServiceabilityOut:
    """`partial` becomes `open` or `closed` once the address names its community."""
    with db.reading() as session:
        return ServiceabilityOut.of(serviceability.between(session, origin, destination, community))


def _bulletin_position(keys: Sequence[str]) -> tuple[str, UUID]:
    number, bulletin_id = keys
    return number, ids.decode("bul", bulletin_id)


BULLETINS: Paging[BulletinSummary, tuple[str, UUID]] = Paging(
    "bulletins", lambda row: [row.number, ids.encode("bul", row.id)], _bulletin_position
)


@get("/bulletins", tags=["regions"], summary="Official notices, newest first")
def list_bulletins(
    db: NamedDependency[Database],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[BulletinOut]:
    """Every notice that was imported."""
    window = BULLETINS.window(cursor, limit)
    with db.reading() as session:
        found = bulletins.newest_first(session, before=window.after, limit=window.rows)
    return window.page(found, BulletinOut.of)


@get("/bulletins/{bulletin_id:str}", tags=["regions"], summary="An official notice")
def read_bulletin(bulletin_id: FromPath[BulletinId], db: NamedDependency[Database]) -> BulletinOut:
    """Its source, its hour, and how much of it could be resolved."""
    with db.reading() as session:
        return BulletinOut.of(bulletins.get(session, bulletin_id))


@post("/bulletins", tags=["regions"], summary="Put a notice into force", request_max_body_size=MAX_NOTICE)
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
    """The document as published. It is the full list in force: what it no longer names, opens."""
    with db.transaction() as session:
        return idempotency.run(
            session,
            BulletinOut,
            lambda: BulletinOut.of(
                bulletins.import_notice(
                    session, data, source=source, by=operator.person_id, accept_counts=accept_counts
                )
            ),
        )


@get("/restrictions/unresolved", tags=["regions"], summary="Entries in force whose names match no region")
def list_unresolved(db: NamedDependency[Database], operator: NamedDependency[Principal]) -> Page[RestrictionOut]:
    """For operators: these close no region; their communities are still refused by name."""
    with db.reading() as session:
        return Page[RestrictionOut](items=[RestrictionOut.of(entry) for entry in restrictions.unresolved(session)])


ROUTES: list[ControllerRouterHandler] = [
    list_regions,
    read_region,
    read_status,
    read_serviceability,
    list_bulletins,
    read_bulletin,
    import_bulletin,
    list_unresolved,
]
