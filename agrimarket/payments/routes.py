"""JSON handlers of `payments`."""

from litestar.types import ControllerRouterHandler

ROUTES: list[ControllerRouterHandler] = []
WEBHOOKS: list[ControllerRouterHandler] = []
