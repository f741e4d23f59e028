"""HTML handlers of `notifications`."""

from litestar.types import ControllerRouterHandler

PAGES: list[ControllerRouterHandler] = []
