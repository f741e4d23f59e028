"""JSON handlers of `onboarding`."""

from litestar.types import ControllerRouterHandler

ROUTES: list[ControllerRouterHandler] = []
