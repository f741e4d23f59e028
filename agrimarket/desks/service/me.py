"""A person's home: what waits for them, from every part of the market, the most urgent first."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from agrimarket.catalog.service import homes as catalog
from agrimarket.catalog.service import proposals
from agrimarket.coaching.service import homes as coaching
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.waiting import Line, Turn
from agrimarket.notifications.service import inbox
from agrimarket.onboarding.service import homes as onboarding
from agrimarket.orders.service import homes as orders
from agrimarket.payments.service import homes as payments

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Home:
    """Lines to act on (`yours`), lines that go on without the person (`others`), and how many messages are unread."""

    yours: list[Line]
    others: list[Line]
    unread: int

    @property
    def next_at(self) -> datetime | None:
        """When the next thing is promised or ends; None where nothing has a time."""
        return min((line.due for line in self.others if line.due is not None), default=None)


def home_of(session: Session, who: Principal) -> Home:
    """The home of `who`; one statement a package that may have something for them."""
    found = [
        *onboarding.lines(session, who),
        *catalog.lines(session, who),
        *proposals.lines(session, who),
        *orders.lines(session, who),
        *payments.lines(session, who),
        *coaching.lines(session, who),
    ]
    lines = sorted(found, key=urgency)
    return Home(
        [line for line in lines if line.turn is Turn.YOURS],
        [line for line in lines if line.turn is not Turn.YOURS],
        inbox.unread(session, who.person_id),
    )


def urgency(line: Line) -> tuple[Turn, datetime, str]:
    """Order of lines: what the person has to do before what others do, what ends first before what ends later."""
    return line.turn, line.due or _NEVER, line.kind
