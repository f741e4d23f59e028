"""JSON handlers of `onboarding`."""

from litestar.types import ControllerRouterHandler

from agrimarket.onboarding.bulk.routes import HANDLERS as BULK
from agrimarket.onboarding.routes import appeals, applications, documents, review, triage

ROUTES: list[ControllerRouterHandler] = [
    *appeals.HANDLERS,
    *applications.HANDLERS,
    *documents.HANDLERS,
    *review.HANDLERS,
    *triage.HANDLERS,
    *BULK,
]
