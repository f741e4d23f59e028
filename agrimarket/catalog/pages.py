"""HTML handlers of `catalog`."""

from litestar.types import ControllerRouterHandler

PAGES: list[ControllerRouterHandler] = []
