"""JSON handlers of `notifications`."""

from litestar.types import ControllerRouterHandler

from agrimarket.notifications.routes import inbox, recalls

ROUTES: list[ControllerRouterHandler] = [*inbox.HANDLERS, recalls.list_reached]
