"""Produce that a seller may sell unasked: what their application named, and what operators said yes to later."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.catalog import rules
from agrimarket.catalog.models.listings import Product
from agrimarket.catalog.queries import products


def approved(session: Session, seller_id: UUID) -> list[Product]:
    """The kinds of produce that the seller may sell, as far as their words are understood. Two statements."""
    kinds = products.list_all(session)
    meant = _meant(sellers.approved_produce(session, seller_id), kinds)
    return [kind for kind in kinds if kind.id in meant]


def may_sell(session: Session, seller_id: UUID, product_id: UUID) -> bool:
    """Whether listings of that produce go on sale without an operator's look. Two statements."""
    return product_id in _meant(sellers.approved_produce(session, seller_id), products.list_all(session))


def _meant(said: Iterable[str], kinds: Iterable[Product]) -> set[UUID]:
    named = {kind.id: (kind.code, kind.name_hant, kind.name_hans, kind.name_en) for kind in kinds}
    return set[UUID]().union(*(rules.produce_named(each, named) for each in said))
