"""HTML handlers of `notifications`."""

from litestar.types import ControllerRouterHandler

from agrimarket.notifications.pages import inbox, recalls

PAGES: list[ControllerRouterHandler] = [*inbox.HANDLERS, recalls.show]
