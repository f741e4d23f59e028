"""HTML handlers of `regions`."""

from litestar.types import ControllerRouterHandler

from agrimarket.regions.pages import follows, places, restrictions, rumour_desk, rumours

PAGES: list[ControllerRouterHandler] = [
    *places.HANDLERS,
    *restrictions.HANDLERS,
    *rumours.HANDLERS,
    *follows.HANDLERS,
    *rumour_desk.HANDLERS,
]
