"""Sentences in three languages.

Each package keeps `locale/<language>.po`; message ids are stable keys (an error's `code`, or `page.title`), and
parameters stand in braces. Money, weights and times are written as the language writes them. `{drive.name}`,
`{drive.operator}`, `{drive.telephone}` and `{drive.hours}` are the drive's (`drive.toml`) in every sentence.
"""

import math
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final, Protocol, cast
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_date, format_time, format_timedelta
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent

from agrimarket.drive import drive
from agrimarket.kernel.money import Money, minor_digits
from agrimarket.kernel.quantity import Weight

LANGUAGES: Final = ("zh-Hant", "zh-Hans", "en")
"""Languages in which every sentence is written. A drive offers some of them: `drive().languages`."""
DEFAULT_LANGUAGE: Final = "en"
PEOPLES_ZONE: Final = ZoneInfo("Asia/Shanghai")
"""Time zone of all mainland China; people read times in it."""

_CHINESE = {
    "zh": "zh-Hans", "zh-cn": "zh-Hans", "zh-sg": "zh-Hans", "zh-hans": "zh-Hans",
    "zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh-mo": "zh-Hant", "zh-hant": "zh-Hant",
}  # fmt: skip
_OTHER_SCRIPT = {"zh-Hans": "zh-Hant", "zh-Hant": "zh-Hans"}
_DRIVE = re.compile(r"\{drive\.(name|operator|telephone|hours)\}")
_SENT = ("sms.", "signed.")
"""Beginnings of keys of sentences that leave the house as texts; on pages, a telephone number does not break."""
_UNIT_WORDS = {
    "zh-Hant": {"g": "克", "jin": "斤", "kg": "公斤", "t": "噸"},
    "zh-Hans": {"g": "克", "jin": "斤", "kg": "公斤", "t": "吨"},
    "en": {"g": "g", "jin": "jin", "kg": "kg", "t": "t"},
}


def _weighs_in(grams: int, language: str) -> str:
    """Unit in which people who read that language weigh so much: tonnes where few figures say it."""
    if grams >= 1_000_000 and grams % 100_000 == 0:
        return "t"
    return "kg" if language == "en" else "jin"


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every sentence of that language, from all packages."""
    sentences: dict[str, str] = {}
    for package in sorted(files("agrimarket").iterdir(), key=lambda entry: entry.name):
        source = package.joinpath("locale", f"{language}.po")
        if package.is_dir() and source.is_file():
            with source.open("rb") as stream:
                po = read_po(stream, locale=language.replace("-", "_"), abort_invalid=True)
            sentences.update({str(m.id): str(m.string) for m in po if m.id and m.string})
    told = _drive_words(language)
    whole = told | {"telephone": unbroken(told["telephone"])}
    return {
        key: _DRIVE.sub(lambda named: (told if key.startswith(_SENT) else whole)[named[1]], sentence)  # noqa: B023
        for key, sentence in sentences.items()
    }


def _drive_words(language: str) -> dict[str, str]:
    here = drive()
    words = {
        "name": here.name.in_(language),
        "operator": here.operator.in_(language),
        "telephone": here.contact.telephone,
        "hours": here.contact.hours.in_(language),
    }
    # A sentence is formatted where it has parameters, and only there; so the file's own words have no braces.
    return {name: text.replace("{", "(").replace("}", ")") for name, text in words.items()}


@cache
def locale_of(language: str) -> Locale:
    """Babel's locale of one of `LANGUAGES`."""
    return Locale.parse(language, sep="-")


def t(key: str, language: str, /, **params: Any) -> str:
    """The sentence `key` in `language`; if it is not written yet, in English, else the key itself."""
    sentence = catalogue(language).get(key) or catalogue(DEFAULT_LANGUAGE).get(key) or key
    if not params:
        return sentence
    shown = {name: render(value, language) for name, value in params.items()}
    if "phone" in shown and not key.startswith(_SENT):
        shown["phone"] = unbroken(shown["phone"])
    return sentence.format(**shown)


def unbroken(phone: str) -> str:
    """A telephone number that no line ends in."""
    return phone.replace(" ", "\N{NO-BREAK SPACE}").replace("-", "\N{NON-BREAKING HYPHEN}")


class Readable(Protocol):
    """A text that is written otherwise in some language: the name of a place."""

    def in_language(self, language: str) -> str:
        """How people of that language read it."""
        ...


def render(value: Any, language: str) -> str:
    """Text of a value as people of that language read it."""
    match value:
        case str() if hasattr(value, "in_language"):
            return cast("Readable", value).in_language(language)
        case Money():
            number = value.amount / 10 ** minor_digits(value.currency)
            return format_currency(number, value.currency, locale=locale_of(language))
        case Weight():
            unit = value.unit or _weighs_in(value.grams, language)
            return f"{format_decimal(value.in_unit(unit), locale=locale_of(language))} {_UNIT_WORDS[language][unit]}"
        case datetime():
            there, locale = value.astimezone(PEOPLES_ZONE), locale_of(language)
            clock, day = format_time(there, "short", locale=locale), format_date(there, "medium", locale=locale)
            return str(locale.datetime_formats["medium"]).format(clock, day)
        case timedelta():
            unit = "hour" if value % timedelta(hours=1) == timedelta(0) else "minute"
            return format_timedelta(value, unit, threshold=math.inf, locale=locale_of(language))
        case date():
            return format_date(value, "long", locale=locale_of(language))
        case int() if not isinstance(value, bool):
            return format_decimal(value, locale=locale_of(language))
        case _:
            return str(value)


def named_day(day: date, language: str) -> str:
    """A day with its weekday, `Friday, December 4, 2026`, as people make sure of it."""
    return format_date(day, "full", locale=locale_of(language))


def last_day(end: datetime) -> date:
    """The last day, in China, of what ends at that moment: what ends at midnight is good through the day before."""
    return (end - timedelta(microseconds=1)).astimezone(PEOPLES_ZONE).date()


def percent(basis_points: int, language: str) -> str:
    """Hundredths of a percent as people read them: `3%`, `2.75%`."""
    return format_percent(basis_points / 10_000, "#,##0.##%", locale=locale_of(language))


def negotiate(accept_language: str | None) -> str:
    """The best of the drive's languages for an `Accept-Language` header; the drive's first for one that asks for none.

    Who reads one script of Chinese is given the other before another language.
    """
    wanted = [_CHINESE.get(tag.lower(), tag) for tag in _by_quality(accept_language or "")]
    wanted += [_OTHER_SCRIPT[tag] for tag in wanted if tag in _OTHER_SCRIPT]
    offered = drive().languages
    return negotiate_locale(wanted, offered, sep="-") or offered[0]


def spoken(language: str) -> str:
    """That language, or what comes nearest where the drive does not offer it any more."""
    return language if language in drive().languages else negotiate(language)


def _by_quality(header: str) -> Iterable[str]:
    ranges: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        try:
            ranges.append((-float(quality or 1), tag.strip()))
        except ValueError:
            continue
    return [_CHINESE.get(tag.lower(), tag) for _, tag in sorted(ranges, key=lambda entry: entry[0]) if tag]
