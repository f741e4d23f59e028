"""HTML handlers of `accounts`."""

from litestar.types import ControllerRouterHandler

from agrimarket.accounts.pages import api_keys, people, sign_in, staff

PAGES: list[ControllerRouterHandler] = [*sign_in.HANDLERS, *staff.HANDLERS, *people.HANDLERS, *api_keys.HANDLERS]
