"""JSON handlers of dead letters."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.desks.schemas.dead_letters import DeadLetterOut, GiveUpIn
from agrimarket.desks.service import dead_letters
from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.deliveries import DeadLetter
from agrimarket.kernel.paging import Page, Paging, moment
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import DeliveryId, reference

TAGS = ["operations"]


def _write(letter: DeadLetter) -> list[str]:
    return [letter.died_at.isoformat(), reference("delivery", letter.id)]


def _read(keys: Sequence[str]) -> tuple[datetime, UUID]:
    died_at, last = keys
    return moment(died_at), ids.decode("dlv", last)


DEAD: Paging[DeadLetter, tuple[datetime, UUID]] = Paging("dead", _write, _read)


@get("/dead-letters", tags=TAGS, summary="Work that failed at every attempt")
def list_dead_letters(
    operator: NamedDependency[Principal], db: NamedDependency[Database], cursor: Cursor = None, limit: Limit = 50
) -> Page[DeadLetterOut]:
    """For operators, what is dead for longest first."""
    window = DEAD.window(cursor, limit)
    with db.reading() as session:
        found = dead_letters.page(session, window.after, window.rows)
    return window.page(found, DeadLetterOut.of)


@post("/dead-letters/{delivery_id:str}/requeue", tags=TAGS, summary="Try failed work again", status_code=204)
def requeue(
    delivery_id: FromPath[DeliveryId], operator: NamedDependency[Principal], db: NamedDependency[Database]
) -> None:
    """By an operator, once what stood in its way is gone; it has all its attempts again."""
    with db.transaction() as session:
        dead_letters.requeue(session, operator, delivery_id)


@post("/dead-letters/{delivery_id:str}/give-up", tags=TAGS, summary="Give failed work up", status_code=204)
def give_up(
    delivery_id: FromPath[DeliveryId],
    data: JSONBody[GiveUpIn],
    operator: NamedDependency[Principal],
    db: NamedDependency[Database],
) -> None:
    """By an operator, for good: what the event should have caused here never happens."""
    with db.transaction() as session:
        dead_letters.give_up(session, operator, delivery_id, data.reason)


HANDLERS: list[ControllerRouterHandler] = [list_dead_letters, requeue, give_up]
