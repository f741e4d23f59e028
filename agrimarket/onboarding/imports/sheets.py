"""CSV and XLSX read as rows of text, and written. Nothing in a file is ever run: a formula is read as its text.

In a file, text that a spreadsheet would take for a formula has an apostrophe in front (in XLSX its cell is of the type
text instead). `unescape` undoes `escape`, so that an exported file reads back unchanged.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, Literal
from xml.etree.ElementTree import ParseError
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from agrimarket.onboarding.errors import (
    FileEmpty,
    FileTooLarge,
    FileUnreadable,
    FormatUnknown,
    TooManyColumns,
    TooManyRows,
)
from agrimarket.typed import gb18030
from agrimarket.typed.text import trimmed

MAX_BYTES: Final = 5_000_000
MAX_UNPACKED: Final = 32_000_000
"""Bytes that a workbook's parts may state they unpack to; unpacking never goes beyond what they state."""
MAX_PARTS: Final = 500
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 40
LAST_ROW: Final = 100_000
"""Last row that is read: blank rows are skipped, but not for ever."""
MAX_CELL: Final = 32_767
"""Characters of a cell that a spreadsheet keeps."""
DELIMITERS: Final = (",", ";", "\t", "，", "|")

Score = Callable[[Sequence[str]], int]
"""Function that counts the known columns of a header."""
Rows = list[tuple[int, list[str]]]

_FORMULA = "[=+\\-@＝＋－＠]"
_ESCAPABLE = re.compile(f"'*{_FORMULA}")
_ESCAPED = re.compile(f"'+{_FORMULA}")
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's header and its rows that are not blank, each with the number that a spreadsheet shows beside it."""

    format: Literal["csv", "xlsx"]
    encoding: str
    delimiter: str
    header: list[str]
    rows: Rows


def escape(text: str) -> str:
    """`text`, with an apostrophe in front if a spreadsheet would run it or `unescape` would take one off."""
    return f"'{text}" if _ESCAPABLE.match(text) else text


def unescape(text: str) -> str:
    """The text that `escape` was given."""
    return text[1:] if _ESCAPED.match(text) else text


def _clean(text: str) -> str:
    if len(text) > MAX_CELL:
        raise ValueError("cell too long")
    return unescape(trimmed(text.replace("\r\n", "\n").replace("\r", "\n")))


def read(content: bytes, score: Score) -> Sheet:
    """The file's rows. The first row that is not blank is the header; `score` distinguishes good guesses from bad ones.

    `FileEmpty`, `FileTooLarge`, `FormatUnknown`, `FileUnreadable`, `TooManyRows`, `TooManyColumns`.
    """
    if not content:
        raise FileEmpty(pointer="/file")
    if len(content) > MAX_BYTES:
        raise FileTooLarge(pointer="/file", megabytes=MAX_BYTES // 1_000_000)
    if content.startswith(b"PK"):
        return _sheet("xlsx", "", "", _xlsx_records(content))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise FormatUnknown(pointer="/file")
    encoding, text = _decode(content, score)
    found = _SEPARATOR.match(text)
    text = text[found.end() :] if found else text
    delimiter = found[1] if found else _delimiter(text, score)
    return _sheet("csv", encoding, delimiter, _csv_records(text, delimiter))


def _sheet(
    kind: Literal["csv", "xlsx"], encoding: str, delimiter: str, records: Iterator[tuple[int, list[str]]]
) -> Sheet:
    header: list[str] | None = None
    rows: Rows = []
    for number, record in records:
        if number > LAST_ROW or len(rows) > MAX_ROWS:
            raise TooManyRows(pointer="/file", rows=MAX_ROWS)
        try:
            cells = [_clean(cell) for cell in record]
        except ValueError as error:
            raise FileUnreadable(pointer="/file", row=number) from error
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(cells) > MAX_COLUMNS:
            raise TooManyColumns(pointer="/file", columns=MAX_COLUMNS)
        if header is None:
            header = cells
        else:
            rows.append((number, cells))
    if len(rows) > MAX_ROWS:
        raise TooManyRows(pointer="/file", rows=MAX_ROWS)
    if header is None or not rows:
        raise FileEmpty(pointer="/file")
    return Sheet(kind, encoding, delimiter, header, rows)


def _decode(content: bytes, score: Score) -> tuple[str, str]:
    """Text and its encoding: by the byte order mark, else UTF-8, else the one that gives the best-known header."""
    if content.startswith(codecs.BOM_UTF8):
        names = ["utf-8-sig"]
    elif content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        names = ["utf-16"]
    elif b"\0" in content[:1_000]:
        names = ["utf-16-le", "utf-16-be"]
    else:
        names = ["utf-8", "gb18030", "big5hkscs"]
    texts: dict[str, str] = {}
    for name in names:
        with suppress(UnicodeDecodeError):
            texts[name] = gb18030.decode(content) if name == "gb18030" else content.decode(name)
            if name == "utf-8":
                break  # text in another encoding is hardly ever valid UTF-8
    best = max(texts, key=lambda name: _header_score(texts[name], score), default=None)
    if best is None or "\0" in texts[best]:
        raise FormatUnknown(pointer="/file")
    return best, texts[best]


def _header_score(text: str, score: Score) -> int:
    return score(_first(text, _delimiter(text, score)))


def _delimiter(text: str, score: Score) -> str:
    """Delimiter that gives the most known columns in the header; a comma if none does."""
    return max(DELIMITERS, key=lambda delimiter: score(_first(text, delimiter)))


def _first(text: str, delimiter: str) -> list[str]:
    head = text.lstrip("\r\n \ufeff")[:10_000]
    with suppress(csv.Error, StopIteration):
        return [cell.strip() for cell in next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter))]
    return []


def _csv_records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, 1):
            yield number, record
    except csv.Error as error:
        raise FileUnreadable(pointer="/file", row=number + 1) from error


def _xlsx_records(content: bytes) -> Iterator[tuple[int, list[str]]]:
    # Imported here: openpyxl takes 6 MB and a tenth of a second, and most processes never read a workbook.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _check_parts(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not sheets:
            raise FileEmpty(pointer="/file")
        sheets[0].reset_dimensions()  # the size that a file states may be wrong
        rows = sheets[0].iter_rows(max_row=LAST_ROW + 1, max_col=MAX_COLUMNS + 1, values_only=True)
        for number, values in enumerate(rows, 1):
            yield number, [_text(value) for value in values]
    except (BadZipFile, InvalidFileException, KeyError, ParseError, ValueError, OSError, EOFError) as error:
        raise FormatUnknown(pointer="/file") from error


def _check_parts(content: bytes) -> None:
    """Refuse files that unpack to too much, and documents that define entities, before anything else opens them."""
    with ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise FileTooLarge(pointer="/file", megabytes=MAX_BYTES // 1_000_000)
        for part in parts:
            with archive.open(part) as stream:
                _refuse_doctype(stream)


class _RootReached(Exception):
    """The document's first element was reached: no DOCTYPE can follow."""


def _refuse_doctype(stream: Any) -> None:
    def doctype(*_: Any) -> None:
        raise FormatUnknown(pointer="/file")

    def element(*_: Any) -> None:
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    with suppress(_RootReached, expat.ExpatError):  # a part that is not XML is a picture, or is refused when it is read
        while chunk := stream.read(4_096):
            parser.Parse(chunk)


def _text(value: Any) -> str:
    """Text of a cell's value. Numbers that a spreadsheet keeps as floats (telephones) lose their zero decimals."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str = ",") -> bytes:
    """CSV that spreadsheets open correctly: UTF-8 with a byte order mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    for row in (header, *rows):
        writer.writerow([escape(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook in which every cell is text. Control characters, which it cannot hold, become U+FFFD."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (header, *rows):
        sheet.append([_text_cell(sheet, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text_cell(sheet: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    kept = f"'{text}" if _ESCAPED.match(text) else text
    cell = WriteOnlyCell(sheet, value=_NOT_IN_XML.sub("\ufffd", kept))
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = bool(_ESCAPABLE.match(text))
    return cell
