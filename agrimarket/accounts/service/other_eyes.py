"""The second pair of eyes: who may look at what another person touched first. Every such rule asks here."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.errors import NewcomerOfFirst
from agrimarket.accounts.queries import other_eyes as queries
from agrimarket.accounts.rules import NEWCOMER
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference


def require(session: Session, who: Principal, first: UUID | None, same: type[DomainError]) -> None:
    """Raise `same` if `who` touched it first themselves; nothing if nobody did.

    `NewcomerOfFirst` for who was made an operator, within `NEWCOMER`, by the person who touched it first, or by
    whoever also made that person one: then both pairs of eyes might be one person's. Whom the system made (the command
    line) is nobody's newcomer.
    """
    if first is None:
        return
    if first == who.person_id:
        raise same
    if not _hands(session, who.person_id).isdisjoint(_hands(session, first)):
        raise NewcomerOfFirst(days=NEWCOMER.days)


def _hands(session: Session, person_id: UUID) -> set[UUID]:
    """The person, and everybody through whom they became an operator within `NEWCOMER`."""
    found, fresh = {person_id}, {person_id}
    while fresh:
        fresh = queries.makers(session, [reference("person", one) for one in fresh], NEWCOMER) - found
        found |= fresh
    return found
