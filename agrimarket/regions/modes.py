"""Rules of modes: which restrictions stand in the way of which, and what would help. No session, no clock.

What high and middle risk mean is that of the ninth edition of the national control plan (28 June 2022): in areas of
high risk people stay at home and goods are brought to their doors by the community; in areas of middle risk they stay
within the area and fetch goods from a point at staggered times. See decision 24.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.regions.rules import CLOSING, lies_in
from agrimarket.regions.types.restrictions import RestrictionInfo, RiskLevel, Verdict
from agrimarket.regions.types.serviceability import Instead, Level, Mode, Remedy

STOPPED_BY: Final[Mapping[Mode, frozenset[RiskLevel]]] = MappingProxyType(
    {
        Mode.TRUCK: CLOSING,
        Mode.COLD_CHAIN: CLOSING,
        Mode.CONTACTLESS_POINT: frozenset({RiskLevel.HIGH}),
        Mode.PICK_UP: CLOSING,
    }
)
"""Mode → levels of the destination that stop it. A closed origin stops all of them: nothing leaves it."""

HELPFUL: Final = (Mode.CONTACTLESS_POINT, Mode.TRUCK, Mode.COLD_CHAIN, Mode.PICK_UP)
"""Modes in the order in which they are proposed."""


def stopping(entries: Iterable[RestrictionInfo], mode: Mode) -> list[RestrictionInfo]:
    """The entries that stand in the way of that mode where they are."""
    return [entry for entry in entries if entry.level in STOPPED_BY[mode]]


def level_of(verdicts: Mapping[Mode, Verdict]) -> Level:
    """The level of an address from the verdicts on its modes.

    `open` where a truck comes to the door, `essential_only` where goods come to a contactless point, else `closed`.
    """
    if verdicts[Mode.TRUCK] is Verdict.OPEN:
        return Level.OPEN
    return Level.ESSENTIAL_ONLY if verdicts[Mode.CONTACTLESS_POINT] is Verdict.OPEN else Level.CLOSED


def instead(
    verdicts: Mapping[Mode, Verdict],
    mode: Mode,
    blocking: Sequence[RestrictionInfo],
    destination: str,
    day: date | None,
    offered: Iterable[Mode] = Mode,
) -> tuple[Instead, ...]:
    """What would make the answer yes that `mode` does not get on `day` (today if None): nothing where it is yes.

    Only modes that are `offered` are proposed. A day is proposed where the end of all that blocks is known.
    """
    if verdicts[mode] is Verdict.OPEN:
        return ()
    may = frozenset(offered)
    found = [Instead(Remedy.MODE, mode=each) for each in HELPFUL if each in may and verdicts[each] is Verdict.OPEN]
    beneath = [
        entry for entry in blocking if entry.region_code != destination and lies_in(entry.region_code, destination)
    ]
    if beneath:
        found.append(Instead(Remedy.COUNTY))
    shut = [entry for entry in blocking if entry.whole_area and entry not in beneath]
    if not shut and not beneath:
        found.append(Instead(Remedy.COMMUNITY))
    elif any(lies_in(destination, entry.region_code) for entry in shut):
        found.append(Instead(Remedy.DESTINATION))
    if any(not lies_in(destination, entry.region_code) for entry in shut):
        found.append(Instead(Remedy.ORIGIN))
    ends = [entry.until for entry in blocking if entry.until is not None]
    if ends and len(ends) == len(blocking):
        after = max(ends).astimezone(PEOPLES_ZONE).date()
        found.append(Instead(Remedy.DATE, day=max(after, day + timedelta(days=1)) if day else after))
    return tuple(found)
