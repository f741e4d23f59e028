"""Counties' opinions about lots over HTTP; operators only."""

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agrimarket.catalog.service import opinions
from agrimarket.http.handlers import post
from agrimarket.kernel.db import Database
from agrimarket.kernel.opinions import OpinionIn
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import LotId


@post(
    "/lots/{lot_id:str}/opinions",
    tags=["catalog"],
    summary="Record what a county said about a lot",
    status_code=204,
)
def give_lot_opinion(
    lot_id: FromPath[LotId],
    data: JSONBody[OpinionIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> None:
    """Verified stock stands on the next clearance list, if it spoils soon and is on sale. The newest opinion counts."""
    with db.transaction() as session:
        opinions.give(session, operator, lot_id, data)
