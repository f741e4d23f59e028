"""Rumours: readers report what they heard, and read what an authority says of it. Nothing is ever deleted."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel.ids import new_id
from agrimarket.regions.errors import RegionUnknown, RumourUnknown
from agrimarket.regions.queries import places
from agrimarket.regions.queries import rumours as queries
from agrimarket.regions.rules import is_code, normalise
from agrimarket.regions.types.rumours import RumourInfo
from agrimarket.regions.variants import simplified

LIMIT = "10/hour"
"""Reports of one network."""


def report(session: Session, said: str, region_code: str | None = None) -> RumourInfo:
    """Note that somebody heard this; the same words, in either script, of the same region are one rumour.

    Nobody but operators sees it before something is published about it. `RegionUnknown` for a code that does not exist.
    """
    if region_code is not None and (not is_code(region_code) or places.get(session, region_code) is None):
        raise RegionUnknown(codes=[region_code], pointer="/region_code")
    rumour_id = queries.report(session, new_id(), said, _key(said), region_code)
    return existing(session, rumour_id)


def published(
    session: Session, words: str = "", region: str = "", *, before: tuple[datetime, UUID] | None = None, limit: int = 20
) -> list[RumourInfo]:
    """Rumours about which something is published, each with the word that holds, the newest first.

    `words` are in the rumour or in what is said of it. With a region, its own rumours, those of what it lies in, and
    those of everywhere.
    """
    return queries.published(session, words.strip().lower(), region, before, limit)


def read(session: Session, rumour_id: UUID) -> RumourInfo:
    """A rumour with all that was ever published about it; `RumourUnknown` (404) while that is nothing."""
    found = queries.get(session, rumour_id)
    if found is None or not found.words:
        raise RumourUnknown
    return found


def existing(session: Session, rumour_id: UUID) -> RumourInfo:
    """A rumour, whatever is published about it; `RumourUnknown` if there is none. Not for readers."""
    found = queries.get(session, rumour_id)
    if found is None:
        raise RumourUnknown
    return found


def _key(said: str) -> bytes:
    return hashlib.sha256(normalise(simplified(said)).encode()).digest()
