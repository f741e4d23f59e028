"""Lines of a person's home about their appeals, applications, filings and imports."""

from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.waiting import Line, Turn
from agrimarket.onboarding import rules
from agrimarket.onboarding.queries import homes as queries
from agrimarket.onboarding.states import ApplicationState, CallOutcome, ImportState

_APPLICATIONS = {
    ApplicationState.DRAFT: ("application_draft", Turn.YOURS),
    ApplicationState.SUBMITTED: ("application_submitted", Turn.THEIRS),
    ApplicationState.IN_REVIEW: ("application_submitted", Turn.THEIRS),
    ApplicationState.INFO_REQUESTED: ("application_info_requested", Turn.YOURS),
    ApplicationState.APPROVED: ("application_approved", Turn.DONE),
    ApplicationState.REJECTED: ("application_rejected", Turn.YOURS),
}


def lines(session: Session, principal: Principal) -> list[Line]:
    """What waits for that person, or goes on for them, in no order; one statement."""
    makers = {"appeal": _appeal, "application": _application, "filing": _filing, "import": _import}
    return [makers[row.source](row) for row in queries.lines(session, principal.person_id)]


def _appeal(row: Row[Any]) -> Line:
    said = {"product": row.product, "answer_by": row.by, "at": row.at}
    if rules.call_owed(row.at, row.again_at):
        kind, turn, due = "appeal_received" if row.at is None else "appeal_missed", Turn.THEIRS, row.by
    else:
        reached = row.outcome == CallOutcome.REACHED
        kind, turn, due = "appeal_reached" if reached else "appeal_given_up", Turn.YOURS, row.spoils_at
    number = rules.appeal_number(row.number)
    return Line(kind, "appeal", row.id, turn, due, said, about=_what(row), number=number)


def _application(row: Row[Any]) -> Line:
    kind, turn = _APPLICATIONS[ApplicationState(row.state)]
    due = row.spoils_at if turn is Turn.YOURS else None
    said: dict[str, Any] = {"product": row.product, "asks": row.asks or []}
    return Line(kind, "application", row.id, turn, due, said, about=_what(row))


def _filing(row: Row[Any]) -> Line:
    said = {"product": row.product}
    return Line("filing_waiting", "filing", row.id, Turn.YOURS, row.spoils_at, said, about=_what(row))


def _import(row: Row[Any]) -> Line:
    checked = row.state == ImportState.CHECKED
    kind, turn = ("import_checked", Turn.YOURS) if checked else ("import_loading", Turn.THEIRS)
    return Line(kind, "import", row.id, turn, None, {"count": row.total}, about=(row.name,))


def _what(row: Row[Any]) -> tuple[Any, ...]:
    """Produce and weight, as far as they are known."""
    return tuple(filter(None, (row.product, Weight(row.grams) if row.grams else None)))
