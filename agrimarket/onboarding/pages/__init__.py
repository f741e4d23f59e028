"""HTML handlers of onboarding."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from agrimarket.onboarding.pages import (
    agents,
    answers,
    appeals,
    applications,
    documents,
    drafts,
    filings,
    imports,
    opinions,
    review,
    review_requests,
    steps,
    triage,
)

# A router of their own: Litestar wraps a threaded handler a second time if another with the same path is registered
# on the application itself; within a router it combines them first.
PAGES: list[ControllerRouterHandler] = [
    Router(
        "/",
        route_handlers=[
            *agents.HANDLERS,
            *answers.HANDLERS,
            *drafts.HANDLERS,
            *appeals.HANDLERS,
            *applications.HANDLERS,
            *steps.HANDLERS,
            *review_requests.HANDLERS,
            *documents.HANDLERS,
            *review.HANDLERS,
            *triage.HANDLERS,
            *opinions.HANDLERS,
            *imports.HANDLERS,
            *filings.HANDLERS,
        ],
    )
]
