"""Columns of a table that people fill in, recognised by their headers in three languages."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agrimarket.integrations.sheet_errors import ColumnsMissing, ColumnTwice
from agrimarket.kernel.i18n import t
from agrimarket.kernel.quantity import unit_named

_IN_PARENTHESES: Final = re.compile(r"[(\[【〔].*?[)\]】〕]")
_FILLERS: Final = re.compile(
    r"单位|單位|大约|大約|大概|预计|預計|估计|估計|约|約|左右|必填|选填|選填|可填|可不填"
    r"|\b(?:units?|in|est|estimated|approx|approximately|about|optional|required|total|of)\b"
)


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def plain(header: str) -> str:
    """A header in small letters of one width."""
    return unicodedata.normalize("NFKC", header).casefold()


def inside(header: str) -> list[str]:
    """What stands in parentheses in a `plain` header."""
    return _IN_PARENTHESES.findall(header)


def words(text: str) -> str:
    """The words of a header, without those that say nothing of a unit."""
    return " ".join(re.findall(r"[^\W_]+", _FILLERS.sub(" ", text)))


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of one file: their positions (`at`, from 0), and how its quantities are written.

    `units` are those of bare numbers, by column of weights. `decimal_commas`: a comma is a decimal one.
    """

    width: int
    at: Mapping[str, int]
    units: Mapping[str, str]
    decimal_commas: bool

    def cell(self, cells: Sequence[str], column: str) -> str:
        """Cell in that column; "" if the row is shorter or the file has no such column."""
        position = self.at.get(column, len(cells))
        return cells[position] if position < len(cells) else ""


class Vocabulary:
    """Words that name each column of a kind of table. Behind those of `weights` a unit may stand: `数量斤`."""

    def __init__(self, names: Mapping[str, str], weights: Collection[str] = ()) -> None:
        self._known = {_key(word): column for column, said in names.items() for word in (*said.split(), column)}
        self._weights = sorted(
            ((word, column) for word, column in self._known.items() if column in weights),
            key=lambda pair: len(pair[0]),
            reverse=True,
        )

    def column_of(self, header: str) -> str | None:
        """Column that a header cell names; anything in parentheses is ignored, and a unit behind a weight."""
        outside = _IN_PARENTHESES.sub("", plain(header))
        if (known := self._known.get(_key(outside))) is not None:
            return known
        key = _key(words(outside))
        word, column = self._weight(key)
        return column if word and (key == word or unit_named(key.removeprefix(word))) else None

    def _weight(self, key: str) -> tuple[str, str | None]:
        return next(((word, column) for word, column in self._weights if key.startswith(word)), ("", None))

    def unit_of(self, header: str) -> str:
        """The unit that a weight's header says for bare numbers, as `斤` in `数量（斤，约）`; "" if it says none.

        It may be one that nobody knows.
        """
        text = plain(header)
        outside = _key(words(_IN_PARENTHESES.sub("", text)))
        counted = outside[:-1] if outside.endswith(("数", "數")) else outside.removeprefix(self._weight(outside)[0])
        return words(f"{counted} {' '.join(inside(text))}")

    def known(self, header: Sequence[str]) -> int:
        """Number of different columns recognised in `header`."""
        return len({column for cell in header if (column := self.column_of(cell))})

    def find(self, header: Sequence[str], needed: Collection[str], delimiter: str = ",") -> Columns:
        """The columns of a file. A unit in the header, as in `数量（斤）`, applies to bare numbers.

        Spreadsheets put semicolons between cells where commas are decimal. `ColumnsMissing`, `ColumnTwice`.
        """
        meant = [self.column_of(cell) for cell in header]
        missing = [column for column in needed if column not in meant]
        if missing:
            raise ColumnsMissing(pointer="/file", missing=missing, header=list(header)[:20])
        twice = next((column for column in meant if column and meant.count(column) > 1), None)
        if twice:
            first, second = [header[at] for at, column in enumerate(meant) if column == twice][:2]
            raise ColumnTwice(pointer="/file", column=twice, first=first, second=second)
        at = {column: position for position, column in enumerate(meant) if column}
        weights = {column for _, column in self._weights}
        units = {column: self.unit_of(header[place]) for column, place in at.items() if column in weights}
        return Columns(len(header), at, units, decimal_commas=delimiter == ";")


def headers(prefix: str, columns: Sequence[str], language: str) -> list[str]:
    """Header of an empty file in that language: the words `<prefix>.<column>` of the catalogue."""
    return [t(f"{prefix}.{column}", language) for column in columns]
