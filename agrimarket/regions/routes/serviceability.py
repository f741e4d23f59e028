"""The JSON handler of serviceability."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get
from agrimarket.http.params import CODE
from agrimarket.http.request import decode_model
from agrimarket.kernel.db import Database
from agrimarket.regions.schemas.serviceability import ServiceabilityOut, ServiceabilityQuery
from agrimarket.regions.service import serviceability
from agrimarket.regions.types.serviceability import Mode


@get("/serviceability", tags=["regions"], summary="Whether a delivery can be made", statuses=(404,))
def read_serviceability(
    db: NamedDependency[Database],
    language: NamedDependency[str],
    origin: Annotated[
        str,
        QueryParameter(
            max_length=6, pattern=CODE, examples=[Example(value="210681")], description="Code of where it is sent from."
        ),
    ],
    destination: Annotated[
        str,
        QueryParameter(
            max_length=6, pattern=CODE, examples=[Example(value="420102")], description="Code of where it goes."
        ),
    ],
    community: Annotated[str | None, QueryParameter(max_length=200, description="The address's community.")] = None,
    mode: Annotated[
        Mode, QueryParameter(description="How it is delivered; an order goes by `truck` unless it says another.")
    ] = Mode.TRUCK,
    day: Annotated[
        str | None,
        QueryParameter(
            name="date",
            max_length=40,
            examples=[Example(value="2022-12-03")],
            description="A day in China, from the oldest notice until 60 days from today; without it, now.",
        ),
    ] = None,
) -> ServiceabilityOut:
    """Verdict on a delivery, and what would make it `open`.

    `partial` becomes `open` or `closed` once the address names its community. A day that has passed is answered as it
    stood when it ended; of one to come it is assumed that what is in force stays.
    """
    asked = decode_model(ServiceabilityQuery, {} if day is None else {"date": day})
    with db.reading() as session:
        found = serviceability.answer(session, origin, destination, community, mode=mode, day=asked.date)
    return ServiceabilityOut.of(found, language)


HANDLERS: list[ControllerRouterHandler] = [read_serviceability]
