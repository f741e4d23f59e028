"""Parts of schemas: strict input, explicit output, and the shapes that all resources share."""

import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Any

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

from agrimarket.kernel.money import DEFAULT_CURRENCY, Money
from agrimarket.kernel.quantity import MAX_GRAMS, QuantityOutOfRange, QuantityUnreadable, parse_weight

MAX_AMOUNT = 10**13
"""Minor units; a sum of a million of them still fits 64 bits."""
MAX_TYPED = 4_000
"""Characters of a text in a request whose field says nothing else."""
MAX_SHOWN = 32_767
"""Characters of a text in an answer whose field says nothing else: as many as a spreadsheet's cell holds."""
MAX_ITEMS = 10_000
"""Items of a list in an answer whose field says nothing else."""
LARGEST_INT32 = 2**31 - 1
LARGEST_EXACT = 2**53 - 1
"""The largest whole number that every reader of JSON holds exactly."""
PLAIN_TEXT = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"
"""Text without control characters; line breaks and tabs are none here."""


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
Several = Field(max_length=MAX_ITEMS)
"""Annotation of a list in an answer: `Annotated[list[LotListing], Several]`."""


def _readable(value: str) -> str:
    """Plain text: no control, bidirectional or zero-width characters, which hide how a name is really spelt."""
    for character in value:
        category = unicodedata.category(character)
        if category in {"Cc", "Cs", "Co", "Cn"} and character not in "\n\t":
            raise PydanticCustomError("text_unprintable", "has characters that cannot be shown")
        if category == "Cf":
            raise PydanticCustomError("text_invisible", "has invisible characters")
    return unicodedata.normalize("NFC", value)


class _Readable:
    """Annotation of texts that people read: checks with `_readable`, and says so in the JSON Schema."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_readable, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": PLAIN_TEXT}


Text = Annotated[str, StringConstraints(min_length=1, max_length=200), _Readable()]
"""One line of text, 1 to 200 characters."""
LongText = Annotated[str, StringConstraints(min_length=1, max_length=4_000), _Readable()]
"""A few paragraphs."""
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


MAX_TIME = 40
"""Characters of a time as it comes in."""
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


Day = Annotated[date, AfterValidator(_calendar_day)]
"""A day of the calendar that comes in."""


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


MAX_WEIGHT_TEXT = 40
"""Characters of a weight as people write it."""
WeightText = Annotated[str, Field(min_length=1, max_length=MAX_WEIGHT_TEXT, examples=["5斤"])]


def _weight(value: Any) -> Any:
    if isinstance(value, str):
        if len(value) > MAX_WEIGHT_TEXT:
            raise PydanticCustomError("quantity_unreadable", "not a weight")
        try:
            return {"grams": parse_weight(value).grams}
        except QuantityUnreadable as error:
            raise PydanticCustomError("quantity_unreadable", "not a weight") from error
        except QuantityOutOfRange as error:
            raise PydanticCustomError("quantity_out_of_range", "out of range") from error
    return value


class Grams(In):
    """A positive weight."""

    grams: Annotated[int, Field(strict=True, gt=0, le=MAX_GRAMS, examples=[2500])]


WeightIn = Annotated[Grams, BeforeValidator(_weight, json_schema_input_type=Grams | WeightText)]
"""`{"grams": 2500}`, or as people write it: `"5斤"`, `"2.5 kg"`."""


class WeightOut(Out):
    """A weight in grams."""

    grams: Annotated[int, Field(ge=0, le=LARGEST_EXACT, examples=[2500])]
