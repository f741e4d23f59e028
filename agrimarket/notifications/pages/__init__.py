"""HTML handlers of `notifications`."""

from litestar.types import ControllerRouterHandler

from agrimarket.notifications.pages import inbox

PAGES: list[ControllerRouterHandler] = [*inbox.HANDLERS]
