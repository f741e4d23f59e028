"""HTML handlers of `regions`."""

from litestar.types import ControllerRouterHandler

PAGES: list[ControllerRouterHandler] = []
