"""HTML handlers of `accounts`."""

from litestar.types import ControllerRouterHandler

from agrimarket.accounts.pages import api_keys, audit, invitations, mandates, passwords, people, sign_in, staff

PAGES: list[ControllerRouterHandler] = [
    *sign_in.HANDLERS,
    *passwords.HANDLERS,
    *invitations.HANDLERS,
    *people.HANDLERS,
    *mandates.HANDLERS,
    *staff.HANDLERS,
    *audit.HANDLERS,
    *api_keys.HANDLERS,
]
