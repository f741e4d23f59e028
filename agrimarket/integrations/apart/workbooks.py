"""Workbooks (XLSX), read as text: numbers with the words of their format, formulas as their text. Runs apart."""

import io
import json
import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from itertools import chain, islice
from typing import Any, Final
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from agrimarket.integrations.apart import formats
from agrimarket.integrations.apart.wire import Reason, Refused

MAX_UNPACKED: Final = 32_000_000
"""Bytes that a workbook's parts may state they unpack to; unpacking never goes beyond what they state."""
MAX_PARTS: Final = 500
MAX_SHEETS: Final = 50
MAX_HEIGHT: Final = 100_000
"""Number of the last row that is read: every cell above it takes memory, blank or not."""
_BOOK: Final = "xl/workbook.xml"
_STYLES: Final = "xl/styles.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_ENCRYPTED: Final = 0x1
_NO_VALUE: Final = (b"<f", b":f", b't="e"', b"t='e'")
"""What is written in a sheet that has formulas or errors."""

_LAST_ROW = re.compile(rb"row [^>]*?\br=[\"'](\d{1,9})")

Row = tuple[int, list[str]]
"""Number that a spreadsheet shows beside a row, and its cells up to the last that is not blank."""


def heads(content: bytes, most: int, columns: int) -> tuple[dict[str, Any], bytes]:
    """JSON of each visible sheet's index and its first `most` rows that are not blank."""
    book = _opened(content)
    return {}, _json([(at, list(islice(_rows(book, content, at, columns), most))) for at in _visible(book)])


def rows(content: bytes, sheet: int, most: int, columns: int) -> tuple[dict[str, Any], bytes]:
    """JSON of the first `most` rows of sheet number `sheet` that are not blank, each cut after `columns` cells."""
    return {}, _json(list(islice(_rows(_opened(content), content, sheet, columns), most)))


def _json(found: Any) -> bytes:
    return json.dumps(found, ensure_ascii=False).encode()


def _visible(book: CalamineWorkbook) -> list[int]:
    kinds = [(each.visible, each.typ) for each in book.sheets_metadata]
    shown = (SheetVisibleEnum.Visible, SheetTypeEnum.WorkSheet)
    return [at for at, kind in enumerate(kinds) if kind == shown][:MAX_SHEETS]


def _opened(content: bytes) -> CalamineWorkbook:
    """The workbook. Its sizes are added up, and documents that define entities refused, before anything is unpacked."""
    with ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise Refused(Reason.UNPACKED, MAX_UNPACKED // 1_000_000)
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise Refused(Reason.LOCKED)
        if any(_has_doctype(archive, part.filename) for part in parts):
            raise Refused(Reason.UNREADABLE)
        archive.getinfo(_BOOK)  # other documents are zipped too
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError as error:
        raise Refused(Reason.LOCKED) from error


class _Doctype(Exception):
    """The document begins with a DOCTYPE, which can define entities."""


class _RootReached(Exception):
    """The document's first element was reached: no DOCTYPE can follow."""


def _has_doctype(archive: ZipFile, name: str) -> bool:
    def doctype(*_: Any) -> None:
        raise _Doctype

    def element(*_: Any) -> None:
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        with archive.open(name) as stream:
            while chunk := stream.read(4_096):
                parser.Parse(chunk)
    except _Doctype:
        return True
    except Exception:  # the root is reached, or it is damaged in whatever way
        return False
    return False


def _rows(book: CalamineWorkbook, content: bytes, at: int, columns: int) -> Iterator[Row]:
    """Rows that are not blank. Cells that are merged downwards all hold the value that is seen across them."""
    written = _written(content, book.sheets_metadata[at].name)
    if (beyond := _LAST_ROW.search(written, max(0, written.rfind(b"row ")))) and int(beyond[1]) > MAX_HEIGHT:
        raise Refused(Reason.ROWS)
    sheet, said = book.get_sheet_by_index(at), _said(written, _formats(content))
    shift = [""] * (sheet.start[1] if sheet.start else 0)
    merged = _Merged(sheet)
    last = sheet.end[0] if sheet.end else -1
    more: Iterator[tuple[int, list[Any]]] = ((number, []) for number in sorted(said) if number > last)
    for number, values in chain(enumerate(sheet.iter_rows()), more):
        cells = shift + [text(value) for value in values]
        for column, words in said.get(number, ()):
            cells += [""] * (column + 1 - len(cells))
            cells[column] = words
        seen = merged.filled(number, cells)
        if seen:
            yield number + 1, seen[: columns + 1]


class _Merged:
    """Cells of a sheet that are merged downwards; a title that is merged to the right stands in its first cell."""

    def __init__(self, sheet: CalamineSheet) -> None:
        self._from: dict[int, list[tuple[int, int]]] = {}
        for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
            if bottom > top:
                self._from.setdefault(top, []).append((left, bottom))
        self._open: dict[int, tuple[int, str]] = {}

    def filled(self, number: int, cells: list[str]) -> list[str]:
        """The cells of row `number` (from 0) up to the last that is not blank; none if the row is blank."""
        for left, bottom in self._from.get(number, ()):
            self._open[left] = bottom, cells[left] if left < len(cells) else ""
        if any(cells):
            for column, (bottom, value) in self._open.items():
                if number <= bottom and column < len(cells) and not cells[column]:
                    cells[column] = value
        while cells and not cells[-1]:
            cells.pop()
        return cells


def _written(content: bytes, name: str) -> bytes:
    """XML of the sheet of that name."""
    with ZipFile(io.BytesIO(content)) as archive:
        return archive.read(_part_of(archive, name))


def _formats(content: bytes) -> dict[str, formats.Shown]:
    """Number formats with words, by the style of a cell; none if the workbook has no styles."""
    with ZipFile(io.BytesIO(content)) as archive, suppress(KeyError, BadZipFile):
        return formats.read(archive.read(_STYLES), text)
    return {}


def _said(written: bytes, shown: dict[str, formats.Shown]) -> dict[int, list[tuple[int, str]]]:
    """Column and text of the cells of each row (from 0) of a sheet which are no values: errors such as #N/A, numbers
    whose format has words, and formulas. None of these is ever run, and what a file says that one came to is not
    believed."""
    found: dict[int, list[tuple[int, str]]] = {}
    if not shown and not any(sign in written for sign in _NO_VALUE) and b"\0" not in written[:100]:
        return found  # which is how most sheets are, and saves most of the time
    shared: dict[str | None, str] = {}
    for _, cell in ElementTree.iterparse(io.BytesIO(written)):  # noqa: S314 - it defines no entities; we are limited
        tag = cell.tag.rpartition("}")[2]
        if tag == "c" and (words := _words(cell, shared) or _number(cell, shown)):
            row, column = _place(cell.attrib["r"])
            found.setdefault(row, []).append((column, words))
        elif tag == "row":
            cell.clear()
    return found


def _words(cell: ElementTree.Element, shared: dict[str | None, str]) -> str:
    """A cell's error or formula; "" if it has neither. Cells that share a formula name the first that has it."""
    formula = cell.find("{*}f")
    if formula is not None:
        said = formula.text or shared.get(formula.get("si"), "")
        shared.setdefault(formula.get("si"), said)
        return f"={said}"
    return cell.findtext("{*}v", "") if cell.get("t") == "e" else ""


def _number(cell: ElementTree.Element, shown: dict[str, formats.Shown]) -> str:
    """A number with the words of its format; "" if it has none."""
    if cell.get("t", "n") != "n" or (write := shown.get(cell.get("s", ""))) is None:
        return ""
    with suppress(ValueError):
        return write(float(cell.findtext("{*}v", "")))
    return ""


def _part_of(archive: ZipFile, name: str) -> str:
    """Name of the part in which the sheet of that name is."""
    sheets = _xml(archive, _BOOK).findall("{*}sheets/{*}sheet")
    sheet = next(each for each in sheets if each.get("name") == name)
    identity = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
    relations = _xml(archive, _RELATIONS)
    target = next(each.attrib["Target"] for each in relations if each.get("Id") == identity)
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _xml(archive: ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(name))  # noqa: S314 - it defines no entities, and this process is limited


def _place(reference: str) -> tuple[int, int]:
    """Row and column, from 0, of a cell's name such as `B7`."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(reference[len(letters) :]) - 1, column - 1


def text(value: Any) -> str:
    """Text of a cell's value. Numbers, which a spreadsheet keeps as floats, have the fifteen digits that it shows."""
    match value:
        case bool():
            return str(value).upper()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case float():
            return f"{value:.15g}"
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)
