"""JSON handlers of `regions`."""

from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.ids import parse
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.wire import CursorMalformed, Page, decode_cursor, encode_cursor
from agrimarket.regions import service
from agrimarket.regions.documents import Document
from agrimarket.regions.schemas import BulletinOut, RegionOut, RegionStatusOut, RestrictionOut, ServiceabilityOut

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
        found = service.children(session, parent) if q is None else service.regions_named(session, q, limit)
    return Page[RegionOut](items=[RegionOut.of(region) for region in found])


@get("/regions/{code:str}", tags=["regions"], summary="A region")
def read_region(code: FromPath[str], db: NamedDependency[Database]) -> RegionOut:
    """By its GB/T 2260 code."""
    with db.reading() as session:
        return RegionOut.of(service.region(session, code))


@get("/regions/{code:str}/status", tags=["regions"], summary="What is closed in a region, since when, by which notice")
def read_status(code: FromPath[str], db: NamedDependency[Database]) -> RegionStatusOut:
    """Restrictions of the region and of what it lies in name all communities; those beneath it count them."""
    with db.reading() as session:
        return RegionStatusOut.of(service.status(session, code))


@get("/serviceability", tags=["regions"], summary="Whether a delivery can be made")
def read_serviceability(
    db: NamedDependency[Database],
    origin: Annotated[str, QueryParameter(max_length=6, description="Code of where it is sent from.")],
    destination: Annotated[str, QueryParameter(max_length=6, description="Code of where it goes.")],
    community: Annotated[str | None, QueryParameter(max_length=200, description="The address's community.")] = None,
) -> ServiceabilityOut:
    """`partial` becomes `open` or `closed` once the address names its community."""
    with db.reading() as session:
        return ServiceabilityOut.of(service.serviceability(session, origin, destination, community))


@get("/bulletins", tags=["regions"], summary="Official notices, newest first")
def list_bulletins(
    db: NamedDependency[Database],
    cursor: Annotated[str | None, QueryParameter(max_length=300)] = None,
    limit: Limit = 20,
) -> Page[BulletinOut]:
    """Every notice that was imported."""
    with db.reading() as session:
        found = service.bulletins(session, before=_position(cursor), limit=limit)
    after = encode_cursor(found[-1].number, str(found[-1].id)) if len(found) == limit else None
    return Page[BulletinOut](items=[BulletinOut.of(summary) for summary in found], next=after)


@get("/bulletins/{bulletin_id:str}", tags=["regions"], summary="An official notice")
def read_bulletin(bulletin_id: FromPath[str], db: NamedDependency[Database]) -> BulletinOut:
    """Its source, its hour, and how much of it could be resolved."""
    with db.reading() as session:
        return BulletinOut.of(service.bulletin(session, parse("bul", bulletin_id)))


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
                service.import_bulletin(
                    session, data, source=source, by=operator.person_id, accept_counts=accept_counts
                )
            ),
        )


@get("/restrictions/unresolved", tags=["regions"], summary="Entries in force whose names match no region")
def list_unresolved(db: NamedDependency[Database], operator: NamedDependency[Principal]) -> Page[RestrictionOut]:
    """For operators: these close no region; their communities are still refused by name."""
    with db.reading() as session:
        return Page[RestrictionOut](items=[RestrictionOut.of(entry) for entry in service.unresolved(session)])


def _position(cursor: str | None) -> tuple[str, UUID] | None:
    if cursor is None:
        return None
    number, after = decode_cursor(cursor, 2)
    try:
        return number, UUID(after)
    except ValueError as error:
        raise CursorMalformed(pointer="/cursor") from error


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
