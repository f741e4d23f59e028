"""JSON handlers of `regions`."""

from litestar.types import ControllerRouterHandler

from agrimarket.regions.routes import bulletins, by_hand, follows, places, restrictions, rumours, serviceability

ROUTES: list[ControllerRouterHandler] = [
    *places.HANDLERS,
    *restrictions.HANDLERS,
    *serviceability.HANDLERS,
    *bulletins.HANDLERS,
    *rumours.HANDLERS,
    *follows.HANDLERS,
    *by_hand.HANDLERS,
]
