"""Limits on requests for codes and on tries to sign in, shared by all forms that take a code or a password.

Limits count by the telephone number or mailbox and by the caller's network (`http.client.client_network`). Carriers
put many phones behind one address, so those of a network are wide. The code rate limit of a telephone number is the
drive's (`limits.codes_a_phone`).
"""

from agrimarket.accounts.rules import normal_email, normal_phone
from agrimarket.drive import drive
from agrimarket.kernel.ratelimit import hit

CODES_A_NETWORK = "100/10 minutes"
TRIES_A_PHONE = "20/hour"
TRIES_A_MAILBOX = "10/15 minutes"
TRIES_A_NETWORK = "200/10 minutes"


def code_request(network: str, phone: str) -> None:
    """Count a request for a code; `TooManyRequests`, `PhoneUnreadable`."""
    hit(CODES_A_NETWORK, "codes", network)
    number = normal_phone(phone)
    for limit in drive().limits.codes_a_phone:
        hit(limit, "codes", number)


def phone_try(network: str, phone: str) -> None:
    """Count a try at a code; `TooManyRequests`, `PhoneUnreadable`."""
    hit(TRIES_A_NETWORK, "tries", network)
    hit(TRIES_A_PHONE, "tries", normal_phone(phone))


def staff_try(network: str, email: str) -> None:
    """Count a try at a password; `TooManyRequests`."""
    hit(TRIES_A_NETWORK, "tries", network)
    hit(TRIES_A_MAILBOX, "tries", normal_email(email))
