"""Events of `bulk`: a file's rows are to be done, by the package that knows what they are about."""

from typing import ClassVar
from uuid import UUID

from agrimarket.bulk.states import Kind
from agrimarket.kernel.outbox import Event


class FileLoading(Event):
    """The rows of a file that are right are to be done."""

    file_id: UUID


class ListingsLoading(FileLoading):
    """A file of listings."""

    topic: ClassVar[str] = "bulk.listings_loading"


class OrdersLoading(FileLoading):
    """A file of packed orders."""

    topic: ClassVar[str] = "bulk.orders_loading"


LOADING: dict[Kind, type[FileLoading]] = {Kind.LISTINGS: ListingsLoading, Kind.ORDERS: OrdersLoading}
"""The event of each kind of file."""
