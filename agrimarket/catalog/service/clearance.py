"""Clearance lists: what counties vouch for and what spoils soon, a list a day, which never changes once made."""

from datetime import date
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.catalog import rules
from agrimarket.catalog.errors import ClearanceNotMade, CorrectionUnexplained
from agrimarket.catalog.events import ClearanceMade
from agrimarket.catalog.queries import clearance as queries
from agrimarket.catalog.types.clearance import Change, ClearanceFilter, ClearanceLine, ClearanceSheet
from agrimarket.drive import drive
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.ids import new_id, short_number
from agrimarket.kernel.principal import Principal
from agrimarket.regions.service import places

NAMED = 200
"""Changes of a correction that are told one by one."""


def make_due(session: Session) -> ClearanceSheet | None:
    """Make today's list once its time has come (`drive().clearance`), unless it is there; None if nothing was made.

    Any number may do it at once: one list is made. A day that nobody worked on has none.
    """
    now = clock.read(session)
    day = rules.clearance_day(now)
    if not rules.clearance_due(now, drive().clearance.at) or queries.is_made(session, day):
        return None
    return _make(session, day, 1, None, None)


def make(session: Session, operator: Principal, why: str | None) -> ClearanceSheet:
    """Make today's list now, or a corrected edition of it, as everything stands at this moment.

    `CorrectionUnexplained` for another edition without a reason, which everybody reads.
    """
    day = rules.clearance_day(clock.read(session))
    edition = queries.last_edition(session, day) + 1
    if edition > 1 and not why:
        raise CorrectionUnexplained
    while (made := _make(session, day, edition, why if edition > 1 else None, operator.person_id)) is None:
        if not why:  # the scheduler made the first one between the two statements
            raise CorrectionUnexplained
        edition += 1
    details = {"edition": made.edition, "rows": made.rows, **({"why": made.why} if made.why else {})}
    audit.record(session, operator, "clearance.made", f"clearance {day}", details)
    return made


def _make(session: Session, day: date, edition: int, why: str | None, by: UUID | None) -> ClearanceSheet | None:
    until = rules.clearance_until(day, drive().clearance.within_days)
    made = queries.make(session, new_id(), day, edition, until, why=why, by=by)
    if made is not None:
        outbox.record(session, ClearanceMade(list_id=made.id, day=day, edition=edition, rows=made.rows))
    return made


def sheets(session: Session, before: date | None, limit: int) -> list[ClearanceSheet]:
    """The lists of the days before `before`, in their last editions, the newest first. One statement."""
    return queries.sheets(session, before, limit)


def newest(session: Session) -> ClearanceSheet | None:
    """The list of the newest day, in its last edition; None before there is any."""
    return queries.sheet(session, None, None)


def read(session: Session, day: date, edition: int | None = None) -> ClearanceSheet:
    """The list of that day, in its last edition or the one named; `ClearanceNotMade`. One statement."""
    found = queries.sheet(session, day, edition)
    if found is None:
        raise ClearanceNotMade(day=day)
    return found


def lines(
    session: Session, sheet: ClearanceSheet, wanted: ClearanceFilter, after: int = 0, limit: int | None = None
) -> list[ClearanceLine]:
    """Lines of a list that are wanted, behind the position `after`, what spoils first at the top. One statement."""
    return queries.lines(session, sheet.id, wanted, after, limit)


def choices(session: Session, sheet: ClearanceSheet) -> tuple[list[str], list[tuple[str, str, str, str]]]:
    """Codes of provinces, and kinds of produce as (code, names), by which a list can be narrowed. One statement."""
    return queries.choices(session, sheet.id)


def changes(session: Session, sheet: ClearanceSheet) -> dict[Change, list[str]]:
    """Numbers of what a correction says otherwise than the edition before, by kind of change, at most `NAMED`."""
    found: dict[Change, list[str]] = {}
    if sheet.edition > 1:
        for change, stock_id, number in queries.changes(session, sheet.day, sheet.edition, NAMED):
            found.setdefault(change, []).append(number or short_number(stock_id))
    return found


def places_of(session: Session, shown: list[ClearanceLine], language: str) -> dict[str, str]:
    """Full names of the places of these lines, by code, as people of that language read them. One statement."""
    return places.called(session, {line.region_code for line in shown}, language)
