"""HTML handlers of `regions`."""

from litestar.types import ControllerRouterHandler

from agrimarket.regions.pages import (
    by_hand,
    follows,
    notices,
    passes,
    places,
    restrictions,
    rumour_desk,
    rumours,
    unresolved,
)

PAGES: list[ControllerRouterHandler] = [
    *places.HANDLERS,
    *restrictions.HANDLERS,
    *passes.HANDLERS,
    *rumours.HANDLERS,
    *follows.HANDLERS,
    *notices.HANDLERS,
    *unresolved.HANDLERS,
    *by_hand.HANDLERS,
    *rumour_desk.HANDLERS,
]
