"""Traces: from a lot to everybody who bought of it, for its seller and for operators. Every look is audited."""

import csv
import json
from collections.abc import Iterator
from typing import Final
from uuid import UUID

import msgspec
from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.catalog.service import lots
from agrimarket.integrations import sheet_streams
from agrimarket.integrations.sheet_columns import headers
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import reference
from agrimarket.orders.queries import traces as queries
from agrimarket.orders.states import SellerOrderState
from agrimarket.orders.types import Address, TraceLine, TraceSort

COLUMNS: Final = (
    "number", "state", "title", "packs", "ordered_kg", "packed_kg", "placed", "packed", "dispatched", "delivered",
    "region", "boxes", "carrier", "tracking", "plate", "recipient", "phone", "community", "street",
)  # fmt: skip
"""Columns of the file, in its order."""


class _Opened(msgspec.Struct):
    recipient: str
    phone: str
    community: str | None
    street: str


def look(session: Session, principal: Principal, lot_id: UUID, how: str) -> None:
    """Record in the audit that somebody looks at a lot's buyers. `NotFound` for who is neither seller nor operator."""
    lots.read(session, principal, lot_id)
    audit.record(session, principal, "lot.traced", reference("lot", lot_id), {"how": how})


def page(session: Session, principal: Principal, lot_id: UUID, after: UUID | None, limit: int) -> list[TraceLine]:
    """Lines of a lot with their orders, in the order in which they were ordered. One statement, beside the audit.

    Its seller sees what was paid for, and an address as long as the order's own page shows it.
    """
    look(session, principal, lot_id, "page")
    return queries.page(session, lot_id, everything=principal.has(Role.OPERATOR), after=after, limit=limit)


def address(line: TraceLine) -> Address | None:
    """The address to which a line goes, where it may be seen."""
    return None if line.address is None else Address.opened(bytes(line.address))


def stream(
    db: Database, principal: Principal, lot_id: UUID, sort: TraceSort, file_format: str, language: str
) -> Iterator[bytes]:
    """The whole trace as a file, piece by piece, in constant memory and one statement.

    The caller has asked `look` first, in a transaction that has ended.
    """
    header = headers("trace.column", COLUMNS, language)
    lines = _lines(db, principal, lot_id, sort, language)
    if file_format == "xlsx":
        return sheet_streams.xlsx(header, csv.reader(line.decode() for line in lines))
    head = "\ufeff" + ",".join(map(sheet_streams.csv_cell, header)) + "\r\n"
    return sheet_streams.gathered(_after(head.encode(), lines))


def _after(head: bytes, lines: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from lines


def _lines(db: Database, principal: Principal, lot_id: UUID, sort: TraceSort, language: str) -> Iterator[bytes]:
    words = json.dumps({state.value: t(f"order.state.{state}", language) for state in SellerOrderState})
    opened, read, cell = Address.opener(), msgspec.json.Decoder(_Opened).decode, sheet_streams.csv_cell
    with db.reading() as session:
        for row in queries.copied(session, lot_id, sort, words, everything=principal.has(Role.OPERATOR)):
            sealed, _, rest = row.partition(b",")
            if not sealed:
                yield rest[:-1] + b",,,,\r\n"
                continue
            to = read(opened(bytes.fromhex(sealed.decode())))
            contact = f",{cell(to.recipient)},{cell(to.phone)},{cell(to.community or '')},{cell(to.street)}\r\n"
            yield rest[:-1] + contact.encode()
