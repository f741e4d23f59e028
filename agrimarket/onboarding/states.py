"""States of appeals, applications, documents, imports and filings, with every allowed move between them."""

from collections.abc import Mapping
from enum import StrEnum


class AppealState(StrEnum):
    """States of an appeal. `triaged`: its farmer was reached; `linked`: it became an application."""

    RECEIVED = "received"
    TRIAGED = "triaged"
    LINKED = "linked"
    CLOSED = "closed"


APPEAL_TRANSITIONS: Mapping[AppealState, frozenset[AppealState]] = {
    AppealState.RECEIVED: frozenset({AppealState.TRIAGED}),
    AppealState.TRIAGED: frozenset({AppealState.LINKED, AppealState.CLOSED}),
}

WAITING = (AppealState.RECEIVED, AppealState.TRIAGED)
"""States in which an appeal can be held, called about, and become an application."""


class PayoutStage(StrEnum):
    """How far an approved seller's way to be paid has come: nothing said yet, being checked, not right, or ready."""

    UNSAID = "unsaid"
    CHECKING = "checking"
    REFUSED = "refused"
    READY = "ready"


class CallOutcome(StrEnum):
    """Outcomes of a call to someone who appealed."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    SOLD_MEANWHILE = "sold_meanwhile"
    WRONG_NUMBER = "wrong_number"


class ApplicationState(StrEnum):
    """States of an application."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    INFO_REQUESTED = "info_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"


APPLICATION_TRANSITIONS: Mapping[ApplicationState, frozenset[ApplicationState]] = {
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
"""States in which a person has at most one application."""


class ApplicationKind(StrEnum):
    """Kinds of applicants; each has a form of its own."""

    FARMER = "farmer"
    COOPERATIVE = "cooperative"
    ENTERPRISE = "enterprise"


class TruckAccess(StrEnum):
    """Access for a truck that comes to load."""

    YES = "yes"
    SMALL = "small"
    NO = "no"
    UNKNOWN = "unknown"


class DocumentState(StrEnum):
    """States of a document: `uploading` until its last byte; then `stored`, or `refused` for its content."""

    UPLOADING = "uploading"
    STORED = "stored"
    REFUSED = "refused"


DOCUMENT_TRANSITIONS: Mapping[DocumentState, frozenset[DocumentState]] = {
    DocumentState.UPLOADING: frozenset({DocumentState.STORED, DocumentState.REFUSED}),
}


class ImportState(StrEnum):
    """States of an import. `checked` is the dry run: nothing has been filed yet."""

    CHECKED = "checked"
    LOADING = "loading"
    LOADED = "loaded"
    CANCELLED = "cancelled"


IMPORT_TRANSITIONS: Mapping[ImportState, frozenset[ImportState]] = {
    ImportState.CHECKED: frozenset({ImportState.LOADING, ImportState.CANCELLED}),
    ImportState.LOADING: frozenset({ImportState.LOADED, ImportState.CANCELLED}),
}


class RowState(StrEnum):
    """Outcomes of a row. `known`: the same had been filed before, or the member has answered already; `failed`: the
    database refused it."""

    READY = "ready"
    ERROR = "error"
    LOADED = "loaded"
    UPDATED = "updated"
    KNOWN = "known"
    FAILED = "failed"


ROW_TRANSITIONS: Mapping[RowState, frozenset[RowState]] = {
    RowState.READY: frozenset({RowState.LOADED, RowState.UPDATED, RowState.KNOWN, RowState.FAILED}),
}


class FilingState(StrEnum):
    """Answers of a member to a filing, which has no effect until they confirm it."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


FILING_TRANSITIONS: Mapping[FilingState, frozenset[FilingState]] = {
    FilingState.WAITING: frozenset({FilingState.CONFIRMED, FilingState.DECLINED}),
}
