"""HTML handlers of `payments`."""

from litestar.types import ControllerRouterHandler

PAGES: list[ControllerRouterHandler] = []
