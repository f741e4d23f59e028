"""HTML handlers of `desks`."""

from litestar.types import ControllerRouterHandler

from agrimarket.desks.pages import dead_letters, home, me

PAGES: list[ControllerRouterHandler] = [*home.HANDLERS, *me.HANDLERS, *dead_letters.HANDLERS]
