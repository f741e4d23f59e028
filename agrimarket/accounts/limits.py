"""Limits on requests for codes and on tries to sign in, shared by all forms that take a code or a password.

What is refused is counted by the caller's network (`http.client.client_network`), and by network and telephone number
or mailbox together, so that nobody is locked out by strangers elsewhere. Carriers put many phones behind one address,
so those of a network are wide. What all networks do to one telephone number together refuses nobody: it makes codes
long and seldom (`service.sign_in.request_code`). The code rate limit is the drive's (`limits.codes_a_phone`).
"""

from agrimarket.accounts.rules import normal_email, normal_phone
from agrimarket.drive import drive
from agrimarket.kernel.ratelimit import hit, within

CODES_A_NETWORK = "100/10 minutes"
TRIES_A_PHONE = "20/hour"
"""Of one network."""
TRIES_A_MAILBOX = "10/15 minutes"
"""Of one network."""
TRIES_A_NETWORK = "200/10 minutes"


def code_request(network: str, phone: str) -> bool:
    """Count a request for a code; `TooManyRequests`, `PhoneUnreadable`.

    Whether the number is stormed: all networks together have asked for more codes than the drive lets one of them.
    """
    hit(CODES_A_NETWORK, "codes", network)
    number = normal_phone(phone)
    for limit in drive().limits.codes_a_phone:
        hit(limit, "codes", number, network)
    counted = [within(limit, "codes of all", number) for limit in drive().limits.codes_a_phone]
    return not all(counted)


def phone_try(network: str, phone: str) -> None:
    """Count a try at a code; `TooManyRequests`, `PhoneUnreadable`. Each code counts the tries of all networks, too."""
    hit(TRIES_A_NETWORK, "tries", network)
    hit(TRIES_A_PHONE, "tries", normal_phone(phone), network)


def invitation(network: str) -> None:
    """Count a look at a link of an invitation; `TooManyRequests`."""
    hit(TRIES_A_NETWORK, "tries", network)


def staff_try(network: str, email: str) -> None:
    """Count a try at a password; `TooManyRequests`."""
    hit(TRIES_A_NETWORK, "tries", network)
    hit(TRIES_A_MAILBOX, "tries", normal_email(email), network)
