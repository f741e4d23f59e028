"""The unit of work: one transaction, opened and closed by an entry point, on one thread."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine
from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from agrimarket.kernel.failpoints import failpoint

Row = TypeVar("Row")
_open: ContextVar[bool] = ContextVar("in_transaction", default=False)


def in_transaction() -> bool:
    """Whether this thread is inside a transaction, where nothing outside may be called."""
    return _open.get()


class Database:
    """Transactions on one PostgreSQL.

    Entry points (handlers, tasks, commands) open a transaction; services take the session and never commit.
    """

    def __init__(self, url: str, *, pool_size: int = 16, application_name: str = "agrimarket") -> None:
        self.engine: Engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,  # a session that the server ended is replaced before it is used
            connect_args={"application_name": application_name, "connect_timeout": 10},
        )
        self._bind: Engine | Connection = self.engine
        self._options: dict[str, Any] = {}
        self._reader: Engine | Connection = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @classmethod
    def within(cls, connection: Connection) -> "Database":
        """A database whose transactions are savepoints of `connection`'s, so that a test can roll all back."""
        self = cls.__new__(cls)
        self.engine = connection.engine
        self._bind = self._reader = connection
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

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def locked(statement: SelectOfScalar[Row], *, of: type[Any] | None = None) -> SelectOfScalar[Row]:
    """`statement` with a lock on the rows that it finds, or on those of the table `of`.

    They are read anew: what the session knew of a row before its lock may be stale.
    """
    return statement.with_for_update(of=of).execution_options(populate_existing=True)
