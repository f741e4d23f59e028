"""JSON handlers of `accounts`."""

from litestar.types import ControllerRouterHandler

from agrimarket.accounts.routes import api_keys, audit, buyers, mandates, people, sign_in, staff

ROUTES: list[ControllerRouterHandler] = [
    *sign_in.HANDLERS,
    *people.HANDLERS,
    *mandates.HANDLERS,
    *buyers.HANDLERS,
    *api_keys.HANDLERS,
    *staff.HANDLERS,
    *audit.HANDLERS,
]
