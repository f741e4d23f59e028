"""Counties' opinions about stock: given about lots here, and heard about appeals."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.catalog import rules
from agrimarket.catalog.models.clearance import LotOpinion
from agrimarket.catalog.queries import lots
from agrimarket.catalog.queries import opinions as queries
from agrimarket.catalog.types.clearance import LotToVerify, VerifiedStock
from agrimarket.drive import drive
from agrimarket.kernel import clock
from agrimarket.kernel.errors import NotFound, found
from agrimarket.kernel.opinions import OpinionIn, check_day
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.regions.service import places

SHOWN = 200
"""Lots that the desk shows."""
FAR = timedelta(days=3650)
"""Beyond every perish-by: a lot that is named is shown however long it keeps."""


def to_verify(session: Session, lot_id: UUID | None = None) -> list[LotToVerify]:
    """Lots on sale that would stand on today's or tomorrow's list if a county vouched for them, and what was said.

    Those about which nobody said anything come first. With `lot_id` that lot alone, however long it keeps; `NotFound`
    if nothing of it is on sale. Two statements.
    """
    now = clock.read(session)
    until = rules.clearance_until(rules.clearance_day(now), drive().clearance.within_days + 1)
    about = queries.about_soon(session, until if lot_id is None else now + FAR, lot_id, SHOWN)
    if lot_id is not None:
        found(next(iter(about), None))
    return about


def give(session: Session, operator: Principal, lot_id: UUID, said: OpinionIn) -> None:
    """Record what a county's office said about a lot; the newest opinion counts, from the next list on.

    `NotFound`, also for a lot of which nothing was ever on sale: it could become another; `OpinionAhead`.
    """
    lot = found(lots.lock(session, lot_id, None))
    if not lots.offered(session, lot.id):
        raise NotFound
    check_day(said.given_on, clock.read(session))
    session.add(LotOpinion(lot_id=lot.id, by_id=operator.person_id, **said.model_dump()))
    session.flush()  # the desk reads it by plain SQL
    details = {"verified": said.verified, "office": said.office, "given_on": str(said.given_on)}
    audit.record(session, operator, "lot.opinion_given", reference("lot", lot.id), details)


def take(session: Session, stock: VerifiedStock) -> bool:
    """Keep what an event told about the stock of an appeal; returns whether it was news. In any order, any number of
    times."""
    return queries.take(session, stock, places.get(session, stock.region_code).full_name)
