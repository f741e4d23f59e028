"""Lines of a person's home about their coaching."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from agrimarket.coaching.queries import homes as queries
from agrimarket.coaching.states import CaseState
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.waiting import Line, Turn


def lines(session: Session, principal: Principal, *, closed: bool = False) -> list[Line]:
    """The cases of that person, newest first, without those that are closed unless `closed`; one statement."""
    return [_line(row) for row in queries.lines(session, principal.person_id, closed=closed)]


def _line(row: Row[Any]) -> Line:
    said = {"coach": row.coach or "", "asked": row.asked or "", "by": row.by}
    about: Sequence[Any] = (row.product, Weight(row.grams)) if row.grams else (row.product,)
    kind, turn, due = "case_waitlisted", Turn.THEIRS, None
    if row.state == CaseState.CLOSED:
        kind, turn = "case_closed", Turn.DONE
    elif row.coach and row.state == CaseState.ON_HOLD:
        kind, turn, due = "case_asked", Turn.YOURS, row.spoils_at
    elif row.coach and row.state == CaseState.MATCHED:
        kind, due = "case_matched_by", row.by
    elif row.coach:
        kind = "case_active"
    return Line(kind, "case", row.id, turn, due, said, about=tuple(about))
