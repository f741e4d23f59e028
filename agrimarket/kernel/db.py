"""The unit of work: one transaction, opened and closed by an entry point, on one thread."""

import asyncio
import select
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, LiteralString, cast

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import InvalidatePoolError
from sqlmodel import Session

from agrimarket.kernel.failpoints import failpoint

_open: ContextVar[bool] = ContextVar("in_transaction", default=False)


def in_transaction() -> bool:
    """Whether this thread is inside a transaction, where nothing outside may be called."""
    return _open.get()


class Database:
    """Transactions on one PostgreSQL.

    Entry points (handlers, tasks, commands) open a transaction; services take the session and never commit.
    """

    def __init__(self, url: str, *, pool_size: int = 16, application_name: str = "agrimarket") -> None:
        self.engine = _engine(url, pool_size, application_name)
        self._bind: Engine | Connection = self.engine
        self._watch: Watch | None = Watch(url, f"{application_name}-watch")
        self._options: dict[str, Any] = {}
        # A pool of its own: to switch a connection to autocommit and back costs more than a small read.
        self._reader: Engine | Connection = _engine(
            url, pool_size, f"{application_name}-reads", isolation_level="AUTOCOMMIT", pool_reset_on_return=None
        )

    @classmethod
    def within(cls, connection: Connection) -> "Database":
        """A database whose transactions are savepoints of `connection`'s, so that a test can roll all back."""
        self = cls.__new__(cls)
        self.engine = connection.engine
        self._bind = self._reader = connection
        self._watch = None
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
        """A session for reads of one statement each: no transaction around them, one round trip a statement."""
        with Session(self._reader, expire_on_commit=False, **self._options) as session:
            yield session

    async def watch(self, statement: LiteralString) -> str:
        """The text that `statement` reads, asked on the event loop itself; `OperationalError` of psycopg or SQLAlchemy.

        For what every request of a kind wants to know first. It costs a tenth of the way through a thread.
        """
        if self._watch is None:
            return await asyncio.to_thread(self._read, statement)
        return await self._watch.read(statement)

    async def stop_watching(self) -> None:
        """Close the event loop's own connection."""
        if self._watch is not None:
            await self._watch.close()

    def _read(self, statement: str) -> str:
        with self.reading() as session:
            return session.connection().execute(text(statement)).scalar_one()

    def close(self) -> None:
        """Close every pooled connection."""
        self._dispose(close=True)

    def after_fork(self) -> None:
        """In a child process: leave the parent's connections alone, and make one's own."""
        self._dispose(close=False)

    def _dispose(self, *, close: bool) -> None:
        for pool in (self.engine, self._reader):
            if isinstance(pool, Engine):
                pool.dispose(close=close)


def rows(session: Session, statement: LiteralString, params: Mapping[str, Any]) -> list[Any]:
    """The rows of a statement with `%(name)s` parameters, as tuples of psycopg's, on the session's own connection.

    For reads that are asked for often: SQLAlchemy's way costs three times as much.
    """
    raw: psycopg.Connection[tuple[Any, ...]] = cast("Any", session.connection().connection.driver_connection)
    return raw.execute(statement, params, prepare=True).fetchall()


def _engine(url: str, pool_size: int, application_name: str, **options: Any) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        connect_args={"application_name": application_name, "connect_timeout": 10},
        **options,
    )
    event.listen(engine, "checkout", _require_alive)
    return engine


def _require_alive(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have a session that the server has ended replaced before it is used.

    The server's last word waits on the socket of such a one, and nothing on that of an idle one: to look costs no round
    trip, as a ping would.
    """
    poll = select.poll()
    try:
        poll.register(connection.fileno(), select.POLLIN)
    except psycopg.OperationalError as error:  # closed on our side
        raise InvalidatePoolError from error
    if poll.poll(0):
        raise InvalidatePoolError


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
