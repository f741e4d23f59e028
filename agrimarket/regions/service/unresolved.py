"""Names that no region was found for, and what operators say of them."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel import outbox
from agrimarket.kernel.waiting import Waiting
from agrimarket.regions.errors import NameUnknown
from agrimarket.regions.events import NameAnswered, RestrictionsChanged
from agrimarket.regions.gazetteer import stated_key
from agrimarket.regions.queries import bulletins
from agrimarket.regions.queries import unresolved as queries
from agrimarket.regions.queries.unresolved import Name
from agrimarket.regions.rules import CLOSING
from agrimarket.regions.service import places
from agrimarket.regions.types.bulletins import OFFICIAL


def names(session: Session) -> list[Name]:
    """Names that no region was found for, those in force first; of past notices too."""
    return queries.names(session)


def answer(session: Session, stated: str, region_code: str, *, by: UUID | None) -> int:
    """Remember that these names mean that region; returns how many entries moved there, past ones included.

    Holds for notices to come and for those imported before. `stated` are the names as a notice has them; blanks and
    script do not matter. Where all of the names was closed, all of the region is. An answer can be given again.
    Records `NameAnswered`, and `RestrictionsChanged` if deliveries are affected. `RegionUnknown`, `NameUnknown` if no
    notice has these names.
    """
    region = places.get(session, region_code)
    bulletins.lock_imports(session)
    key = stated_key(stated)
    spellings = [name for name in queries.stated(session) if stated_key(name) == key]
    if not spellings:
        raise NameUnknown(stated=stated)
    queries.remember(session, key, stated, region.code, by)
    moved = queries.apply(session, spellings, region.code)
    said = NameAnswered(stated=stated, region_code=region.code, entries=len(moved), person_id=by)
    outbox.record(session, said)
    closing = [row for row in moved if row.in_force and row.level in CLOSING]
    newest = bulletins.newest(session, OFFICIAL)
    if closing and newest.number:
        before = sorted({row.region_code for row in closing if row.region_code})
        outbox.record(session, RestrictionsChanged(bulletin_number=newest.number, opened=before, closed=[region.code]))
    return len(moved)


def waiting(session: Session) -> Waiting:
    """How many names in force have no region, and since when the oldest; one statement."""
    count, oldest = queries.waiting(session)
    return Waiting(count, oldest)
