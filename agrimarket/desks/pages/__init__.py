"""HTML handlers of `desks`."""

from litestar.types import ControllerRouterHandler

from agrimarket.desks.pages import dead_letters, home

PAGES: list[ControllerRouterHandler] = [*home.HANDLERS, *dead_letters.HANDLERS]
