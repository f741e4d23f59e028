"""How often one may try to sign in. Carriers put many phones behind one address, so its limits are wide."""

from typing import Any

from litestar import Request

from agrimarket.accounts.rules import normal_phone
from agrimarket.http.client import client_network
from agrimarket.http.ratelimit import hit
from agrimarket.settings import Settings

CODES_A_PHONE = ("5/hour", "10/day")
CODES_A_NETWORK = "100/10 minutes"
TRIES_A_PHONE = "20/hour"
TRIES_A_MAILBOX = "10/15 minutes"
TRIES_A_NETWORK = "200/10 minutes"


def code_request(request: Request[Any, Any, Any], settings: Settings, phone: str) -> None:
    """Count a request for a code; `TooManyRequests`, `PhoneUnreadable`."""
    hit(CODES_A_NETWORK, "codes", client_network(request, settings.trusted_proxies))
    number = normal_phone(phone)
    for limit in CODES_A_PHONE:
        hit(limit, "codes", number)


def phone_try(request: Request[Any, Any, Any], settings: Settings, phone: str) -> None:
    """Count a try at a code; `TooManyRequests`, `PhoneUnreadable`."""
    hit(TRIES_A_NETWORK, "tries", client_network(request, settings.trusted_proxies))
    hit(TRIES_A_PHONE, "tries", normal_phone(phone))


def staff_try(request: Request[Any, Any, Any], settings: Settings, email: str) -> None:
    """Count a try at a password; `TooManyRequests`."""
    hit(TRIES_A_NETWORK, "tries", client_network(request, settings.trusted_proxies))
    hit(TRIES_A_MAILBOX, "tries", email.strip().lower())
