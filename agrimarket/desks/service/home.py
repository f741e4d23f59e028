"""What waits at each desk that somebody may use."""

from dataclasses import dataclass

from sqlmodel import Session

from agrimarket.catalog.service import reviews as listing_reviews
from agrimarket.coaching.service import cases, tasks
from agrimarket.kernel import deliveries
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.waiting import Waiting
from agrimarket.onboarding.service import desks as onboarding
from agrimarket.orders.service import desks as orders
from agrimarket.payments.service import desks as payments
from agrimarket.regions.service import by_hand, rumour_desk, unresolved


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk by its name and address, "" while it has no page; `waiting` is None where nothing ever waits."""

    name: str
    path: str
    waiting: Waiting | None


def desks_of(session: Session, who: Principal) -> list[Desk]:
    """The desks of `who`, an operator's or a coach's or both; one statement a package."""
    found: list[Desk] = []
    if who.has(Role.OPERATOR):
        found += _operators(session)
    if who.has(Role.COACH):
        found.append(Desk("coach", "/coach", tasks.waiting(session, who.person_id)))
    return found


def _operators(session: Session) -> list[Desk]:
    appeals, applications = onboarding.waiting(session)
    accounts, transfers = payments.waiting(session)
    alerts, claims = orders.waiting(session)
    return [
        Desk("appeals", "/review/appeals", appeals),
        Desk("applications", "/review", applications),
        Desk("orders", "/desk/orders", alerts),
        Desk("claims", "/desk/claims", claims),
        Desk("listings", "/desk/listings", listing_reviews.waiting(session)),
        Desk("recalls", "/desk/recalls", None),
        Desk("cases", "/desk/cases", cases.waiting(session)),
        Desk("banks", "/review/payout-accounts", accounts),
        Desk("payouts", "/review/payouts", transfers),
        Desk("dead_letters", "/desk/dead-letters", deliveries.dead_waiting(session)),
        Desk("rumours", "/desk/rumours", rumour_desk.waiting(session)),
        Desk("notices", "/desk/notices", None),
        Desk("names", "/desk/names", unresolved.waiting(session)),
        Desk("by_hand", "/desk/restrictions", by_hand.waiting(session)),
        Desk("roads", "/regions", None),
        Desk("clearance", "/desk/clearance", None),
        Desk("passes", "/desk/passes", None),
        Desk("staff", "/desk/staff", None),
        Desk("audit", "/desk/audit", None),
    ]
