"""States of appeals and applications, and the only ways between them."""

from collections.abc import Mapping
from enum import StrEnum


class AppealState(StrEnum):
    """Where an appeal stands."""

    RECEIVED = "received"
    TRIAGED = "triaged"
    LINKED = "linked"
    CLOSED = "closed"


APPEAL: Mapping[AppealState, frozenset[AppealState]] = {
    AppealState.RECEIVED: frozenset({AppealState.TRIAGED}),
    AppealState.TRIAGED: frozenset({AppealState.LINKED, AppealState.CLOSED}),
}


class CallOutcome(StrEnum):
    """What came of calling someone who appealed."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    SOLD_MEANWHILE = "sold_meanwhile"
    WRONG_NUMBER = "wrong_number"


class ApplicationState(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    INFO_REQUESTED = "info_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"


APPLICATION: Mapping[ApplicationState, frozenset[ApplicationState]] = {
    ApplicationState.DRAFT: frozenset({ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN}),
    ApplicationState.SUBMITTED: frozenset({ApplicationState.IN_REVIEW, ApplicationState.WITHDRAWN}),
    ApplicationState.IN_REVIEW: frozenset(
        {ApplicationState.INFO_REQUESTED, ApplicationState.APPROVED, ApplicationState.REJECTED}
    ),
    ApplicationState.INFO_REQUESTED: frozenset({ApplicationState.IN_REVIEW}),
    ApplicationState.APPROVED: frozenset({ApplicationState.SUSPENDED}),
    ApplicationState.SUSPENDED: frozenset({ApplicationState.APPROVED}),
}

OPEN = (
    ApplicationState.DRAFT,
    ApplicationState.SUBMITTED,
    ApplicationState.IN_REVIEW,
    ApplicationState.INFO_REQUESTED,
)
"""A person has at most one application in these states."""


class ApplicationKind(StrEnum):
    """Who applies; each has a form of its own."""

    FARMER = "farmer"
    COOPERATIVE = "cooperative"
    ENTERPRISE = "enterprise"


class TruckAccess(StrEnum):
    """Whether a truck can get in to load."""

    YES = "yes"
    SMALL = "small"
    NO = "no"
    UNKNOWN = "unknown"


class DocumentState(StrEnum):
    """An upload is `uploading` until its last byte; then it is `stored`, or `refused` for what it is."""

    UPLOADING = "uploading"
    STORED = "stored"
    REFUSED = "refused"


DOCUMENT: Mapping[DocumentState, frozenset[DocumentState]] = {
    DocumentState.UPLOADING: frozenset({DocumentState.STORED, DocumentState.REFUSED}),
}
