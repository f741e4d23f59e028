"""HTML handlers of `accounts`."""

from litestar.types import ControllerRouterHandler

from agrimarket.accounts.pages import people, sign_in, staff

PAGES: list[ControllerRouterHandler] = [*sign_in.HANDLERS, *staff.HANDLERS, *people.HANDLERS]
