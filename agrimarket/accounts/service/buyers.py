"""Buyers: accounts that buy."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.errors import BuyerUnknown
from agrimarket.accounts.queries import buyers as queries
from agrimarket.accounts.service import people
from agrimarket.accounts.states import BuyerKind
from agrimarket.accounts.types import BuyerInfo
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Role


def register(session: Session, person_id: UUID, kind: BuyerKind, display_name: str, region_code: str) -> UUID:
    """Make a person's buyer account, or replace the details of theirs; returns its id. Grants the role."""
    buyer_id = queries.register(session, new_id(), person_id, kind, display_name, region_code)
    people.name_if_nameless(session, person_id, display_name)
    people.grant_role(session, person_id, Role.BUYER)
    return buyer_id


def get(session: Session, buyer_id: UUID) -> BuyerInfo:
    """The buyer of that id; `BuyerUnknown`."""
    found = queries.by_ids(session, [buyer_id])
    if buyer_id not in found:
        raise BuyerUnknown
    return found[buyer_id]


def by_ids(session: Session, buyer_ids: Collection[UUID]) -> dict[UUID, BuyerInfo]:
    """Buyers by id, those of `buyer_ids` that exist; one statement."""
    return queries.by_ids(session, buyer_ids)
