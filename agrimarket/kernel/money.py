"""Money: integer minor units and an ISO 4217 code. No float ever touches it."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel.numbers import get_currency_precision

DEFAULT_CURRENCY = "CNY"


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`Money(1250, "CNY")` is CNY 12.50. Arithmetic refuses to mix currencies (`ValueError`)."""

    amount: int
    currency: str = DEFAULT_CURRENCY

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other).amount, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other).amount

    def allocate(self, weights: Sequence[int]) -> list["Money"]:
        """Split the amount by `weights` so that the parts add up exactly."""
        return [Money(part, self.currency) for part in allocate(self.amount, weights)]

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` minor units by non-negative integer `weights`, by largest remainder.

    The parts add up to `amount` exactly; ties go to the earlier weight. With all weights zero everything goes to the
    first part. `ValueError` for no weights or a negative one.
    """
    if not weights or min(weights) < 0:
        raise ValueError("weights must be given and not negative")
    total = sum(weights)
    if total == 0:
        return [amount, *([0] * (len(weights) - 1))]
    sign = -1 if amount < 0 else 1
    shares = [divmod(abs(amount) * weight, total) for weight in weights]
    parts = [quotient for quotient, _ in shares]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-shares[i][1], i))
    for i in by_remainder[: abs(amount) - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


def share(amount: int, basis_points: int) -> int:
    """`basis_points` (1/10,000) of `amount`, rounded half up; for commissions and claims."""
    sign = -1 if amount < 0 else 1
    return sign * ((abs(amount) * basis_points + 5_000) // 10_000)


def minor_digits(currency: str) -> int:
    """Number of digits of the minor unit: 2 for CNY, 0 for JPY."""
    return get_currency_precision(currency)
