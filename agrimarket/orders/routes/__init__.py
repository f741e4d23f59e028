"""JSON handlers of `orders`."""

from litestar.types import ControllerRouterHandler

ROUTES: list[ControllerRouterHandler] = []
