"""Transport passes: which regions ask vehicles for one, by which source, and who gives it out.

A pass is one vehicle's, for one route. None is needed where neither end of the route asks for one.
"""

from datetime import date
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel import outbox
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.principal import Principal, Role
from agrimarket.regions.errors import PassRequirementKnown, PassRequirementPeriod, PassRequirementUnknown
from agrimarket.regions.events import PassRequirementChanged
from agrimarket.regions.models import PassRequirement
from agrimarket.regions.queries import passes as queries
from agrimarket.regions.service import places
from agrimarket.regions.types.passes import NewPassRequirement, PassRequirementInfo


def asked(session: Session, *codes: str) -> list[PassRequirementInfo]:
    """Regions, in or around these, that ask for a transport pass today, in China. One statement."""
    return queries.asked(session, list(codes), PEOPLES_ZONE.key)


def page(session: Session, before: UUID | None, limit: int) -> list[PassRequirementInfo]:
    """All requirements, those that have ended too, the newest first. One statement."""
    return queries.page(session, before, limit)


def add(session: Session, by: Principal | None, new: NewPassRequirement) -> PassRequirementInfo:
    """Write down that a region asks for passes; for operators, and for the seeds (None).

    `RegionUnknown`; `PassRequirementKnown` while one has no end.
    """
    if by is not None:
        by.require(Role.OPERATOR)
    region = places.get(session, new.region_code)
    if queries.endless(session, region.code):
        raise PassRequirementKnown(region_name=region.text)
    row = PassRequirement(
        region_code=region.code,
        since=new.since,
        source=new.source,
        issued_by=new.issued_by,
        apply_at=new.apply_at,
        sample=new.sample,
        added_by=by.person_id if by else None,
    )
    session.add(row)
    return _told(session, row, by)


def end(session: Session, by: Principal, requirement_id: UUID, until: date) -> PassRequirementInfo:
    """Write down the first day on which a region asks for no pass any more; for operators.

    `PassRequirementUnknown` if that is known already; `PassRequirementPeriod` for a day before it began.
    """
    by.require(Role.OPERATOR)
    row = queries.lock(session, requirement_id)
    if row is None:
        raise PassRequirementUnknown
    if until < row.since:
        raise PassRequirementPeriod(pointer="/until", since=row.since)
    row.until, row.ended_by = until, by.person_id
    return _told(session, row, by)


def _told(session: Session, row: PassRequirement, by: Principal | None) -> PassRequirementInfo:
    event = PassRequirementChanged(
        requirement_id=row.id,
        region_code=row.region_code,
        source=row.source,
        until=row.until,
        person_id=by.person_id if by else None,
    )
    outbox.record(session, event)
    session.flush()  # it is read back by plain SQL
    found = queries.one(session, row.id)
    if found is None:
        raise PassRequirementUnknown
    return found
