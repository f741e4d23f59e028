"""HTML handlers of onboarding."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from agrimarket.onboarding.pages import (
    agents,
    appeals,
    applications,
    documents,
    drafts,
    filings,
    imports,
    review,
    review_requests,
    steps,
    triage,
)

# Litestar wraps a threaded handler once more where another of the same path is registered beside it on the
# application itself; within a router they meet before that.
PAGES: list[ControllerRouterHandler] = [
    Router(
        "/",
        route_handlers=[
            *agents.HANDLERS,
            *drafts.HANDLERS,
            *appeals.HANDLERS,
            *applications.HANDLERS,
            *steps.HANDLERS,
            *review_requests.HANDLERS,
            *documents.HANDLERS,
            *review.HANDLERS,
            *triage.HANDLERS,
            *imports.HANDLERS,
            *filings.HANDLERS,
        ],
    )
]
