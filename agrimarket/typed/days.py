"""Days of the calendar as people write them: the year first, so that day and month cannot be mistaken."""

import re
from datetime import date

from agrimarket.typed import Refused
from agrimarket.typed.identifiers import DASHES, half
from agrimarket.typed.text import line

_DAY = re.compile(r"^([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2}) ?[日号號]?$")
_RUN_TOGETHER = re.compile(r"^([0-9]{4})([0-9]{2})([0-9]{2})$")
_DASH = re.compile(f"[{DASHES}]")


def day(text: str) -> date:
    """The day written like `2026-02-28`, `2026/2/28`, `2026年2月28日` or `20260228`, in any width. `Refused`."""
    plain = _DASH.sub("-", half(line(text)))
    found = _DAY.match(plain) or _RUN_TOGETHER.match(plain)
    if not found:
        raise Refused("date_parsing")
    try:
        return date(*map(int, found.groups()))
    except ValueError as error:
        raise Refused("date_parsing") from error
