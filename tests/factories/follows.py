"""Regions that people follow, through the service."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel.principal import Principal
from agrimarket.regions.service import follows


def a_follow(session: Session, who: Principal, code: str = "420102") -> UUID:
    """Follow a region; the id of that."""
    follows.begin(session, who, code)
    return next(each.id for each in follows.mine(session, who) if each.region.code == code)
