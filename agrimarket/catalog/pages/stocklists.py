"""Pages on which a seller puts many listings on sale by a file, and takes them out as one."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from agrimarket.bulk.pages.files import Section
from agrimarket.bulk.states import Kind
from agrimarket.catalog.flows import stocklists as flows
from agrimarket.catalog.service import stocklists
from agrimarket.catalog.stocklists.columns import WORDS
from agrimarket.http.downloads import Format, download
from agrimarket.http.handlers import page
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal

HOME = "/sell/import"
SECTION = Section(Kind.LISTINGS, HOME, "/sell", "stock", "stocklists.html", WORDS.column_of, flows.check_file)


@page(f"{HOME}/template")
def template(language: NamedDependency[str], format: FromQuery[Format] = "csv") -> Response[bytes]:
    """An empty file with the right columns."""
    return download(stocklists.template(format, language), "listings", format)


@page(f"{HOME}/export")
def export(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    format: FromQuery[Format] = "csv",
) -> Response[bytes]:
    """All that is drafted or on sale, as a file that can be changed and uploaded again."""
    with db.reading() as session:
        return download(stocklists.export(session, principal, format, language), "listings", format)


HANDLERS: list[ControllerRouterHandler] = [template, export, *SECTION.handlers()]
