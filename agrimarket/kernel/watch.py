"""Reads on the event loop itself, for what every request of a kind wants to know first."""

import asyncio
from typing import LiteralString

import psycopg
from sqlalchemy import make_url


class Watch:
    """An asynchronous connection of each event loop's own, for reads of one text; made anew when it breaks."""

    def __init__(self, url: str, application_name: str) -> None:
        self._dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False) if url else ""
        self._application_name = application_name
        self._connections: dict[asyncio.AbstractEventLoop, psycopg.AsyncConnection[tuple[str]]] = {}

    async def read(self, statement: LiteralString) -> str:
        """The first column of the first row; `psycopg.OperationalError` while the database is away."""
        try:
            return await self._ask(statement)
        except psycopg.OperationalError:  # a session that the server ended: a new one tells whether it is there
            await self.close()
            return await self._ask(statement)

    async def close(self) -> None:
        """Close this event loop's connection."""
        if (connection := self._connections.pop(asyncio.get_running_loop(), None)) is not None:
            await connection.close()

    async def _ask(self, statement: LiteralString) -> str:
        loop = asyncio.get_running_loop()
        if (connection := self._connections.get(loop)) is None:
            connection = self._connections[loop] = await psycopg.AsyncConnection.connect(
                self._dsn, autocommit=True, prepare_threshold=0, application_name=self._application_name,
                connect_timeout=5, options="-c statement_timeout=5s",
            )  # fmt: skip
        cursor = await connection.execute(statement)
        row = await cursor.fetchone()
        return row[0] if row else ""
