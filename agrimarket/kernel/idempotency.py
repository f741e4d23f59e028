"""Idempotency keys of HTTP requests: the first answer under a key is stored and replayed.

The answer is stored in the transaction of the effect, so that either both exist or neither. A flow, which calls
outside services between transactions, claims the key in the first and stores the answer in the last.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Interval, UniqueConstraint, bindparam, text
from sqlmodel import Session, SQLModel

from agrimarket.kernel.errors import Conflict, Invalid
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.model import created_at_field, id_field, json_field, time_field

Answer = TypeVar("Answer", bound=BaseModel)
FLOW_LOCK = timedelta(seconds=60)
"""Time for which a flow may hold a key, longer than all time-outs of its calls. After it a retry may take the key."""


class KeyReused(Invalid):
    """The key was used before with another request."""

    code: ClassVar[str] = "idempotency.key_reused"


class KeyInFlight(Conflict):
    """The first request under the key is still being served."""

    code: ClassVar[str] = "idempotency.in_flight"


class KeyMalformed(Invalid):
    """The key is longer than 255 characters, or not printable ASCII."""

    code: ClassVar[str] = "idempotency.key_malformed"


class IdempotencyKey(SQLModel, table=True):
    """A key, the request that it came with, and the answer once there is one."""

    __tablename__ = "idempotency_key"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("scope", "key"),)

    id: UUID = id_field()
    scope: str
    key: str
    fingerprint: bytes
    answer: dict[str, Any] | None = json_field(nullable=True)
    locked_until: datetime | None = time_field(nullable=True)
    created_at: datetime = created_at_field(index=True)


@dataclass(slots=True)
class Idempotency:
    """Key of a request, if it has one. `scope` is who asks and what for; without a key everything just runs."""

    scope: str = ""
    key: str | None = None
    fingerprint: bytes = b""
    replayed: bool = False

    def run(self, session: Session, schema: type[Answer], act: Callable[[], Answer]) -> Answer:
        """`act()`'s answer, or the stored one if this key has acted before. Two statements beside `act`'s.

        `KeyReused` (422) for another request under the key, `KeyInFlight` (409) while the first is being served.
        """
        if self.key is None:
            return act()
        stored = self._lock(session)
        if stored is not None:
            return schema.model_validate(stored)
        answer = act()
        self._write(session, answer)
        return answer

    def claim(self, session: Session, schema: type[Answer]) -> Answer | None:
        """For a flow's first transaction: the stored answer, or None and the key is held until `store`. One statement.

        `KeyReused` (422) for another request under the key, `KeyInFlight` (409) while the first is at work.
        """
        if self.key is None:
            return None
        row = {"scope": self.scope, "key": self.key, "fingerprint": self.fingerprint, "lock": FLOW_LOCK}
        found = session.connection().execute(_CLAIM, {**row, "id": new_id()}).one()
        if found.held:
            return None
        if found.fingerprint is not None and bytes(found.fingerprint) != self.fingerprint:
            raise KeyReused
        if found.answer is None:
            raise KeyInFlight(retry_after=1)
        self.replayed = True
        return schema.model_validate(found.answer)

    def store(self, session: Session, answer: Answer) -> Answer:
        """Keep the answer for replays; for a flow's last transaction."""
        if self.key is not None:
            self._write(session, answer)
        return answer

    def release(self, session: Session) -> None:
        """For a flow that was refused: the key may be used again at once."""
        if self.key is None:
            return
        session.connection().execute(
            text("DELETE FROM idempotency_key WHERE scope = :scope AND key = :key AND answer IS NULL"),
            {"scope": self.scope, "key": self.key},
        )

    def _lock(self, session: Session) -> dict[str, Any] | None:
        row = session.connection().execute(_LOCK, {"scope": self.scope, "key": self.key}).one()
        if row.fingerprint is not None and bytes(row.fingerprint) != self.fingerprint:
            raise KeyReused
        if not row.alone or row.busy:
            raise KeyInFlight(retry_after=1)
        self.replayed = row.answer is not None
        return row.answer

    def _write(self, session: Session, answer: BaseModel) -> None:
        row = {"scope": self.scope, "key": self.key, "fingerprint": self.fingerprint, "id": new_id()}
        session.connection().execute(_WRITE, {**row, "answer": answer.model_dump_json()})


_LOCK = text("""
    SELECT pg_try_advisory_xact_lock(hashtextextended(:scope || ' ' || :key, 0)) AS alone,
           k.fingerprint, k.answer, k.answer IS NULL AND k.locked_until > agrimarket_now() AS busy
    FROM (SELECT 1) AS one LEFT JOIN idempotency_key AS k ON k.scope = :scope AND k.key = :key
""")
_CLAIM = text("""
    WITH mine AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(hashtextextended(:scope || ' ' || :key, 0)) AS alone
    ), held AS (
        INSERT INTO idempotency_key AS k (id, scope, key, fingerprint, locked_until)
        SELECT :id, :scope, :key, :fingerprint, agrimarket_now() + :lock FROM mine WHERE alone
        ON CONFLICT (scope, key) DO UPDATE SET locked_until = excluded.locked_until
            WHERE k.fingerprint = excluded.fingerprint AND k.answer IS NULL
              AND coalesce(k.locked_until <= agrimarket_now(), true)
        RETURNING k.id
    )
    SELECT EXISTS (SELECT FROM held) AS held, k.fingerprint, k.answer
    FROM (SELECT 1) AS one LEFT JOIN idempotency_key AS k ON k.scope = :scope AND k.key = :key
""").bindparams(bindparam("lock", type_=Interval))
_WRITE = text("""
    INSERT INTO idempotency_key (id, scope, key, fingerprint, answer)
    VALUES (:id, :scope, :key, :fingerprint, CAST(:answer AS jsonb))
    ON CONFLICT (scope, key) DO UPDATE SET answer = excluded.answer, locked_until = NULL
""")


KEPT = timedelta(days=30)
"""Time in which an answer can be replayed. Money is safe for longer: a cart is ordered once, whatever the key."""


def purge(session: Session, limit: int = 10_000) -> int:
    """Delete up to `limit` keys that are older than `KEPT`; returns how many."""
    return session.connection().execute(_PURGE, {"kept": KEPT, "limit": limit}).rowcount


_PURGE = text("""
    DELETE FROM idempotency_key WHERE id IN (
        SELECT id FROM idempotency_key WHERE created_at < agrimarket_now() - :kept
        ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
""").bindparams(bindparam("kept", type_=Interval))


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """Hash that is the same for two requests that are the same."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).digest()
