"""JSON handlers of `onboarding`."""

from litestar.types import ControllerRouterHandler

from agrimarket.onboarding.routes import appeals, applications, documents, review

ROUTES: list[ControllerRouterHandler] = [
    *appeals.HANDLERS,
    *applications.HANDLERS,
    *documents.HANDLERS,
    *review.HANDLERS,
]
