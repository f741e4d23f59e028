"""Addresses of the pages on which people act: the one place that messages, homes and desks take them from.

An order is read out by its short number, and its page is found by its whole id, which nobody can guess.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from agrimarket.kernel.i18n import t
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.resources import reference

APPEAL, APPLICATION, FILING, IMPORT = "appeal", "application", "filing", "import"
BOUGHT, SOLD, CLAIM = "bought", "sold", "claim"
PAYOUT, PAYOUT_ACCOUNT, CASE = "payout", "payout_account", "case"
FOLLOW, CLEARANCE = "follow", "clearance"
LISTING, DRAFT, SELLING, PROPOSAL = "listing", "draft", "selling", "proposal"
MANDATE, MANDATES = "mandate", "mandates"
GROWERS: Final = "/me/growers"
"""Page of those who sell for others."""

_PAGES: Final[Mapping[str, str]] = {
    APPEAL: "/appeals/{appeal}",
    APPLICATION: "/applications/{application}",
    FILING: "/filings#{number}",
    IMPORT: "/imports/{import}",
    BOUGHT: "/orders/{seller_order}",
    SOLD: "/sell/orders/{seller_order}",
    CLAIM: "/claims/{claim}",
    PAYOUT: "/payout-account/payouts#{number}",
    PAYOUT_ACCOUNT: "/payout-account",
    CASE: "/me/coach",
    FOLLOW: "/follows/{follow}",
    LISTING: "/sell/listings/{listing}",
    PROPOSAL: "/sell/proposals/{proposal}",
    MANDATE: "/me/growers#{number}",
    MANDATES: "/me/mandates#{number}",
    DRAFT: "/sell/new/{lot}/check",
    SELLING: "/sell/new",
    CLEARANCE: "/clearance/told/{clearance_follow}",
}
"""Kind of page → its address; a name in braces is that of the id's kind, in `kernel/resources.py`."""


def path_of(page: str, value: UUID) -> str:
    """Address of the page of that kind about the thing with that id."""
    return _PAGES[page].format_map(_Ids(value))


def title_of(page: str, number: str, language: str) -> str:
    """Title of that page: the word for what it is about, and its number. Messages and homes call it so, too."""
    return t(f"titled.{page}", language, number=number)


class _Ids(dict[str, str]):
    """The id of one thing, as its address names it."""

    def __init__(self, value: UUID) -> None:
        super().__init__(number=short_number(value))
        self._value = value

    def __missing__(self, kind: str) -> str:
        return reference(kind, self._value)
