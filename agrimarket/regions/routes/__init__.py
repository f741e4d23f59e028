"""JSON handlers of `regions`."""

from litestar.types import ControllerRouterHandler

from agrimarket.regions.routes import bulletins, passes, places, restrictions, serviceability

ROUTES: list[ControllerRouterHandler] = [
    *places.HANDLERS,
    *restrictions.HANDLERS,
    *serviceability.HANDLERS,
    *bulletins.HANDLERS,
    *passes.HANDLERS,
]
