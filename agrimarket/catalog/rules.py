"""Rules of `catalog`: pure functions, no session and no clock."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from agrimarket.catalog.errors import (
    HarvestAhead,
    HarvestNotYet,
    LotBeingShared,
    LotPerished,
    LotRecalled,
    LotShort,
    LotSoldOut,
    LotSoldOutOthersOpen,
    MarkdownDaysUnsound,
    MarkdownUnsound,
    PacksDisordered,
    PackTooLarge,
    PerishByPast,
    PerishByTooLate,
    ShareOfHarvested,
    ShareTooLarge,
)
from agrimarket.catalog.types.listings import Markdown
from agrimarket.catalog.types.selling import Proceeds
from agrimarket.kernel.i18n import PEOPLES_ZONE, last_day
from agrimarket.kernel.money import Money, share
from agrimarket.kernel.quantity import Weight

MAX_KEEPING = 3
"""A perish-by may be this many times the produce's usual keeping time after the harvest; a later one is a mistake."""
MAX_EXPECTED = timedelta(days=60)
"""How far ahead an expected harvest may be ordered. Orders of it are paid when they are placed (decision 27), and
Alipay takes nothing back later than 90 days after that: it leaves a month to pack, deliver and claim."""
MAX_MARKDOWN_DAYS = 30
"""Last days on which a listing can be cheaper."""
TIDY = 10
"""Minor units to whose multiples a falling price is rounded: a jiao, the smallest that people say."""


def refusal(lot_id: UUID, *, free: int, others: int, perished: bool, recalled: bool, shared: bool = False) -> Exception:
    """Error that best explains why a lot took no reservation. `free` in grams; `others` are open lots of the kind.

    `shared`: its harvest was short, and its orders are being scaled down.
    """
    if recalled:
        return LotRecalled(lot_id)
    if perished:
        return LotPerished(lot_id)
    if shared:
        return LotBeingShared(lot_id)
    if free > 0:
        return LotShort(lot_id, free)
    return LotSoldOutOthersOpen(lot_id, others) if others else LotSoldOut(lot_id)


def perish_by(harvested_on: date, perishability_days: int) -> datetime:
    """The perish-by of a harvest: the end of the last day on which such produce usually sells, in `PEOPLES_ZONE`."""
    last = harvested_on + timedelta(days=perishability_days + 1)
    return datetime(last.year, last.month, last.day, tzinfo=PEOPLES_ZONE)


def price_on(full: int, markdown: Markdown | None, perish_by: datetime, day: date) -> int:
    """The price of a pack, in minor units, on that day in China. The migration's `price_on` is the same in SQL.

    Until the last `days` days it is the full price; on these it falls in equal steps to the floor, which it costs on
    the last day and after. A step ends on a whole ten of minor units (a jiao), rounded down in the buyer's favour, but
    never below the floor. It changes at midnight in China alone, so that a day has one price that can be said.
    """
    if markdown is None:
        return full
    left = (last_day(perish_by) - day).days
    if left >= markdown.days:
        return full
    if left <= 0:
        return markdown.floor
    fallen = (full - markdown.floor) * (markdown.days - left) // markdown.days
    return max(markdown.floor, (full - fallen) // TIDY * TIDY)


def price_changes_at(markdown: Markdown | None, perish_by: datetime, today: date) -> datetime | None:
    """When the price changes next by itself: the midnight in China at which the next cheaper day begins."""
    if markdown is None:
        return None
    last = last_day(perish_by)
    day = max(last - timedelta(days=markdown.days - 1), today + timedelta(days=1))
    return datetime(day.year, day.month, day.day, tzinfo=PEOPLES_ZONE) if day <= last else None


def price_days(full: int, markdown: Markdown, perish_by: datetime) -> list[tuple[date, int]]:
    """The cheaper days and the price of each, in minor units: what a seller looks at before turning a markdown on."""
    last = last_day(perish_by)
    days = [last - timedelta(days=left) for left in range(markdown.days - 1, -1, -1)]
    return [(day, price_on(full, markdown, perish_by, day)) for day in days]


def check_markdown(full: Money, markdown: Markdown | None) -> None:
    """`MarkdownUnsound` unless the floor lies below the full price and the days are from 1 to `MAX_MARKDOWN_DAYS`."""
    if markdown is None:
        return
    if not 0 < markdown.floor < full.amount:
        raise MarkdownUnsound(pointer="/markdown/floor", price=full)
    if not 1 <= markdown.days <= MAX_MARKDOWN_DAYS:
        raise MarkdownDaysUnsound(pointer="/markdown/from_days", days=MAX_MARKDOWN_DAYS)


def china_day(now: datetime) -> date:
    """The day in China at that moment."""
    return now.astimezone(PEOPLES_ZONE).date()


def check_harvested(harvested_on: date, today: date) -> None:
    """`HarvestNotYet` unless the day of a harvest that is in has begun."""
    if harvested_on > today:
        raise HarvestNotYet(pointer="/harvested_on")


def expected_share(harvested_on: date, today: date, share: int | None, most: int) -> int | None:
    """Basis points of a lot that can be sold before its harvest is in; None for one that is harvested.

    Without `share` it is `most`, the drive's. `HarvestAhead` beyond `MAX_EXPECTED`, `ShareTooLarge` above `most`,
    `ShareOfHarvested` where there is nothing to be expected.
    """
    if harvested_on <= today:
        if share is not None:
            raise ShareOfHarvested(pointer="/share_percent")
        return None
    if harvested_on > today + MAX_EXPECTED:
        raise HarvestAhead(pointer="/harvested_on", days=MAX_EXPECTED.days)
    if share is not None and not 0 < share <= most:
        raise ShareTooLarge(pointer="/share_percent", most=most // 100)
    return share or most


def sellable(quantity: int, share: int | None) -> int:
    """Grams of a lot that may be held and sold in all; `share` is its `expected_share`."""
    return quantity if share is None else quantity * share // 10_000


def check_perish_by(harvested_on: date, by: datetime, perishability_days: int, now: datetime) -> None:
    """`PerishByPast` unless `by` lies ahead of `now` and after the harvest; `PerishByTooLate` beyond `MAX_KEEPING`."""
    if by <= now or by.astimezone(PEOPLES_ZONE).date() < harvested_on:
        raise PerishByPast(pointer="/perish_by")
    if by > perish_by(harvested_on, perishability_days * MAX_KEEPING):
        raise PerishByTooLate(pointer="/perish_by", days=perishability_days * MAX_KEEPING)


def proceeds(price: Money, packs: int, commission_bps: int) -> Proceeds:
    """What so many packs bring in: what buyers pay, what the drive keeps of it, and what arrives at the seller's."""
    paid = price.amount * packs
    kept = share(paid, commission_bps)
    return Proceeds(*(Money(amount, price.currency) for amount in (paid, kept, paid - kept)))


def per_jin(price: Money, pack_grams: int) -> Money:
    """What a 斤 costs in a pack of that price."""
    return Money(price.amount * 500 // pack_grams, price.currency)


def produce_named(said: str, kinds: Mapping[UUID, Sequence[str]]) -> set[UUID]:
    """The kinds of produce that some words mean; `kinds` has the code of each, then its names.

    A name within another that is found too does not count: 鳳梨 is no pear.
    """
    words = _plain(said)
    found: dict[str, set[UUID]] = {}
    for kind, (code, *names) in kinds.items():
        if words == code:
            return {kind}
        for name in map(_plain, names):
            if name in words:
                found.setdefault(name, set()).add(kind)
    longest = [name for name in found if not any(name != other and name in other for other in found)]
    return set[UUID]().union(*(found[name] for name in longest))


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def in_order(chosen: Iterable[str], choices: type[StrEnum]) -> list[str]:
    """The chosen of an enumeration, each once, in the order in which all are told; `ValueError` for others."""
    there = set(map(choices, chosen))
    return [each.value for each in choices if each in there]


def exposure(price: Money, pack_grams: int, unsold: int) -> int:
    """The minor units that a listing can still bring in."""
    return price.amount * (unsold // pack_grams)


def check_packs(pack_grams: int, min_packs: int, max_packs: int | None, quantity: int) -> None:
    """`PackTooLarge` if the smallest order is more than the lot; `PacksDisordered` for a maximum below the minimum."""
    if pack_grams * min_packs > quantity:
        raise PackTooLarge(pointer="/pack", quantity=Weight(quantity))
    if max_packs is not None and max_packs < min_packs:
        raise PacksDisordered(pointer="/max_packs")


def clearance_day(now: datetime) -> date:
    """The day in China to which a list belongs that is made at `now`."""
    return now.astimezone(PEOPLES_ZONE).date()


def clearance_due(now: datetime, at: time) -> bool:
    """Whether the list of today should be there: its time of day has come in China."""
    return now.astimezone(PEOPLES_ZONE).time() >= at


def clearance_until(day: date, within_days: int) -> datetime:
    """The latest moment at which stock on the list of `day` spoils: the end, in China, of the last day within."""
    last = day + timedelta(days=within_days + 1)
    return datetime(last.year, last.month, last.day, tzinfo=PEOPLES_ZONE)
