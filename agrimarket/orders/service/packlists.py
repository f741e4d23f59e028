"""Many orders at once: accepted, written as a file to pack by, and packed and sent by that file."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlmodel import Session

from agrimarket.bulk.service import files
from agrimarket.bulk.states import RowState
from agrimarket.bulk.types import Row
from agrimarket.integrations import sheets
from agrimarket.integrations.sheet_columns import headers
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.i18n import t
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import GRAMS
from agrimarket.kernel.resources import reference
from agrimarket.orders.errors import PaymentNotSettled
from agrimarket.orders.models.seller_orders import OrderLine
from agrimarket.orders.packlists.columns import COLUMNS
from agrimarket.orders.packlists.rows import BOTH, SEND, Orders
from agrimarket.orders.queries import packlists as queries
from agrimarket.orders.queries import seller_orders as order_queries
from agrimarket.orders.queries.seller_orders import sold_by
from agrimarket.orders.service import seller_orders
from agrimarket.orders.service.seller_orders import Packed
from agrimarket.orders.states import SellerOrderState
from agrimarket.orders.types import Handover, OrderView
from agrimarket.regions.service import places

MOST: Final = 5_000
"""Orders in one file."""
_TO_SEND = (SellerOrderState.ACCEPTED, SellerOrderState.PACKED)


def placed(session: Session, seller: Principal, limit: int) -> list[UUID]:
    """Orders that wait for the seller's answer, oldest first."""
    return queries.in_states(session, seller.require_seller(), [SellerOrderState.PLACED], limit)


def views(session: Session, seller: Principal, order_ids: Sequence[UUID]) -> list[OrderView]:
    """These orders of the seller, oldest first. One statement."""
    rows = order_queries.of_ids(session, order_ids, sold_by(seller)) if order_ids else []
    return sorted((OrderView.seen_by(seller, *row) for row in rows), key=lambda view: view.order.id)


def orders_of(session: Session, seller: Principal, line_ids: Sequence[UUID]) -> Orders:
    """Lines of the seller's orders by id, each with its order; those of others are left out. Two statements."""
    found = views(session, seller, queries.orders_of_lines(session, seller.require_seller(), line_ids))
    return {line.id: (line, view) for view in found for line in view.lines}


def export(session: Session, seller: Principal, file_format: str, language: str) -> bytes:
    """The seller's orders to pack and send, a row a line, as a file to be filled in. Three statements."""
    ids = queries.in_states(session, seller.require_seller(), _TO_SEND, MOST)
    found = views(session, seller, ids)
    names = places.called(session, {view.group.region_code for view in found}, language)
    header = headers("packlist.column", COLUMNS, language)
    lines = (cells for view in found for cells in _cells(view, names.get(view.group.region_code, ""), language))
    return sheets.write_xlsx(header, lines) if file_format == "xlsx" else sheets.write_csv(header, lines)


def _cells(view: OrderView, place: str, language: str) -> Iterator[list[str]]:
    to, shipment = view.address, view.shipment
    for line in view.lines:
        values = {
            "number": short_number(view.order.id),
            "recipient": to.recipient if to else "",
            "phone": to.phone if to else "",
            "address": " ".join(filter(None, (place, to.community, to.street))) if to else "",
            "goods": f"{line.title} × {line.due_packs}",
            "ordered": _amount(line, line.due_grams, language),
            "packed": "" if line.packed_grams is None else _amount(line, line.packed_grams, language),
            "unit": _unit(line, language),
            "boxes": str(shipment.boxes) if shipment and shipment.boxes else "",
            "line": reference("line", line.id),
        }
        yield [values.get(column, "") for column in COLUMNS]


def _amount(line: OrderLine, grams: int, language: str) -> str:
    if line.priced_by != "weight":
        return str(grams // line.pack_grams)
    return f"{(Decimal(grams) / GRAMS['kg' if language == 'en' else 'jin']).normalize():f}"


def _unit(line: OrderLine, language: str) -> str:
    by_weight = "kg" if language == "en" else "斤"
    return by_weight if line.priced_by == "weight" else t("packlist.packs", language)


def do(session: Session, seller: Principal, rows: Sequence[Row]) -> None:
    """Pack the order of these rows, or send it, or both, as the services do. What they refuse is raised.

    One whose money is not captured yet is packed, and waits to be sent.
    """
    order_id, row = rows[0].about_id, files.opened(rows[0])
    assert order_id is not None, "every row of a packing list is about an order"  # noqa: S101
    if row.act != SEND:
        _pack(session, seller, order_id, rows)
    if row.act in (BOTH, SEND):
        send(session, seller, rows)
    else:
        files.settle(rows, RowState.LOADED)


def _pack(session: Session, seller: Principal, order_id: UUID, rows: Sequence[Row]) -> None:
    values = files.opened(rows[0]).values
    grams = {UUID(line_id): amount for line_id, amount in values["lines"].items()}
    lines = {line.id: line for line in order_queries.lines_of(session, order_id)}
    packed = {
        line_id: Packed(grams=amount)
        if lines[line_id].priced_by == "weight"
        else Packed(packs=amount // lines[line_id].pack_grams)
        for line_id, amount in grams.items()
    }
    seller_orders.pack(session, seller, order_id, values["boxes"], packed)


def send(session: Session, seller: Principal, rows: Sequence[Row]) -> None:
    """Hand the order of these rows to its carrier, or let it wait for its money."""
    order_id, values = rows[0].about_id, files.opened(rows[0]).values
    assert order_id is not None, "every row of a packing list is about an order"  # noqa: S101
    by = Handover(values["carrier"], values["tracking"], values["plate"])
    session.flush()  # the order's new state is read again under its lock
    seller_orders.lock(session, order_id, sold_by(seller))  # kept to the end: its money is not settled meanwhile
    try:
        with session.begin_nested():
            seller_orders.dispatch(session, seller, order_id, by)
            session.flush()
    except PaymentNotSettled:
        if rows[0].state != RowState.WAITING:
            files.settle(rows, RowState.WAITING)
    else:
        files.settle(rows, RowState.LOADED)


def parts(session: Session, group_id: UUID) -> list[UUID]:
    """The orders that a purchase consists of."""
    return queries.of_group(session, group_id)


def waiting(session: Session, order_ids: Sequence[UUID]) -> list[list[Row]]:
    """Rows about these orders that wait for their money, order by order, locked."""
    found: dict[UUID | None, list[Row]] = {}
    for row in files.waiting(session, order_ids):
        found.setdefault(row.about_id, []).append(row)
    return list(found.values())


def require_own(session: Session, seller: Principal, order_ids: Sequence[UUID]) -> None:
    """`NotFound` unless every one of these orders is the seller's. One statement."""
    if set(queries.own(session, seller.require_seller(), order_ids)) != set(order_ids):
        raise NotFound(pointer="/order_ids")
