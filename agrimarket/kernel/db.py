"""The unit of work: one transaction, opened and closed by an entry point, on one thread."""

import asyncio
import select
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, Select, create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlmodel import Session

from agrimarket.kernel.failpoints import failpoint
from agrimarket.kernel.reading import Item, Query, Reader, run

Statement = TypeVar("Statement", bound=Select[Any])
_open: ContextVar[bool] = ContextVar("in_transaction", default=False)


def in_transaction() -> bool:
    """Whether this thread is inside a transaction, during which no outside service may be called."""
    return _open.get()


class Database:
    """Transactions on one PostgreSQL.

    Entry points (handlers, tasks, commands) open a transaction; services take the session and never commit.
    """

    def __init__(self, url: str, *, pool_size: int = 16, application_name: str = "agrimarket") -> None:
        self.engine = _engine(url, pool_size, application_name)
        self._bind: Engine | Connection = self.engine
        self._events: Reader | None = Reader(url, f"{application_name}-events")
        self._options: dict[str, Any] = {}
        # A pool of its own: switching a connection to autocommit and back costs more than a small read.
        self._reader: Engine | Connection = _engine(
            url, pool_size, f"{application_name}-reads", isolation_level="AUTOCOMMIT", pool_reset_on_return=None
        )

    @classmethod
    def within(cls, connection: Connection) -> "Database":
        """A database whose transactions are savepoints of `connection`'s, so that a test can roll all back."""
        self = cls.__new__(cls)
        self.engine = connection.engine
        self._bind = self._reader = connection
        self._events = None
        self._options = {"join_transaction_mode": "create_savepoint"}
        return self

    @contextmanager
    def transaction(self) -> Generator[Session]:
        """A session that commits when the block ends and rolls back if it raises.

        Objects stay readable after the commit, so that a handler can render them.
        """
        token = _open.set(True)
        try:
            with Session(self._bind, expire_on_commit=False, **self._options) as session:
                with session.begin():
                    yield session
                failpoint("db.committed")
        finally:
            _open.reset(token)

    @contextmanager
    def reading(self) -> Generator[Session]:
        """A session for reads of one statement each: no transaction around them, one round trip per statement."""
        with Session(self._reader, expire_on_commit=False, **self._options) as session:
            yield session

    async def fetch(self, query: Query[Item]) -> list[Item]:
        """The items of a query, asked on the event loop. `OperationalError` of psycopg or SQLAlchemy."""
        if self._events is None:
            return await asyncio.to_thread(self._fetch, query)
        return await self._events.fetch(query)

    async def stop_fetching(self) -> None:
        """Close the event loop's own connections."""
        if self._events is not None:
            await self._events.close()

    def _fetch(self, query: Query[Item]) -> list[Item]:
        with self.reading() as session:
            return run(session, query)

    def close(self) -> None:
        """Close every pooled connection."""
        self._dispose(close=True)

    def after_fork(self) -> None:
        """Leave the parent's connections alone and make new ones, in a child process."""
        self._dispose(close=False)

    def _dispose(self, *, close: bool) -> None:
        for pool in (self.engine, self._reader):
            if isinstance(pool, Engine):
                pool.dispose(close=close)


def _engine(url: str, pool_size: int, application_name: str, **options: Any) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,
        connect_args={"application_name": application_name, "connect_timeout": 10, "options": "-c timezone=UTC"},
        **options,
    )
    event.listen(engine, "checkout", _require_alive)
    return engine


def _require_alive(connection: Any, _record: Any, _proxy: Any) -> None:
    """Replace a session that the server has ended before it is used.

    The server's last message waits on the socket of an ended session, and nothing on that of an idle one. Looking costs
    no round trip, as a ping would.
    """
    poll = select.poll()
    try:
        poll.register(connection.fileno(), select.POLLIN)
    except psycopg.OperationalError as error:  # closed on our side
        raise InvalidatePoolError from error
    if poll.poll(0):
        raise InvalidatePoolError


def locked(statement: Statement, *, of: type[Any] | None = None, referred_to: bool = False) -> Statement:
    """`statement` with a lock on the rows that it finds, or on those of the table `of`.

    Rows that point at one that may be `referred_to` can be inserted meanwhile. The locked rows are read again: what the
    session knew of one before its lock may be stale. All else that the statement reads (joined rows, sub-selects, sums)
    is as it was before it waited for the lock, and is read in a further statement if the lock protects it.
    """
    return statement.with_for_update(of=of, key_share=referred_to).execution_options(populate_existing=True)
