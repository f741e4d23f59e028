"""Money as people type it."""

from agrimarket.kernel import numbers
from agrimarket.kernel.errors import InvalidFields
from agrimarket.kernel.money import DEFAULT_CURRENCY, Money, minor_digits
from agrimarket.kernel.numbers import EXACT, NumberError
from agrimarket.kernel.wire import MAX_AMOUNT


def money(text: str, pointer: str, currency: str = DEFAULT_CURRENCY) -> Money:
    """Money as it is typed, `13.6` or `13.60元`.

    `NumberError`, or `InvalidFields` for none, for parts of a cent and for too much.
    """
    try:
        typed = numbers.read(text, numbers.COUNTED["yuan"]).value
    except NumberError as error:
        error.pointer = pointer
        raise
    minor = typed.scaleb(minor_digits(currency), EXACT)
    if minor != minor.to_integral_value() or not 0 < minor <= MAX_AMOUNT:
        raise InvalidFields([(pointer, "money", {})])
    return Money(int(minor), currency)


def plain(amount: Money) -> str:
    """Money as it stands in a field: `13.6`."""
    return f"{amount.amount / 10 ** minor_digits(amount.currency):.10g}"
