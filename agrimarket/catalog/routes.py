"""JSON handlers of `catalog`."""

from litestar.types import ControllerRouterHandler

ROUTES: list[ControllerRouterHandler] = []
