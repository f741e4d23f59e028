"""What the drive tells about itself: its file's values, with the names of the places it serves."""

from dataclasses import dataclass

from sqlmodel import Session

from agrimarket.drive import Drive, drive
from agrimarket.regions.service import served
from agrimarket.regions.types.places import PlaceText

Place = tuple[str, PlaceText]
"""(six-digit code, name)."""


@dataclass(frozen=True, slots=True)
class DriveFacts:
    """The drive, and the places it takes produce from and delivers to; no places mean all of them."""

    drive: Drive
    growers: list[Place]
    buyers: list[Place]


def facts(session: Session) -> DriveFacts:
    """The drive's facts as its file has them now."""
    here = drive()
    growers, buyers = (served.places(session, codes) for codes in (here.regions.growers, here.regions.buyers))
    return DriveFacts(here, growers, buyers)
