"""SELECTs of what became of the messages about a recall."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session


def told(session: Session, recall: str, person_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """(person_id, channel, state, sent_at, read_at) of each message about that recall to one of these people."""
    params = {"recall": recall, "people": list(person_ids)}
    return session.connection().execute(_TOLD, params).all()


_TOLD = text("""
    SELECT person_id, channel, state, sent_at, read_at FROM notification
    WHERE person_id = ANY(:people) AND template = 'order_recalled' AND params ->> 'recall' = :recall
""").bindparams(bindparam("people", type_=ARRAY(Uuid())))
