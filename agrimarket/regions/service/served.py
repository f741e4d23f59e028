"""Places that the drive serves (`drive.toml`): where produce is taken from, and where it is delivered to."""

from collections.abc import Iterable

from sqlmodel import Session

from agrimarket.drive import drive
from agrimarket.regions.errors import DestinationNotServed, OriginNotServed
from agrimarket.regions.queries import places as queries
from agrimarket.regions.types.places import PlaceText, RegionInfo

SHOWN = 12
"""How many places a refusal names."""


def places(session: Session, codes: Iterable[str]) -> list[tuple[str, PlaceText]]:
    """(six-digit code, name) of each place, in that order; a code that the tree does not have stands for itself."""
    full = [code.ljust(6, "0") for code in codes]
    found = {code: queries.get(session, code) for code in full}
    return [(code, info.text if (info := found[code]) else PlaceText(code)) for code in full]


def require_origin(session: Session, region: RegionInfo, pointer: str | None = None) -> None:
    """`OriginNotServed` where the drive takes no produce from that place; its `places` are those it takes it from."""
    served = drive().regions
    if not served.grown_in(region.code):
        raise OriginNotServed(pointer=pointer, region_name=region.text, places=_named(session, served.growers))


def require_destination(session: Session, code: str) -> None:
    """`DestinationNotServed` where the drive does not deliver; nothing for a code that does not exist."""
    if (elsewhere := not_delivered(session, code)) and (region := queries.get(session, code)):
        raise DestinationNotServed(region=code, region_name=region.text, places=elsewhere)


def not_delivered(session: Session, code: str) -> PlaceText:
    """Names of the places to which the drive delivers instead of that one; "" where it delivers there."""
    served = drive().regions
    return PlaceText("") if served.delivered_to(code) else _named(session, served.buyers)


def not_grown(session: Session, code: str) -> str:
    """Names of the places from which the drive takes produce instead of that one; "" where it takes it from there."""
    served = drive().regions
    return "" if served.grown_in(code) else _named(session, served.growers)


def _named(session: Session, codes: tuple[str, ...]) -> PlaceText:
    names = [name for _, name in places(session, codes[:SHOWN])]
    more = ["…"] if len(codes) > SHOWN else []
    return PlaceText("、".join([*names, *more]), "; ".join([*(name.in_language("en") for name in names), *more]))
