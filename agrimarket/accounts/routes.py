"""JSON handlers of `accounts`."""

from litestar.types import ControllerRouterHandler

ROUTES: list[ControllerRouterHandler] = []
