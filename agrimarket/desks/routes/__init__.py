"""JSON handlers of `desks`."""

from litestar.types import ControllerRouterHandler

from agrimarket.desks.routes import dead_letters

ROUTES: list[ControllerRouterHandler] = [*dead_letters.HANDLERS]
