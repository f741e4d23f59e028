"""The drive's facts over HTTP."""

from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from agrimarket.about.schemas import DriveOut
from agrimarket.about.service import facts
from agrimarket.http.handlers import get
from agrimarket.kernel.db import Database


@get("/drive", tags=["drive"], summary="Who runs the drive, and on which terms", security=[])
def read_drive(db: NamedDependency[Database]) -> DriveOut:
    """Contact, languages, places served, commission, delivery fees, limits and windows: what `/about` tells people."""
    with db.reading() as session:
        return DriveOut.of(facts(session))


ROUTES: list[ControllerRouterHandler] = [read_drive]
