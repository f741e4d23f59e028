"""Rules of `catalog`: pure functions, no session and no clock."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import chain
from uuid import UUID

from agrimarket.catalog.errors import (
    HarvestAhead,
    LotPerished,
    LotRecalled,
    LotShort,
    LotSoldOut,
    LotSoldOutOthersOpen,
    PacksDisordered,
    PackTooLarge,
    PerishByPast,
    PerishByTooLate,
)
from agrimarket.catalog.types import Search
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.money import Money
from agrimarket.kernel.quantity import Weight
from agrimarket.regions.types.serviceability import Mode

MAX_KEEPING = 3
"""A perish-by may be this many times the produce's usual keeping time after the harvest; a later one is a mistake."""
MAX_EXPECTED = timedelta(days=180)
"""How far ahead an expected harvest may be ordered."""
_HAN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]+")
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 4
MAX_WORDS = 4
"""Number of words of a search that are looked at."""


def refusal(lot_id: UUID, *, free: int, others: int, perished: bool, recalled: bool) -> Exception:
    """Error that best explains why a lot took no reservation. `free` in grams; `others` are open lots of the kind."""
    if recalled:
        return LotRecalled(lot_id)
    if perished:
        return LotPerished(lot_id)
    if free > 0:
        return LotShort(lot_id, free)
    return LotSoldOutOthersOpen(lot_id, others) if others else LotSoldOut(lot_id)


def perish_by(harvested_on: date, perishability_days: int) -> datetime:
    """The perish-by of a harvest: the end of the last day on which such produce usually sells, in `PEOPLES_ZONE`."""
    last = harvested_on + timedelta(days=perishability_days + 1)
    return datetime(last.year, last.month, last.day, tzinfo=PEOPLES_ZONE)


def check_harvest(harvested_on: date, now: datetime) -> None:
    """`HarvestAhead` unless the day of the harvest has begun in China by `now`."""
    if harvested_on > now.astimezone(PEOPLES_ZONE).date():
        raise HarvestAhead(pointer="/harvested_on", days=MAX_EXPECTED.days)


def check_perish_by(harvested_on: date, by: datetime, perishability_days: int, now: datetime) -> None:
    """`PerishByPast` unless `by` lies ahead of `now` and after the harvest; `PerishByTooLate` beyond `MAX_KEEPING`."""
    if by <= now or by.astimezone(PEOPLES_ZONE).date() < harvested_on:
        raise PerishByPast(pointer="/perish_by")
    if by > perish_by(harvested_on, perishability_days * MAX_KEEPING):
        raise PerishByTooLate(pointer="/perish_by", days=perishability_days * MAX_KEEPING)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower())


def _runs(word: str) -> Iterable[tuple[bool, str]]:
    """The word in runs: (whether it is of Han characters, the run)."""
    position = 0
    for match in _HAN.finditer(word):
        if match.start() > position:
            yield False, word[position : match.start()]
        yield True, match.group()
        position = match.end()
    if position < len(word):
        yield False, word[position:]


def search_terms(*texts: str) -> list[str]:
    """The terms that find these texts: every one to four Han characters in a row, and beginnings of other words."""
    found: set[str] = set()
    for han, run in chain.from_iterable(_runs(word) for text in texts for word in _words(text)):
        if han:
            found.update(run[i : i + n] for n in range(1, _LONGEST + 1) for i in range(len(run) - n + 1))
        else:
            found.update(run[:n] for n in range(1, min(len(run), 12) + 1))
    return sorted(found)


def query_terms(q: str) -> list[str]:
    """The terms that a text must all have to be found by `q`, of its first `MAX_WORDS` words."""
    terms: list[str] = []
    for han, run in chain.from_iterable(_runs(word) for word in _words(q)[:MAX_WORDS]):
        if han:
            starts = range(0, max(1, len(run) - _LONGEST + 1), _LONGEST)
            terms += [run[i : i + _LONGEST] for i in starts]
            if len(run) > _LONGEST:
                terms.append(run[-_LONGEST:])
        else:
            terms.append(run[:12])
    return list(dict.fromkeys(terms))


def place_terms(product_code: str, region_code: str) -> list[str]:
    """The terms by which produce and region are filtered: `#strawberry`, `@21`, `@2106`, `@210681`."""
    return [f"#{product_code}", *(f"@{region_code[:digits]}" for digits in (2, 4, 6))]


def filter_terms(wanted: Search) -> list[str] | None:
    """All terms that a listing must have for that search; None if no listing can have them.

    Zeros at the end of a region's code mean all of it: `420100` is `4201`, and `420000` is `42`.
    """
    words = query_terms(wanted.q)
    if wanted.q and not words:
        return None
    code = wanted.region
    region = code[:2] if code[2:] in {"", "0000"} else code[:4] if code[4:] in {"", "00"} else code
    return [*words, *([f"#{wanted.product}"] if wanted.product else []), *([f"@{region}"] if region else [])]


def in_order(modes: Iterable[Mode]) -> list[str]:
    """The modes, each once, in the order in which all are told."""
    chosen = set(modes)
    return [mode.value for mode in Mode if mode in chosen]


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
