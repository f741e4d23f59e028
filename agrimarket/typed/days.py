"""Days of the calendar as people write them: the year first, so that day and month cannot be mistaken."""

import re
from datetime import date, timedelta

from agrimarket.typed import Refused
from agrimarket.typed.identifiers import DASHES
from agrimarket.typed.text import line, one_width

_DAY = re.compile(r"^([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2}) ?[日号號]?$")
_RUN_TOGETHER = re.compile(r"^([0-9]{4})([0-9]{2})([0-9]{2})$")
_BEHIND = re.compile(
    r"(?:[T ]00:00(?::00(?:\.0+)?)?Z?|[ (]*(?:星期|周|週|礼拜|禮拜)[一二三四五六日天]\)?| ?(?:之前|以前|前)?)$"
)
"""What programs and people put behind a day: its first moment, its weekday, "before"."""
_MARKS = re.compile("[\u200b\u200e\u202a\u202c\u2060\ufeff]")
"""Marks that leave figures in their order; dates that are copied from Windows have one before each part."""
_DASH = re.compile(f"[{DASHES}]")


def day(text: str) -> date:
    """The day written like `2026-02-28`, `2026/2/28`, `2026年2月28日` or `20260228`, in any width. `Refused`."""
    plain = _BEHIND.sub("", _DASH.sub("-", one_width(line(_MARKS.sub("", text)))))
    found = _DAY.match(plain) or _RUN_TOGETHER.match(plain)
    if not found:
        raise Refused("date_parsing")
    try:
        return date(*map(int, found.groups()))
    except ValueError as error:
        raise Refused("date_parsing") from error


def day_after(text: str) -> date:
    """The day that follows the one written. `Refused`, also for the calendar's last."""
    try:
        return day(text) + timedelta(days=1)
    except OverflowError as error:
        raise Refused("date_parsing") from error
