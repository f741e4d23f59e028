"""Where a notification stands."""

from enum import StrEnum


class Channel(StrEnum):
    """How it reaches the person."""

    IN_APP = "in_app"
    SMS = "sms"
    EMAIL = "email"


class NotificationState(StrEnum):
    """`sending` is set before the provider is called: after a crash it means that it may have been sent."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
