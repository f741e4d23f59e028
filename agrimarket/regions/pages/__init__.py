"""HTML handlers of `regions`."""

from litestar.types import ControllerRouterHandler

from agrimarket.regions.pages import passes, places, restrictions

PAGES: list[ControllerRouterHandler] = [*places.HANDLERS, *restrictions.HANDLERS, *passes.HANDLERS]
