"""JSON handlers of `regions`."""

from litestar.types import ControllerRouterHandler

ROUTES: list[ControllerRouterHandler] = []
