"""JSON handlers of `coaching`."""

from litestar.types import ControllerRouterHandler

ROUTES: list[ControllerRouterHandler] = []
