"""Parts of schemas: strict input, explicit output, and the shapes that all resources share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, LiteralString, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from agrimarket.kernel import numbers
from agrimarket.kernel.errors import Invalid
from agrimarket.kernel.money import DEFAULT_CURRENCY, Money
from agrimarket.kernel.quantity import MAX_GRAMS, parse_weight
from agrimarket.typed import Refused, days, identifiers, plates, telephones
from agrimarket.typed.text import PLAIN_TEXT, line, paragraphs

MAX_AMOUNT = 10**13
"""Minor units; a sum of a million of them still fits 64 bits."""
MAX_TYPED = 4_000
"""Characters of a text in a request whose field says nothing else."""
MAX_SHOWN = 32_767
"""Characters of a text in an answer whose field says nothing else: as many as a spreadsheet's cell holds."""
MAX_ITEMS = 10_000
"""Items of a list in an answer whose field says nothing else."""
MAX_TIME = 40
"""Characters of a day or time as it comes in."""
LARGEST_INT32 = 2**31 - 1
LARGEST_EXACT = 2**53 - 1
"""The largest whole number that every reader of JSON holds exactly."""


class In(BaseModel):
    """A request body: unknown fields are refused, and nothing is coerced except texts of numbers in forms."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        str_max_length=MAX_TYPED,
        allow_inf_nan=False,
        json_schema_mode_override="validation",
    )


class Out(BaseModel):
    """A response body. What it says of its texts, numbers and lists is checked when it is made."""

    model_config = ConfigDict(
        frozen=True,
        str_max_length=MAX_SHOWN,
        json_schema_mode_override="serialization",
        json_schema_serialization_defaults_required=True,
    )


Count = Annotated[int, Field(ge=0, le=LARGEST_INT32)]
"""How many there are, or which one it is; never negative."""
MinorUnits = Annotated[int, Field(ge=-LARGEST_EXACT, le=LARGEST_EXACT)]
"""Money in minor units, owed or had."""
Figure = Annotated[float, Field(ge=-LARGEST_EXACT, le=LARGEST_EXACT)]
"""A measured or computed number."""
Score = Annotated[int, Field(ge=0, le=100, examples=[50])]
"""How much of something, from 0 to 100."""
Several = Field(max_length=MAX_ITEMS)
"""Annotation of a list in an answer: `Annotated[list[LotListing], Several]`."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Annotation of a text that people type: it is cleaned by `clean` before anything else looks at it.

    `pattern` says in the JSON Schema what is taken.
    """

    clean: Callable[[str], Any]
    pattern: str | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._cleaned, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), **({"pattern": self.pattern} if self.pattern else {})}

    def _cleaned(self, value: Any) -> Any:
        if not isinstance(value, str) or len(value) > MAX_TYPED:
            return value  # refused for its type or its length
        try:
            return self.clean(value)
        except Refused as refusal:
            raise PydanticCustomError(refusal.code, "refused") from refusal  # pyright: ignore[reportArgumentType]


Text = Annotated[str, StringConstraints(min_length=1, max_length=200), Typed(line, PLAIN_TEXT)]
"""One line of text, 1 to 200 characters."""
LongText = Annotated[str, StringConstraints(min_length=1, max_length=4_000), Typed(paragraphs, PLAIN_TEXT)]
"""A few paragraphs."""
Number = Annotated[
    str,
    Field(
        pattern="^[0-9A-F]{6}$",
        max_length=6,
        description="What people call it, the same on pages, in texts and on paper.",
        examples=["8C9993"],
    ),
]
"""A short number (`kernel.ids.short_number`)."""
Identifier = Annotated[str, Typed(identifiers.identifier)]
"""Characters of a number or code, without what was only put between them."""
_Phone = Annotated[str, Field(max_length=telephones.MAX_TYPED)]
Mobile = Annotated[_Phone, Typed(telephones.mobile), Field(examples=["+8613800000001"])]
"""A mobile number, E.164 once read; one without a country code is mainland China's."""
Telephone = Annotated[_Phone, Typed(telephones.any_number), Field(examples=["+86 138 0013 8000"])]
"""A telephone number of any kind, E.164 once read."""

Plate = Annotated[
    str,
    Field(max_length=plates.MAX_TYPED),
    Typed(plates.plate),
    Field(examples=["辽F12345"]),
]
"""A number plate of mainland China, `辽F12345` once read."""


def _day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("date_type", "no text")
    try:
        return days.day(value[:MAX_TIME])
    except Refused as refusal:
        raise PydanticCustomError("date_parsing", "no day") from refusal


RegionCode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{5}$", max_length=6), Field(examples=["420102"])]
"""A GB/T 2260 code, six digits."""
Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$", max_length=3), Field(examples=[DEFAULT_CURRENCY])]
"""An ISO 4217 code."""


FIRST_YEAR, LAST_YEAR = 1900, 9998
"""Years of days and moments that come in: far from the calendar's ends, so that days can be added to any of them."""


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise PydanticCustomError("time_zone_missing", "has no time zone")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError("datetime_parsing", "out of range")
    return value.astimezone(UTC)


def _calendar_day(value: date) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError("date_parsing", "out of range")
    return value


def _written(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _time_text(value: Any) -> Any:
    if isinstance(value, str) and len(value) > MAX_TIME:
        raise PydanticCustomError("datetime_parsing", "too long")
    return value


_TIME = {"type": "string", "format": "date-time", "examples": ["2020-02-17T08:30:00Z"]}
Instant = Annotated[
    datetime,
    AfterValidator(_utc),
    BeforeValidator(_time_text),
    PlainSerializer(_written, return_type=str, when_used="json"),
    WithJsonSchema({**_TIME, "maxLength": MAX_TIME}, mode="validation"),
    WithJsonSchema({**_TIME, "maxLength": 27}, mode="serialization"),
]
"""RFC 3339 with a zone; UTC on the way out."""


Day = Annotated[
    date,
    AfterValidator(_calendar_day),
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "maxLength": MAX_TIME}, mode="validation"),
]
"""A day of the calendar that comes in, written with its year first."""


class MoneyIn(In):
    """A positive amount of money in minor units."""

    amount: Annotated[int, Field(strict=True, gt=0, le=MAX_AMOUNT, examples=[1250])]
    currency: Annotated[str, StringConstraints(pattern="^CNY$", max_length=3)] = DEFAULT_CURRENCY

    def money(self) -> Money:
        """The amount as the kernel's `Money`."""
        return Money(self.amount, self.currency)


class MoneyOut(Out):
    """An amount in minor units."""

    amount: Annotated[MinorUnits, Field(examples=[1250])]
    currency: Currency = DEFAULT_CURRENCY

    @classmethod
    def of(cls, money: Money) -> "MoneyOut":
        """The amount of the kernel's `Money`, for the wire."""
        return cls(amount=money.amount, currency=money.currency)


def field_code(error: Invalid) -> str:
    """Code of the sentence about a field whose text was refused with `error`."""
    return error.code.replace(".", "_")


def unread(error: Invalid) -> PydanticCustomError:
    """The refusal of a text by a reader of the kernel, as a finding of Pydantic."""
    return PydanticCustomError(cast("LiteralString", field_code(error)), "cannot be read", error.values)


class Counted:
    """Annotation of a whole number of `unit` (`numbers.COUNTED`), which may be a text: `3`, `"3天"`, `"三天"`.

    It stands behind the number's bounds.
    """

    def __init__(self, unit: str) -> None:
        self.units = numbers.COUNTED[unit]

    def _read(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return numbers.whole(value, self.units)
        except Invalid as error:
            raise unread(error) from error

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        text = {"type": "string", "minLength": 1, "maxLength": numbers.MAX_TEXT, "pattern": PLAIN_TEXT}
        return {"anyOf": [handler(schema), text]}


WeightText = Annotated[str, Field(min_length=1, max_length=numbers.MAX_TEXT, examples=["5斤"])]


def _weight(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return {"grams": parse_weight(value).grams}
    except Invalid as error:
        raise unread(error) from error


class Grams(In):
    """A positive weight."""

    grams: Annotated[int, Field(strict=True, gt=0, le=MAX_GRAMS, examples=[2500])]


WeightIn = Annotated[Grams, BeforeValidator(_weight, json_schema_input_type=Grams | WeightText)]
"""`{"grams": 2500}`, or as people write it: `"5斤"`, `"2.5 kg"`."""


class WeightOut(Out):
    """A weight in grams."""

    grams: Annotated[int, Field(ge=0, le=LARGEST_EXACT, examples=[2500])]
