"""Writes of messages and of what became of them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session

from agrimarket.kernel.states import arrow
from agrimarket.notifications.states import NOTIFICATION_TRANSITIONS, NotificationState


def insert(session: Session, row: dict[str, Any]) -> UUID:
    """Insert a message, unless there is one with its `key`; returns the id of that one."""
    return session.connection().execute(_INSERT, row).scalar_one()


def begin(session: Session, notification_id: UUID) -> Row[Any] | None:
    """Recipient, channel, template and parameters of a message that is now `sending`; None if it has ended."""
    return session.connection().execute(_BEGIN, {"id": notification_id}).one_or_none()


def mark_sent(session: Session, notification_id: UUID, provider_ref: str) -> None:
    """The provider took the message that is `sending`."""
    session.connection().execute(_SENT, {"id": notification_id, "ref": provider_ref})


def fail(session: Session, notification_id: UUID, reason: str, *, final: bool) -> None:
    """Note why the message that is `sending` was not sent; it has failed if that is `final`."""
    session.connection().execute(_FAIL, {"id": notification_id, "reason": reason, "final": final})


_INSERT = text("""
    INSERT INTO notification (id, person_id, channel, template, params, state, dedupe_key, attempts, sent_at)
    VALUES (:id, :person, :channel, :template, :params, CAST(:state AS varchar), :key, 0,
            CASE WHEN CAST(:state AS varchar) = 'sent' THEN agrimarket_now() END)
    ON CONFLICT (dedupe_key) DO UPDATE SET dedupe_key = excluded.dedupe_key
    RETURNING id
""").bindparams(bindparam("params", type_=JSONB))
_BEGUN = arrow(
    NOTIFICATION_TRANSITIONS, (NotificationState.QUEUED, NotificationState.SENDING), NotificationState.SENDING
)
_BEGIN = text(f"""
    UPDATE notification SET state = {_BEGUN.to}, attempts = attempts + 1
    WHERE id = :id AND state IN ({_BEGUN.sources})
    RETURNING person_id, channel, template, params
""")  # noqa: S608  # made of constants
_TAKEN = arrow(NOTIFICATION_TRANSITIONS, (NotificationState.SENDING,), NotificationState.SENT)
_SENT = text(f"""
    UPDATE notification SET state = {_TAKEN.to}, provider_ref = :ref, sent_at = agrimarket_now(), last_error = NULL
    WHERE id = :id AND state IN ({_TAKEN.sources})
""")  # noqa: S608  # made of constants
_GIVEN_UP = arrow(NOTIFICATION_TRANSITIONS, (NotificationState.SENDING,), NotificationState.FAILED)
_FAIL = text(f"""
    UPDATE notification SET last_error = :reason, state = CASE WHEN :final THEN {_GIVEN_UP.to} ELSE state END
    WHERE id = :id AND state IN ({_GIVEN_UP.sources})
""")  # noqa: S608  # made of constants
