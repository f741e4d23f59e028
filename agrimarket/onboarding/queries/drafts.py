"""SELECTs and writes of appeals that are still being typed."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from agrimarket.kernel.db import locked
from agrimarket.kernel.ids import new_id
from agrimarket.onboarding.models.appeals import AppealDraft


def sealed(session: Session, token_hash: bytes, *, lock: bool = False) -> bytes | None:
    """Sealed content of the draft with that token."""
    statement = select(col(AppealDraft.sealed)).where(col(AppealDraft.token_hash) == token_hash)
    return session.scalars(locked(statement) if lock else statement).one_or_none()


def put(session: Session, token_hash: bytes, content: bytes, now: datetime) -> None:
    """Write or replace the draft with that token."""
    row = {"id": new_id(), "token_hash": token_hash, "sealed": content, "updated_at": now}
    statement = insert(AppealDraft).values(**row)
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=["token_hash"], set_={"sealed": content, "updated_at": now})
    )


def drop_before(session: Session, moment: datetime) -> int:
    """Delete drafts that have not been changed since that moment; returns how many."""
    return session.connection().execute(delete(AppealDraft).where(col(AppealDraft.updated_at) < moment)).rowcount
