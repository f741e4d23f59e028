"""HTML handlers of `accounts`."""

from litestar.types import ControllerRouterHandler

PAGES: list[ControllerRouterHandler] = []
