"""HTML handlers of `regions`."""

from litestar.types import ControllerRouterHandler

from agrimarket.regions.pages import places, restrictions

PAGES: list[ControllerRouterHandler] = [*places.HANDLERS, *restrictions.HANDLERS]
