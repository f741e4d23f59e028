"""Files of packed orders: checked outside any transaction, then done order by order; and many orders accepted."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from agrimarket.bulk.flows import files as bulk
from agrimarket.bulk.schemas.files import BulkFileOut
from agrimarket.bulk.service import files
from agrimarket.bulk.states import Kind
from agrimarket.integrations import sheets
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal
from agrimarket.orders.packlists import rows
from agrimarket.orders.packlists.columns import NEEDED, WORDS
from agrimarket.orders.service import order_groups, packlists, seller_orders


@dataclass(frozen=True, slots=True)
class Accepted:
    """Orders that were accepted, and why each of the others was not."""

    accepted: list[UUID]
    refused: list[tuple[UUID, DomainError]]


def accept(db: Database, seller: Principal, order_ids: Sequence[UUID]) -> Accepted:
    """Accept these orders, each in a transaction of its own: what one of them refuses does not stop the others."""
    done = Accepted([], [])
    for order_id in dict.fromkeys(order_ids):
        try:
            with db.transaction() as session:
                seller_orders.accept(session, seller, order_id)
        except DomainError as error:
            done.refused.append((order_id, error))
        else:
            done.accepted.append(order_id)
    return done


def check_file(
    db: Database, idempotency: Idempotency, principal: Principal, content: bytes, file_name: str, language: str
) -> BulkFileOut:
    """The dry run: what each row would do to its order is judged outside any transaction, then all is kept in one."""
    sheet = sheets.read(content, WORDS.known)
    columns = WORDS.find(sheet.header, NEEDED, sheet.delimiter)
    line_ids = list(rows.line_ids(columns, sheet.rows).values())
    with db.reading() as session:
        orders = packlists.orders_of(session, principal, line_ids)
    checked = rows.check(columns, sheet.rows, orders, language)

    def keep() -> BulkFileOut:
        return BulkFileOut.of(files.keep(session, principal, Kind.ORDERS, file_name, sheet, checked), language)

    with db.transaction() as session:
        return idempotency.run(session, BulkFileOut, keep)


def load(db: Database, file_id: UUID) -> None:
    """Pack and send by a file that was started, each order in a transaction of its own."""
    bulk.load(db, Kind.ORDERS, file_id, packlists.do, rows.POINTERS)


def send_waiting(db: Database, group_id: UUID) -> None:
    """Send the orders of a purchase that only waited for its money; what is refused now fails alone."""
    with db.transaction() as session:
        order_groups.mark_settled(session, group_id)  # whichever handler of the event comes first
        _send(session, packlists.parts(session, group_id))


def end_waiting(db: Database, order_id: UUID) -> None:
    """Tell a file that an order will not be sent which it packed and which was cancelled meanwhile: its rows fail."""
    with db.transaction() as session:
        _send(session, [order_id])


def _send(session: Session, order_ids: Sequence[UUID]) -> None:
    for waiting in packlists.waiting(session, order_ids):
        seller = files.owner_of_rows(session, waiting)
        bulk.attempt(session, seller, waiting, packlists.send, rows.POINTERS)
