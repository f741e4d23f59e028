"""JSON handlers of onboarding."""

from litestar.types import ControllerRouterHandler

from agrimarket.onboarding.routes import (
    appeals,
    applications,
    documents,
    filings,
    forms,
    imports,
    opinions,
    review,
    review_requests,
    steps,
    triage,
)

ROUTES: list[ControllerRouterHandler] = [
    *appeals.HANDLERS,
    *forms.HANDLERS,
    *applications.HANDLERS,
    *steps.HANDLERS,
    *review_requests.HANDLERS,
    *documents.HANDLERS,
    *review.HANDLERS,
    *triage.HANDLERS,
    *opinions.HANDLERS,
    *imports.HANDLERS,
    *filings.HANDLERS,
]
