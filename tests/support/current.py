"""Database of one application that many tests share."""

from contextlib import AbstractContextManager

from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.kernel.reading import Item, Query


class CurrentDatabase(Database):
    """Database of the running test, so that one application, which takes long to make, serves all tests."""

    def __init__(self) -> None:
        self.current: Database | None = None

    def transaction(self) -> AbstractContextManager[Session]:
        assert self.current is not None
        return self.current.transaction()

    async def fetch(self, query: Query[Item]) -> list[Item]:
        assert self.current is not None
        return await self.current.fetch(query)

    async def stop_fetching(self) -> None:
        if self.current is not None:
            await self.current.stop_fetching()

    def reading(self) -> AbstractContextManager[Session]:
        assert self.current is not None
        return self.current.reading()
