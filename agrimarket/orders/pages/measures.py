"""How much of a delivery was bad, as people write it."""

from decimal import Decimal
from typing import Any

from agrimarket.kernel import numbers
from agrimarket.kernel.errors import InvalidFields
from agrimarket.kernel.numbers import EXACT, NumberError
from agrimarket.kernel.quantity import SPELLINGS, QuantityTwoUnits, parse_weight

_SHARES: dict[str, int] = {"percent": 100, "tenth": 1_000}
"""Basis points of each unit of a share."""
_SPELT = {"%": "percent", "percent": "percent", "成": "tenth"}
CHOICES = ("percent", "jin", "kg")
"""What can be chosen beside the number; a share unless something else is chosen."""


def affected(text: str, chosen: str) -> dict[str, Any]:
    """Fields of a claim for the bad part: `10`, `10%` and `一成` are a share, `3斤` is a weight.

    A unit that is written wins over the preset one; beside any other that was chosen both are refused. Refusals are
    told at the field `affected`.
    """
    try:
        number = numbers.read(text, {**SPELLINGS, **_SPELT})
        unit = number.unit or (chosen if chosen in CHOICES else CHOICES[0])
        if number.unit and chosen not in (CHOICES[0], unit):
            raise QuantityTwoUnits(example=text.strip(), one=text.strip())
    except NumberError as error:
        error.pointer = "/affected"
        raise
    if unit not in _SHARES:
        written = text if number.unit else f"{text}{unit}"
        return {"affected": {"grams": parse_weight(written, pointer="/affected").grams}}
    bps = EXACT.multiply(number.value, Decimal(_SHARES[unit]))
    if bps != bps.to_integral_value() or not 0 < bps <= 10_000:
        raise InvalidFields([("/affected", "claim.share", {})])
    return {"affected_bps": int(bps)}
