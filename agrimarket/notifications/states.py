"""Channels and states of notifications."""

from collections.abc import Mapping
from enum import StrEnum


class Channel(StrEnum):
    """Ways in which a notification reaches its person."""

    IN_APP = "in_app"
    SMS = "sms"
    EMAIL = "email"


class NotificationState(StrEnum):
    """States of a notification. `sending` is set before the provider is called: after a crash the message may have been
    sent."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


NOTIFICATION_TRANSITIONS: Mapping[NotificationState, frozenset[NotificationState]] = {
    NotificationState.QUEUED: frozenset({NotificationState.SENDING}),
    NotificationState.SENDING: frozenset(
        {NotificationState.SENDING, NotificationState.SENT, NotificationState.FAILED}  # another try is a move too
    ),
}
"""Moves of a notification; one for the inbox alone is `sent` from the beginning."""
