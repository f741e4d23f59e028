"""HTML handlers of `orders`."""

from litestar.types import ControllerRouterHandler

PAGES: list[ControllerRouterHandler] = []
