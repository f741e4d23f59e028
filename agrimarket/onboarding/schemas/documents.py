"""Documents over HTTP."""

from agrimarket.kernel.resources import AppealId, ApplicationId, DocumentId
from agrimarket.kernel.wire import Count, Out
from agrimarket.onboarding.models.documents import Document
from agrimarket.onboarding.states import DocumentState


class DocumentOut(Out):
    """An upload. Once `stored`, its id can stand as an answer; a `refused` one has a `reason` (an error's code)."""

    id: DocumentId
    application_id: ApplicationId | None
    appeal_id: AppealId | None
    name: str
    state: DocumentState
    reason: str
    media_type: str
    pages: Count
    length: Count
    received: Count

    @classmethod
    def of(cls, row: Document) -> "DocumentOut":
        """An upload as its owner sees it."""
        return cls(
            id=row.id,
            application_id=row.application_id,
            appeal_id=row.appeal_id,
            name=row.name,
            state=DocumentState(row.state),
            reason=row.reason,
            media_type=row.media_type,
            pages=row.pages,
            length=row.length,
            received=row.received,
        )
