"""One application for many tests."""

from contextlib import AbstractContextManager
from typing import LiteralString

from sqlmodel import Session

from agrimarket.kernel.db import Database


class CurrentDatabase(Database):
    """Whatever database the running test has, so that one application serves all tests: making one takes long."""

    def __init__(self) -> None:
        self.current: Database | None = None

    def transaction(self) -> AbstractContextManager[Session]:
        assert self.current is not None
        return self.current.transaction()

    async def watch(self, statement: LiteralString) -> str:
        assert self.current is not None
        return await self.current.watch(statement)

    async def stop_watching(self) -> None:
        if self.current is not None:
            await self.current.stop_watching()

    def reading(self) -> AbstractContextManager[Session]:
        assert self.current is not None
        return self.current.reading()
