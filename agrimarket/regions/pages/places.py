"""The HTML handler of the code tree."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import page
from agrimarket.kernel.db import Database
from agrimarket.regions.service import places


@page("/regions")
def find_region(
    db: NamedDependency[Database],
    language: NamedDependency[str],
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    parent: Annotated[str | None, QueryParameter(max_length=6)] = None,
) -> Template:
    """Regions to choose from, found by typing or step by step."""
    with db.reading() as session:
        within = places.get(session, parent) if parent else None
        found = places.find(session, q, 20) if q else []
        beneath = [] if q else places.children(session, parent)
    return Template(
        "places.html", context={"language": language, "q": q, "within": within, "found": found, "beneath": beneath}
    )


HANDLERS: list[ControllerRouterHandler] = [find_region]
