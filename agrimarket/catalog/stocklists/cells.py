"""Cells of a file of listings: each value as people write it, and read again. What is written reads back the same."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from agrimarket.catalog.states import PricedBy
from agrimarket.kernel import numbers
from agrimarket.kernel.errors import InvalidFields
from agrimarket.kernel.i18n import PEOPLES_ZONE, t
from agrimarket.kernel.money import DEFAULT_CURRENCY, minor_digits
from agrimarket.kernel.numbers import EXACT
from agrimarket.kernel.quantity import GRAMS
from agrimarket.kernel.wire import FIRST_YEAR, LAST_YEAR, MAX_AMOUNT
from agrimarket.regions.types.serviceability import Mode
from agrimarket.typed import Refused, days, text
from agrimarket.typed.text import one_width

MAX_PACKS: Final = 1_000_000
_YES: Final = frozenset({"是", "要", "上架", "yes", "y", "true", "1", "on"})
_NO: Final = frozenset({"否", "不", "不要", "下架", "no", "n", "false", "0", "off"})
_PRICED_BY: Final[Mapping[str, PricedBy]] = {
    **dict.fromkeys(("pack", "perpack", "按份", "份", "每份", "按箱"), PricedBy.PACK),
    **dict.fromkeys(("weight", "byweight", "按重量", "按重", "称重", "稱重", "按斤"), PricedBy.WEIGHT),
}
_MODES: Final[Mapping[str, Mode]] = {
    **{mode.value: mode for mode in Mode},
    **dict.fromkeys(("送货上门", "送貨上門", "货车", "貨車", "卡车", "卡車", "truck"), Mode.TRUCK),
    **dict.fromkeys(
        ("无接触点", "無接觸點", "社区无接触点", "社區無接觸點", "contactlesspoint"), Mode.CONTACTLESS_POINT
    ),
}


def _unread(code: str, **values: Any) -> InvalidFields:
    return InvalidFields([("", code, values)])


def _plain(text: str) -> str:
    return one_width(text).casefold().replace(" ", "").replace("_", "")


def day(text: str) -> str:
    """The day, in ISO 8601."""
    try:
        found = days.day(text)
    except Refused as error:
        raise _unread("date_parsing") from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise _unread("date_parsing")
    return found.isoformat()


def moment(text: str) -> str:
    """The end of a day in China, or the minute of it that is written behind it; in ISO 8601."""
    head, _, clock = one_width(text).strip().replace("T", " ").partition(" ")
    if ":" not in clock:
        after = date.fromisoformat(day(text)) + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=PEOPLES_ZONE).isoformat()
    try:
        at = datetime.strptime(clock.strip()[:8], "%H:%M:%S" if clock.count(":") == 2 else "%H:%M")  # noqa: DTZ007
    except ValueError as error:
        raise _unread("date_parsing") from error
    on = date.fromisoformat(day(head))
    return datetime(on.year, on.month, on.day, at.hour, at.minute, at.second, tzinfo=PEOPLES_ZONE).isoformat()


def money(text: str) -> int:
    """Minor units of `68`, `68.50元` or `¥68`. `NumberError`, or `InvalidFields` for none and for parts of a cent."""
    typed = numbers.read(text.lstrip("¥￥ "), numbers.COUNTED["yuan"]).value
    minor = typed.scaleb(minor_digits(DEFAULT_CURRENCY), EXACT)
    if minor != minor.to_integral_value() or not 0 < minor <= MAX_AMOUNT:
        raise _unread("stock_price")
    return int(minor)


def packs(text: str) -> int:
    """A number of packs, one or more."""
    found = numbers.whole(text, dict.fromkeys(("份", "袋", "箱", "件", "pack", "packs"), "pack"))
    if not 1 <= found <= MAX_PACKS:
        raise _unread("stock_packs", most=MAX_PACKS)
    return found


def priced_by(text: str) -> str:
    """Whether a price is of a pack, or the most that a pack costs by its weight."""
    return _choice(_plain(text), {_plain(word): each.value for word, each in _PRICED_BY.items()}, "stock_priced_by")


def modes(text: str) -> list[str]:
    """Ways of delivery, as they are written one behind the other."""
    for mark in "、;；，/+":
        text = text.replace(mark, ",")
    known = {_plain(word): mode.value for word, mode in _named_modes().items()}
    chosen = {_choice(_plain(part), known, "stock_modes") for part in text.split(",") if part.strip()}
    return [mode.value for mode in Mode if mode.value in chosen]


def _named_modes() -> dict[str, Mode]:
    said = {t(f"order.mode.{mode}", language): mode for mode in Mode for language in ("zh-Hant", "zh-Hans", "en")}
    return {**said, **_MODES}


def yes(text: str) -> bool:
    """Whether a word says yes."""
    plain = _plain(text)
    if plain not in _YES | _NO:
        raise _unread("stock_yes_no")
    return plain in _YES


def _choice(plain: str, known: Mapping[str, str], code: str) -> str:
    if plain not in known:
        raise _unread(code)
    return known[plain]


def words(typed: str, most: int, clean: Callable[[str], str] = text.line) -> str:
    """A text of at most that many characters, cleaned like one that is typed on a page."""
    try:
        found = clean(typed)
    except Refused as error:
        raise _unread(error.code) from error
    if len(found) > most:
        raise _unread("string_too_long", max_length=most)
    return found


def _figure(value: Decimal) -> str:
    return f"{value.normalize():f}"


def weight(grams: int, language: str) -> str:
    """A weight in the unit in which people who read that language weigh, to the gram."""
    unit, word = ("kg", " kg") if language == "en" else ("jin", "斤")
    return f"{_figure(Decimal(grams) / GRAMS[unit])}{word}"


def _day_or_moment(text: str) -> str:
    at = datetime.fromisoformat(text).astimezone(PEOPLES_ZONE)
    if (at.hour, at.minute, at.second) == (0, 0, 0):
        return (at.date() - timedelta(days=1)).isoformat()
    return f"{at:%Y-%m-%d %H:%M:%S}"


_WRITTEN: Final[Mapping[str, Callable[[Any, str], str]]] = {
    "quantity": weight,
    "pack": weight,
    "spoils_by": lambda value, _: _day_or_moment(value),
    "price": lambda value, _: _figure(Decimal(value).scaleb(-minor_digits(DEFAULT_CURRENCY))),
    "priced_by": lambda value, language: t(f"stock.priced_by.{value}", language),
    "modes": lambda value, _: ", ".join(value),
    "publish": lambda value, language: t("stock.yes" if value else "stock.no", language),
}


def written(column: str, value: Any, language: str) -> str:
    """A value as a file in that language has it; "" for none."""
    if value is None or value == "":
        return ""
    return _WRITTEN[column](value, language) if column in _WRITTEN else str(value)
