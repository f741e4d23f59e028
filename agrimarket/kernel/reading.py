"""Frequent reads, for which the way through SQLAlchemy and a thread would cost more than the read itself.

A `Query` is one SELECT with the function that makes items of its rows. `run` asks it on a session, like any other read;
a `Reader` asks it on the event loop, without a thread, which for a list of twenty costs a third of the processor time.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, LiteralString, TypeVar, cast

import psycopg
from sqlalchemy import make_url
from sqlmodel import Session

Item = TypeVar("Item")
Connection = psycopg.AsyncConnection[tuple[Any, ...]]
CONNECTIONS = 4
"""Reads that an event loop has under way at once; a fifth waits for one to end, which takes a millisecond."""

_PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"
"""A statement is planned once on a connection, and not for each value: a search takes longer to plan than to run."""


@dataclass(frozen=True, slots=True)
class Query(Generic[Item]):
    """A SELECT with `%(name)s` parameters; `read` makes an item of a row, a tuple in the order of its columns."""

    statement: LiteralString
    params: Mapping[str, Any]
    read: Callable[[Any], Item]


def run(session: Session, query: Query[Item]) -> list[Item]:
    """The items, read on the session's own connection."""
    raw: psycopg.Connection[tuple[Any, ...]] = cast("Any", session.connection().connection.driver_connection)
    found = raw.execute(query.statement, query.params, prepare=True)
    return [query.read(row) for row in found.fetchall()]


@dataclass(slots=True)
class _Pool:
    """The connections of one event loop."""

    idle: list[Connection] = field(default_factory=list[Connection])
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS))


class Reader:
    """Asynchronous connections for reads, separate for each event loop; one that breaks is replaced."""

    def __init__(self, url: str, application_name: str) -> None:
        self._dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._application_name = application_name
        self._pools: dict[asyncio.AbstractEventLoop, _Pool] = {}

    async def fetch(self, query: Query[Item]) -> list[Item]:
        """The items; `psycopg.OperationalError` while the database is unreachable."""
        pool = self._pools.setdefault(asyncio.get_running_loop(), _Pool())
        async with pool.free:
            try:
                found = await self._ask(pool, query)
            except psycopg.OperationalError:  # the server ended the session: a new one shows whether it is there
                await _close(pool)
                found = await self._ask(pool, query)
        return [query.read(row) for row in found]

    async def close(self) -> None:
        """Close this event loop's idle connections."""
        if (pool := self._pools.pop(asyncio.get_running_loop(), None)) is not None:
            await _close(pool)

    async def _ask(self, pool: _Pool, query: Query[Any]) -> list[tuple[Any, ...]]:
        async with self._connection(pool) as connection:
            cursor = await connection.execute(query.statement, query.params)
            return await cursor.fetchall()

    @asynccontextmanager
    async def _connection(self, pool: _Pool) -> AsyncGenerator[Connection]:
        """A connection, kept for the next read unless this one fails, or is abandoned half-way."""
        connection = pool.idle.pop() if pool.idle else await self._connect()
        try:
            yield connection
        except BaseException:  # a cancelled read leaves its answer on the connection
            await connection.close()
            raise
        pool.idle.append(connection)

    async def _connect(self) -> Connection:
        return await psycopg.AsyncConnection.connect(
            self._dsn, autocommit=True, prepare_threshold=0, application_name=self._application_name,
            connect_timeout=5, options=f"-c timezone=UTC -c statement_timeout=10s {_PLANNED_ONCE}",
        )  # fmt: skip


async def _close(pool: _Pool) -> None:
    while pool.idle:
        await pool.idle.pop().close()
