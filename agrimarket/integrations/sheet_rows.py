"""What can be wrong with a row of a file, told at its column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agrimarket.integrations.sheet_columns import Columns
from agrimarket.integrations.sheet_errors import UnitUnknown
from agrimarket.kernel import numbers
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.i18n import render
from agrimarket.kernel.numbers import NumberUnreadable
from agrimarket.kernel.quantity import SPELLINGS, Weight, parse_weight, unit_named


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in one column of a row ("" for the row itself): the code of its sentence, and the sentence's values."""

    column: str
    code: str
    params: Mapping[str, Any]


def first_of_each(faults: Sequence[Fault], columns: Sequence[str]) -> list[Fault]:
    """First fault of the row itself and of each column, in the columns' order."""
    first = {fault.column: fault for fault in reversed(faults)}
    return [first[column] for column in ("", *columns) if column in first]


def padded(cells: list[str], width: int) -> list[str]:
    """The cells, at least `width` of them."""
    return [*cells, *[""] * (width - len(cells))]


def weight(columns: Columns, column: str, typed: str, beside: str = "") -> tuple[Weight, str]:
    """Weight of a cell in its own unit, or in the one `beside` it, or in the header's; and how it was read.

    `NumberError`, `QuantityOutOfRange`, `UnitUnknown`.
    """
    unit = _unit(columns, column, typed, beside)
    text = f"{typed}{unit}" if unit else typed
    return parse_weight(text, commas_unclear=columns.decimal_commas), text


def _unit(columns: Columns, column: str, typed: str, beside: str) -> str:
    """What belongs behind a cell of a weight: the unit `beside` it, or the header's; "" if it has the same."""
    own = _own_unit(typed, columns.decimal_commas)
    if own is None:
        return ""
    if own:
        return "" if unit_named(beside) in ("", own) else f" {beside}"
    said = columns.units.get(column, "")
    unit = beside if unit_named(beside) else said or beside
    if unit and not unit_named(unit):
        raise UnitUnknown(unit=unit, example=numbers.written(numbers.figures(typed) or "500", "斤"))
    return unit


def _own_unit(typed: str, commas_unclear: bool) -> str | None:
    """Unit that is in the cell; "" if there is only a number, None if there is not even that."""
    try:
        return numbers.read(typed, SPELLINGS, commas_unclear=commas_unclear).unit
    except NumberUnreadable:
        return None


def refused(error: DomainError, columns: Mapping[str, str], language: str) -> Fault:
    """A refusal as the fault of a row, its values in words. `columns`: field of the refusal → column."""
    pointer, code, values = error.pointer or "", error.code, error.values
    if isinstance(error, InvalidFields):
        pointer, code, values = error.fields[0]
    told = {name: value if isinstance(value, str | int) else render(value, language) for name, value in values.items()}
    return Fault(columns.get(pointer.lstrip("/"), ""), code, told)
