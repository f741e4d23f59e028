"""JSON handlers of `onboarding`."""

from litestar.types import ControllerRouterHandler

from agrimarket.onboarding.routes import appeals, applications, review

ROUTES: list[ControllerRouterHandler] = [*appeals.HANDLERS, *applications.HANDLERS, *review.HANDLERS]
