"""The drive: settings by which one drive differs from another, read once from `drive.toml` (`AGRIMARKET_DRIVE_FILE`).

What a file leaves out keeps the value of the shipped one. A wrong file stops every process, with each fault's line.
"""

import csv
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import time, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, cast

from limits import parse_many
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from agrimarket.settings import get_settings
from agrimarket.typed import Refused, telephones
from agrimarket.typed import text as free_text

SHIPPED: Final = Path(__file__).with_name("drive.toml")
KINDS: Final = Path(__file__).parent / "catalog" / "data" / "products.csv"
"""The shipped kinds of produce, whose columns a drive's own have too."""
ENCODING: Final = "utf-8-sig"
"""UTF-8, with or without the mark that editors and spreadsheets on Windows begin a file with."""
Language = Literal["zh-Hant", "zh-Hans", "en"]


class DriveFileWrong(ValueError):
    """The file is no drive. Its text names each fault with file and line, a line a fault."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _one_line(text: str) -> str:
    """A text for the heads of e-mails as well, where a line break would begin another field."""
    try:
        told = free_text.line(text)
    except Refused as refusal:
        raise ValueError("has a line break or invisible characters") from refusal
    if re.search(free_text.BREAK, text.strip()) or not told:
        raise ValueError("has a line break or invisible characters")
    return told


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line)]


class Words(_Part):
    """A text in each language."""

    zh_hant: Line = Field(alias="zh-Hant")
    zh_hans: Line = Field(alias="zh-Hans")
    en: Line

    def in_(self, language: str) -> str:
        """Text in that language."""
        return {"zh-Hant": self.zh_hant, "zh-Hans": self.zh_hans}.get(language, self.en)


_WHY = {
    "phone_letters": ": it has letters",
    "phone_extension": ": it has an extension",
    "phone_two": ": there are two, or too many digits",
}


def _telephone(text: str) -> str:
    try:
        return telephones.spaced(telephones.possible(text))
    except Refused as refusal:
        raise ValueError(f"is no telephone number{_WHY.get(refusal.code, '')}") from refusal


def _rate(text: str) -> str:
    try:
        rates = parse_many(text)
    except ValueError as error:
        raise ValueError('is no rate; write it like "5/hour"') from error
    if len(rates) != 1 or rates[0].amount < 1:
        raise ValueError('is no rate; write one like "5/hour", from 1 up')
    return text


def _daytime(value: object) -> time:
    try:
        read = time.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        read = None
    if not isinstance(read, time) or read.tzinfo is not None:
        raise ValueError("is no time of day; write it like 08:00:00, without a zone")
    return read


def _no_twice(languages: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(languages)) < len(languages):
        raise ValueError("names a language twice")
    return languages


def _hundredths(most: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        number = Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else Decimal("NaN")
        if not number.is_finite() or not 0 <= number <= most:
            raise ValueError(f"is no number from 0 to {most}")
        if number * 100 != int(number * 100):
            raise ValueError("has more than two decimals")
        return int(number * 100)

    return read


def _lasting(unit: timedelta, most: int) -> Callable[[object], timedelta]:
    def read(value: object) -> timedelta:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise ValueError(f"is no whole number from 1 to {most}")
        return value * unit

    return read


Amount = Annotated[int, BeforeValidator(_hundredths(100_000_000))]
"""Minor units (fen); the file has yuan, with at most two decimals."""
Percent = Annotated[int, BeforeValidator(_hundredths(30))]
"""Basis points, up to 30 %; the file has percent, with at most two decimals."""
Minutes = Annotated[timedelta, BeforeValidator(_lasting(timedelta(minutes=1), 7 * 24 * 60))]
Hours = Annotated[timedelta, BeforeValidator(_lasting(timedelta(hours=1), 60 * 24))]
Grams = Annotated[int, Field(strict=True, gt=0, le=1_000_000)]
Code = Annotated[
    str,
    Field(pattern=r"^[1-9][0-9](?:[0-9]{2}){0,2}$"),
    AfterValidator(lambda code: code.removesuffix("0000").removesuffix("00")),
]
"""A place of GB/T 2260, without the zeros that mean all of it: `21` is `210000`."""
Rate = Annotated[str, AfterValidator(_rate)]
Daytime = Annotated[time, BeforeValidator(_daytime)]


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
    """The base of a parcel's fee, and what each step beyond adds."""

    base: Amount
    step: Amount


class DeliveryFees(_Part):
    """What a parcel costs by its weight and way (`regions.fees.delivery_fee`)."""

    included_grams: Grams
    step_grams: Grams
    within_province: Tariff
    across_provinces: Tariff


class Fees(_Part):
    """Fees that the drive takes."""

    commission_bps: Percent = Field(alias="commission_percent")
    """The commission in basis points of what the buyer pays in the end; frozen when an order is placed."""
    delivery: DeliveryFees


class Limits(_Part):
    """Limits of exposure, and of requests for codes."""

    first_exposure: Amount
    """Exposure limit of a seller who is not fully verified, unless the reviewer sets another: what they may have sold
    and not yet delivered."""
    highest_exposure: Amount
    """Highest exposure limit that a reviewer may set before full verification."""
    codes_a_phone: Annotated[tuple[Rate, ...], Field(min_length=1, max_length=5)]
    """Code rate limit: how many sign-in codes one telephone number is sent."""

    @model_validator(mode="after")
    def _in_order(self) -> "Limits":
        if self.first_exposure > self.highest_exposure:
            raise ValueError("first_exposure is above highest_exposure")
        return self


def _share(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100:
        raise ValueError("is no whole number from 1 to 100")
    return value * 100


class Presale(_Part):
    """What is sold of a harvest before it is in: at most this share (basis points); a seller may choose less."""

    share_bps: Annotated[int, BeforeValidator(_share)] = Field(alias="share_percent")


class Windows(_Part):
    """How long things wait. The file has whole minutes or hours, as its keys say."""

    quote: Minutes = Field(alias="quote_minutes")
    """Quote window: how long a quoted price stands."""
    payment: Minutes = Field(alias="payment_minutes")
    """Payment window: how long stock waits for a payment."""
    late_payment: Minutes = Field(alias="late_payment_minutes")
    """Late payment window: how long after that a payment under way may come in, as far as the stock is free then."""
    answer: Hours = Field(alias="answer_hours")
    """Answer window: how long a seller has to accept; food in a warm shed cannot wait a second day for an answer."""
    pack: Hours = Field(alias="pack_hours")
    """Packing window: an accepted order is packed within it, or an operator asks why not."""
    send: Hours = Field(alias="send_hours")
    """Sending window: a packed order leaves within it."""
    arrive: Hours = Field(alias="arrive_hours")
    """Arrival window: an order that left arrives within it."""
    authorised: Hours = Field(alias="authorised_hours")
    """Authorised window: how long a bank keeps the money of an order that is not packed; seven days for most cards."""
    lapse_warning: Hours = Field(alias="lapse_warning_hours")
    """Lapse warning: how long before the end of the authorised window an operator is told."""
    claim: Hours = Field(alias="claim_hours")
    """Claim window: how long after delivery a buyer can claim; then the seller is paid."""
    review_request: Hours = Field(alias="review_request_hours")
    """Review request window: how long after a rejected claim a buyer can ask for a second look."""
    hold: Minutes = Field(alias="hold_minutes")
    """How long an operator holds an application or an appeal, from when they last took it."""
    lease: Minutes = Field(alias="lease_minutes")
    """Lease length: how long a coach holds a task without a sign of life."""
    bank_verified: Hours = Field(alias="bank_verified_hours")
    """Within this time two operators verify a bank account: sellers are told so, and the desk shows what is late."""
    bank_sent: Hours = Field(alias="bank_sent_hours")
    """Within this time an operator makes a bank transfer."""


class Calling(_Part):
    """Calling hours, in China's time: calls are promised within them (`kernel.calling`)."""

    from_: Daytime = Field(alias="from")
    until: Daytime

    @model_validator(mode="after")
    def _in_order(self) -> "Calling":
        if self.from_ >= self.until:
            raise ValueError("from is not before until")
        return self


class Clearance(_Part):
    """Clearance list of each day: when it is made, in China's time, of what is good at most so many days after."""

    at: Daytime
    within_days: Annotated[int, Field(strict=True, ge=1, le=60)]


def _beside(name: object, info: ValidationInfo) -> Path | None:
    if not isinstance(name, str):
        raise ValueError("is no name of a file")  # noqa: TRY004  # the one that Pydantic collects
    if not name:
        return None
    folder: Path = info.context["folder"] if info.context else Path()
    path = folder / name
    try:
        if not path.is_file():
            raise ValueError(f"there is no file {path}")
        columns = _columns(path)
    except (OSError, csv.Error) as error:
        raise ValueError(f"cannot be read: {error}") from error
    if lacking := [column for column in _columns(KINDS) if column not in columns]:
        raise ValueError(f"{path} lacks the columns {', '.join(lacking)}")
    return path.resolve()


def _columns(table: Path) -> list[str]:
    with table.open(encoding=ENCODING, newline="") as lines:
        return next(csv.reader(lines), list[str]())


class Taxonomy(_Part):
    """File that lists the kinds of produce."""

    file: Annotated[Path | None, BeforeValidator(_beside)]
    """A table in the columns of `agrimarket/catalog/data/products.csv`; None means that one."""


class Drive(_Part):
    """All settings of a drive."""

    name: Words
    operator: Words
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=3), AfterValidator(_no_twice)]
    contact: Contact
    regions: Regions
    fees: Fees
    limits: Limits
    presale: Presale
    windows: Windows
    calling: Calling
    clearance: Clearance
    taxonomy: Taxonomy


def load(path: Path | None = None) -> Drive:
    """Read the drive of that file, or the shipped one; `DriveFileWrong`."""
    shipped = tomllib.loads(SHIPPED.read_text(encoding="utf-8"), parse_float=Decimal)
    given: dict[str, Any] = {} if path is None else _read(path)
    source = path or SHIPPED
    try:
        return Drive.model_validate(_over(shipped, given), context={"folder": source.parent})
    except ValidationError as error:
        raise DriveFileWrong("\n".join(_faults(error, source))) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding=ENCODING), parse_float=_decimal)
    except OSError as error:
        raise DriveFileWrong(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # no TOML, or no UTF-8
        raise DriveFileWrong(f"{path}: {error}") from error


def _decimal(text: str) -> Decimal:
    """The number; NaN, which no setting takes, for one beyond what decimals hold."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Values of `above`, and those of `below` that it leaves out, table by table."""
    merged = dict(below)
    for key, value in above.items():
        under = below.get(key)
        both = isinstance(value, dict) and isinstance(under, dict)
        merged[key] = _over(cast("dict[str, Any]", under), cast("dict[str, Any]", value)) if both else value
    return merged


def _faults(error: ValidationError, path: Path) -> Iterator[str]:
    lines = _lines(path.read_text(encoding=ENCODING))
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


@cache
def drive() -> Drive:
    """The drive of this process, read once, at its start; `DriveFileWrong`."""
    return load(get_settings().drive_file)


def drive_or_exit() -> Drive:
    """The drive, or the end of this process with what is wrong in its file, a line a fault."""
    try:
        return drive()
    except DriveFileWrong as wrong:
        raise SystemExit(f"The drive's file is wrong, so this does not start.\n{wrong}") from None
