"""Idempotency keys of HTTP requests: the first answer under a key is stored and replayed.

The answer is stored in the transaction of the effect, so that either both exist or neither. A flow, which calls
outside services between transactions, claims the key in the first and stores the answer in the last. An answer that
stands is never changed, which the database holds to as well.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Interval, Row, UniqueConstraint, bindparam, text
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
    """The key is longer than 255 characters, not printable ASCII, or one of several."""

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
        """`act()`'s answer, or the stored one if this key has acted before. Three statements beside `act`'s.

        `KeyReused` (422) for another request under the key, `KeyInFlight` (409) while the first is being served.
        """
        if self.key is None:
            return act()
        alone = session.connection().execute(_LOCK, self._name()).scalar_one()
        found = self._read(session)
        if found is not None and found.answer is not None:
            return self._replay(schema, found.answer)
        if not alone or (found is not None and found.busy):
            raise KeyInFlight(retry_after=1)
        answer = act()
        if not self._write(session, answer):
            raise KeyInFlight(retry_after=1)  # and what `act` did is rolled back
        return answer

    def claim(self, session: Session, schema: type[Answer]) -> Answer | None:
        """For a flow's first transaction: the stored answer, or None and the key is held until `store`.

        One statement where the key is free, two where it is not. `KeyReused` (422) for another request under the key,
        `KeyInFlight` (409) while the first is at work.
        """
        if self.key is None:
            return None
        row = {**self._name(), "fingerprint": self.fingerprint, "lock": FLOW_LOCK, "id": new_id()}
        if session.connection().execute(_CLAIM, row).one_or_none() is not None:
            return None
        found = self._read(session)
        if found is None or found.answer is None:
            raise KeyInFlight(retry_after=1)
        return self._replay(schema, found.answer)

    def store(self, session: Session, answer: Answer) -> Answer:
        """Keep the answer for replays, for a flow's last transaction; the answer that stands, if a retry was faster."""
        if self.key is None or self._write(session, answer):
            return answer
        found = self._read(session)
        return answer if found is None else type(answer).model_validate(found.answer)

    def release(self, session: Session) -> None:
        """For a flow that was refused: the key may be used again at once."""
        if self.key is None:
            return
        session.connection().execute(_RELEASE, self._name())

    def _name(self) -> dict[str, Any]:
        return {"scope": self.scope, "key": self.key}

    def _read(self, session: Session) -> Row[Any] | None:
        """What stands under the key now, in a statement of its own: one that waits for a lock reads what was before."""
        found = session.connection().execute(_READ, self._name()).one_or_none()
        if found is not None and bytes(found.fingerprint) != self.fingerprint:
            raise KeyReused
        return found

    def _replay(self, schema: type[Answer], answer: Any) -> Answer:
        self.replayed = True
        return schema.model_validate(answer)

    def _write(self, session: Session, answer: BaseModel) -> bool:
        """Store the answer; False, and nothing is written, if one stands."""
        row = {**self._name(), "fingerprint": self.fingerprint, "id": new_id(), "answer": answer.model_dump_json()}
        return session.connection().execute(_WRITE, row).rowcount == 1


_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(CAST(:scope AS text) || ' ' || CAST(:key AS text), 0))")
_READ = text("""
    SELECT fingerprint, answer, answer IS NULL AND locked_until > agrimarket_now() AS busy
    FROM idempotency_key WHERE scope = :scope AND key = :key
""")
# The row is decided on by the unique index and, where there is one, by its newest version: never by a snapshot.
_CLAIM = text("""
    INSERT INTO idempotency_key AS k (id, scope, key, fingerprint, locked_until)
    SELECT :id, CAST(:scope AS text), CAST(:key AS text), :fingerprint, agrimarket_now() + :lock
    WHERE pg_try_advisory_xact_lock(hashtextextended(CAST(:scope AS text) || ' ' || CAST(:key AS text), 0))
    ON CONFLICT (scope, key) DO UPDATE SET locked_until = excluded.locked_until
        WHERE k.fingerprint = excluded.fingerprint AND k.answer IS NULL
          AND coalesce(k.locked_until <= agrimarket_now(), true)
    RETURNING k.id
""").bindparams(bindparam("lock", type_=Interval))
_WRITE = text("""
    INSERT INTO idempotency_key AS k (id, scope, key, fingerprint, answer)
    VALUES (:id, :scope, :key, :fingerprint, CAST(:answer AS jsonb))
    ON CONFLICT (scope, key) DO UPDATE SET answer = excluded.answer, locked_until = NULL WHERE k.answer IS NULL
""")
_RELEASE = text("DELETE FROM idempotency_key WHERE scope = :scope AND key = :key AND answer IS NULL")


KEPT = timedelta(days=30)
"""Time in which an answer can be replayed. Money is safe for longer: a cart is ordered once, whatever the key."""


def purge(session: Session, limit: int = 10_000) -> int:
    """Delete up to `limit` keys that are older than `KEPT`; returns how many."""
    return session.connection().execute(_PURGE, {"kept": KEPT, "limit": limit}).rowcount


_PURGE = text("""
    WITH old AS MATERIALIZED (
        SELECT id FROM idempotency_key WHERE created_at < agrimarket_now() - :kept
        ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    DELETE FROM idempotency_key AS k USING old WHERE k.id = old.id
""").bindparams(bindparam("kept", type_=Interval))


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """Hash that is the same for two requests that are the same."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).digest()
