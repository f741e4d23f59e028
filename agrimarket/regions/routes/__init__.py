"""JSON handlers of `regions`."""

from litestar.types import ControllerRouterHandler

from agrimarket.regions.routes import (
    bulletins,
    by_hand,
    follows,
    passes,
    places,
    restrictions,
    rumours,
    serviceability,
)

ROUTES: list[ControllerRouterHandler] = [
    *places.HANDLERS,
    *restrictions.HANDLERS,
    *serviceability.HANDLERS,
    *bulletins.HANDLERS,
    *passes.HANDLERS,
    *rumours.HANDLERS,
    *follows.HANDLERS,
    *by_hand.HANDLERS,
]
