"""HTML handlers of `coaching`."""

from litestar.types import ControllerRouterHandler

PAGES: list[ControllerRouterHandler] = []
