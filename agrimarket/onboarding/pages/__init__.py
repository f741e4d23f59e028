"""HTML handlers of `onboarding`."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from agrimarket.onboarding.bulk.pages import HANDLERS as BULK
from agrimarket.onboarding.pages import agent, appeal, application, desk, documents, triage

# Litestar wraps a threaded handler once more where another of the same path is registered beside it on the
# application itself; within a router they meet before that.
PAGES: list[ControllerRouterHandler] = [
    Router(
        "/",
        route_handlers=[
            *agent.HANDLERS,
            *appeal.HANDLERS,
            *application.HANDLERS,
            *documents.HANDLERS,
            *desk.HANDLERS,
            *triage.HANDLERS,
            *BULK,
        ],
    )
]
