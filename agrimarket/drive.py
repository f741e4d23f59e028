"""The drive: settings by which one drive differs from another, read once from `drive.toml` (`AGRIMARKET_DRIVE_FILE`).

`DRIVE` is read when this module is imported; rules take their figures from it. Keys that a file leaves out keep their
values in the shipped `agrimarket/drive.toml`. A faulty file stops every process at its start, with each fault's line.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal, cast

import phonenumbers
from limits import parse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from agrimarket.settings import get_settings

SHIPPED: Final = Path(__file__).with_name("drive.toml")
Language = Literal["zh-Hant", "zh-Hans", "en"]


class DriveFileWrong(ValueError):
    """The file does not describe a drive. The message names each fault with file and line."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Words(_Part):
    """A text in each language."""

    zh_hant: str = Field(alias="zh-Hant", min_length=1, max_length=200)
    zh_hans: str = Field(alias="zh-Hans", min_length=1, max_length=200)
    en: str = Field(min_length=1, max_length=200)

    def in_(self, language: str) -> str:
        """Text in that language."""
        return {"zh-Hant": self.zh_hant, "zh-Hans": self.zh_hans}.get(language, self.en)


def _telephone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException as error:
        raise ValueError("is no telephone number") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError("is no telephone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _rate(text: str) -> str:
    try:
        parse(text)
    except ValueError as error:
        raise ValueError('is no rate; write it like "5/hour"') from error
    return text


def _minor(value: Decimal) -> Decimal:
    if value != round(value, 2):
        raise ValueError("has more than two decimals")
    return value


Yuan = Annotated[Decimal, Field(ge=0, le=100_000_000), AfterValidator(_minor)]
Code = Annotated[str, Field(pattern=r"^[1-9][0-9](?:[0-9]{2}){0,2}$")]
Minutes = Annotated[int, Field(strict=True, ge=1, le=7 * 24 * 60)]
Hours = Annotated[int, Field(strict=True, ge=1, le=60 * 24)]
Rate = Annotated[str, AfterValidator(_rate)]


def minor(yuan: Decimal) -> int:
    """Fen in that many yuan."""
    return int(yuan * 100)


class Contact(_Part):
    """Telephone of the drive, and its hours."""

    telephone: Annotated[str, AfterValidator(_telephone)]
    hours: Words


class Regions(_Part):
    """Codes of the regions that the drive serves; none means everywhere."""

    growers: tuple[Code, ...]
    buyers: tuple[Code, ...]

    def grown_in(self, code: str) -> bool:
        """Whether the drive takes produce from that region."""
        return not self.growers or code.startswith(self.growers)

    def delivered_to(self, code: str) -> bool:
        """Whether the drive delivers to that region."""
        return not self.buyers or code.startswith(self.buyers)


class Tariff(_Part):
    """Base fee of a parcel, and the fee of each further step."""

    base: Yuan
    step: Yuan


class DeliveryFees(_Part):
    """Fees of a parcel by its weight and distance."""

    included_grams: Annotated[int, Field(strict=True, gt=0, le=1_000_000)]
    step_grams: Annotated[int, Field(strict=True, gt=0, le=1_000_000)]
    within_province: Tariff
    across_provinces: Tariff


class Fees(_Part):
    """Fees that the drive takes."""

    commission_percent: Annotated[Decimal, Field(ge=0, le=30), AfterValidator(_minor)]
    delivery: DeliveryFees

    @property
    def commission_bps(self) -> int:
        """Commission in hundredths of a percent."""
        return minor(self.commission_percent)


class Limits(_Part):
    """Limits of exposure, and of requests for codes."""

    first_exposure: Yuan
    highest_exposure: Yuan
    codes_a_phone: Annotated[tuple[Rate, ...], Field(min_length=1, max_length=5)]

    @model_validator(mode="after")
    def _in_order(self) -> "Limits":
        if self.first_exposure > self.highest_exposure:
            raise ValueError("first_exposure is above highest_exposure")
        return self


class Windows(_Part):
    """Lengths of the windows in which something may or must happen."""

    quote_minutes: Minutes
    payment_minutes: Minutes
    late_payment_minutes: Minutes
    answer_hours: Hours
    claim_hours: Hours
    review_request_hours: Hours
    hold_minutes: Minutes
    lease_minutes: Minutes
    bank_verified_hours: Hours
    bank_sent_hours: Hours

    def of(self, name: str) -> timedelta:
        """A window by its name without the unit: `of("claim")` is `claim_hours`."""
        if (hours := getattr(self, f"{name}_hours", None)) is not None:
            return timedelta(hours=hours)
        return timedelta(minutes=getattr(self, f"{name}_minutes"))


class Calling(_Part):
    """Hours in which people are called, in China's time."""

    from_: time = Field(alias="from")
    until: time

    @model_validator(mode="after")
    def _in_order(self) -> "Calling":
        if self.from_ >= self.until:
            raise ValueError("from is not before until")
        return self


class Taxonomy(_Part):
    """File that lists the kinds of produce."""

    file: str


class Drive(_Part):
    """All settings of a drive."""

    name: Words
    operator: Words
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=3)]
    contact: Contact
    regions: Regions
    fees: Fees
    limits: Limits
    windows: Windows
    calling: Calling
    taxonomy: Taxonomy


def load(path: Path | None = None) -> Drive:
    """Read the drive of that file, or the shipped one; `DriveFileWrong`."""
    shipped = tomllib.loads(SHIPPED.read_text(encoding="utf-8"), parse_float=Decimal)
    given: dict[str, Any] = {} if path is None else _read(path)
    try:
        return Drive.model_validate(_over(shipped, given))
    except ValidationError as error:
        source = SHIPPED if path is None else path
        raise DriveFileWrong("\n".join(_faults(error, source))) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise DriveFileWrong(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DriveFileWrong(f"{path}: {error}") from error


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Values of `above`, and those of `below` that it leaves out, table by table."""
    merged = dict(below)
    for key, value in above.items():
        under = below.get(key)
        both = isinstance(value, dict) and isinstance(under, dict)
        merged[key] = _over(cast("dict[str, Any]", under), cast("dict[str, Any]", value)) if both else value
    return merged


def _faults(error: ValidationError, path: Path) -> Iterator[str]:
    lines = _lines(path.read_text(encoding="utf-8"))
    for found in error.errors(include_url=False, include_input=False):
        keys = [str(part) for part in found["loc"]]
        line = next((lines[tuple(keys[:n])] for n in range(len(keys), 0, -1) if tuple(keys[:n]) in lines), 1)
        yield f"{path}:{line}: {'.'.join(keys)}: {found['msg'].removeprefix('Value error, ')}"


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Line of each key and table; keys in an inline table have the line of that table."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = tuple(part.strip() for part in header[1].split("."))
            found[table] = number
        elif key := re.match(r"\s*([A-Za-z0-9_-]+)\s*=", line):
            found[*table, key[1]] = number
    return found


DRIVE: Final = load(get_settings().drive_file)
