"""The JSON handler of serviceability."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get
from agrimarket.http.params import CODE
from agrimarket.kernel.db import Database
from agrimarket.regions.schemas.serviceability import ServiceabilityOut
from agrimarket.regions.service import serviceability


@get("/serviceability", tags=["regions"], summary="Whether a delivery can be made", statuses=(404,))
def read_serviceability(
    db: NamedDependency[Database],
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
) -> ServiceabilityOut:
    """Verdict on a delivery; `partial` becomes `open` or `closed` once the address names its community."""
    with db.reading() as session:
        return ServiceabilityOut.of(serviceability.answer(session, origin, destination, community))


HANDLERS: list[ControllerRouterHandler] = [read_serviceability]
