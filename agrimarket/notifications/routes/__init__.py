"""JSON handlers of `notifications`."""

from litestar.types import ControllerRouterHandler

from agrimarket.notifications.routes import inbox

ROUTES: list[ControllerRouterHandler] = [*inbox.HANDLERS]
