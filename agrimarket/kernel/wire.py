"""Parts of schemas: strict input, explicit output, and the shapes that all resources share."""

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints
from pydantic_core import PydanticCustomError

from agrimarket.kernel.money import DEFAULT_CURRENCY, Money
from agrimarket.kernel.quantity import MAX_GRAMS, QuantityOutOfRange, QuantityUnreadable, parse_weight

MAX_AMOUNT = 10**13
"""Minor units; a sum of a million of them still fits 64 bits."""


class In(BaseModel):
    """A request body: unknown fields are refused, and nothing is coerced except texts of numbers in forms."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


class Out(BaseModel):
    """A response body."""

    model_config = ConfigDict(frozen=True)


def _readable(value: str) -> str:
    """Plain text: no control, bidirectional or zero-width characters, which hide how a name is really spelt."""
    for character in value:
        category = unicodedata.category(character)
        if category in {"Cc", "Cs", "Co", "Cn"} and character not in "\n\t":
            raise PydanticCustomError("text_unprintable", "has characters that cannot be shown")
        if category == "Cf":
            raise PydanticCustomError("text_invisible", "has invisible characters")
    return unicodedata.normalize("NFC", value)


Text = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_readable)]
"""A line of text, 1 to 200 characters."""
LongText = Annotated[str, StringConstraints(min_length=1, max_length=4_000), AfterValidator(_readable)]
"""A few paragraphs."""
RegionCode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{5}$")]
"""A GB/T 2260 code, six digits."""


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise PydanticCustomError("time_zone_missing", "has no time zone")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:  # the first or last hours of the calendar, in another zone
        raise PydanticCustomError("datetime_parsing", "out of range") from error


Instant = Annotated[datetime, AfterValidator(_utc), PlainSerializer(lambda v: v.astimezone(UTC).isoformat().replace("+00:00", "Z"), return_type=str, when_used="json")]  # fmt: skip  # noqa: E501
"""A time in RFC 3339 with a zone; UTC on the way out."""


class MoneyIn(In):
    """A positive amount of money in minor units."""

    amount: Annotated[int, Field(strict=True, gt=0, le=MAX_AMOUNT, examples=[1250])]
    currency: Annotated[str, StringConstraints(pattern="^CNY$")] = DEFAULT_CURRENCY

    def money(self) -> Money:
        """The amount as the kernel's `Money`."""
        return Money(self.amount, self.currency)


class MoneyOut(Out):
    """An amount in minor units."""

    amount: Annotated[int, Field(examples=[1250])]
    currency: Annotated[str, Field(examples=["CNY"])] = DEFAULT_CURRENCY

    @classmethod
    def of(cls, money: Money) -> "MoneyOut":
        """The amount of the kernel's `Money`, for the wire."""
        return cls(amount=money.amount, currency=money.currency)


def _weight(value: Any) -> Any:
    if isinstance(value, str):
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


WeightIn = Annotated[Grams, BeforeValidator(_weight)]
"""`{"grams": 2500}`, or as people write it: `"5斤"`, `"2.5 kg"`."""


class WeightOut(Out):
    """A weight in grams."""

    grams: Annotated[int, Field(examples=[2500])]
