"""CSV and XLSX read as rows of text, and written. Nothing in a file is ever run: a formula is read as its text.

In a file, text that a spreadsheet would take for a formula has an apostrophe in front (in XLSX its cell is of the type
text instead). `unescape` undoes `escape`, so that an exported file reads back unchanged.
"""

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal

from agrimarket.integrations.apart import pool
from agrimarket.integrations.apart.wire import Reason, Refused
from agrimarket.integrations.sheet_errors import (
    FileEmpty,
    FileTooHeavy,
    FileTooLarge,
    FileUnreadable,
    FormatUnknown,
    TooManyColumns,
    TooManyRows,
)
from agrimarket.kernel.errors import DomainError
from agrimarket.typed import gb18030
from agrimarket.typed.text import trimmed

MAX_BYTES: Final = 5_000_000
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 40
LAST_ROW: Final = 100_000
"""Last row that is read: blank rows are skipped, but not for ever."""
MAX_CELL: Final = 32_767
"""Characters of a cell that a spreadsheet keeps."""
HEAD: Final = 20
"""Rows, not blank, among which the header is looked for: titles, dates and notes may stand above it."""
DELIMITERS: Final = (",", ";", "\t", "，", "|")

Score = Callable[[Sequence[str]], int]
"""Function that counts the known columns of a header."""
Rows = list[tuple[int, list[str]]]

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OTHERS = (
    b"\xd0\xcf\x11\xe0",
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"{\\rtf",
    b"\x1f\x8b",
)
"""How files begin that people take for tables: older or locked workbooks, pictures, documents, archives."""
_MARKUP = re.compile(r"\s*(?:<(?:!|\?xml|html|head|meta|table|style|workbook)|mime-version:)", re.IGNORECASE)
"""How web pages begin that programs name `.xls`."""
_FORMULA = "[=+\\-@＝＋－＠]"
_ESCAPABLE = re.compile(f"'*{_FORMULA}")
_ESCAPED = re.compile(f"'+{_FORMULA}")
_KEPT_AS_TEXT = re.compile('="([^"=]*)"')
"""Formula that is nothing but its text: exports write digits so, to keep them from being rounded."""
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
    plain = trimmed(text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = _KEPT_AS_TEXT.fullmatch(plain)
    return trimmed(kept[1]) if kept else unescape(plain)


def read(content: bytes, score: Score) -> Sheet:
    """The file's rows, told by what is in it and not by its name. The header is the row that `score` knows best among
    the first rows, and in a workbook the sheet is the one with the best header; titles and notes above it are left out.

    `FileEmpty`, `FileTooLarge`, `FileTooHeavy`, `FormatUnknown`, `FileUnreadable`, `TooManyRows`, `TooManyColumns`;
    `pool.Busy`.
    """
    if not content:
        raise FileEmpty(pointer="/file")
    if len(content) > MAX_BYTES:
        raise FileTooLarge(pointer="/file", megabytes=MAX_BYTES // 1_000_000)
    if content.startswith(_ZIP):
        return _sheet("xlsx", "", "", _xlsx_records(content, score), score)
    if content.startswith(_OTHERS):
        raise FormatUnknown(pointer="/file")
    encoding, text = _decode(content, score)
    if _MARKUP.match(text):
        raise FormatUnknown(pointer="/file")
    found = _SEPARATOR.match(text)
    text = text[found.end() :] if found else text
    delimiter = found[1] if found else _delimiter(text, score)
    return _sheet("csv", encoding, delimiter, _csv_records(text, delimiter), score)


def _sheet(
    kind: Literal["csv", "xlsx"],
    encoding: str,
    delimiter: str,
    records: Iterable[tuple[int, list[str]]],
    score: Score,
) -> Sheet:
    rows: Rows = []
    for number, record in records:
        if number > LAST_ROW or len(rows) > MAX_ROWS + HEAD:
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
        rows.append((number, cells))
    at = _header_at([cells for _, cells in rows[:HEAD]], score)
    header, rows = [cells for _, cells in rows[at : at + 1]], rows[at + 1 :]
    if len(rows) > MAX_ROWS:
        raise TooManyRows(pointer="/file", rows=MAX_ROWS)
    if not rows:
        raise FileEmpty(pointer="/file")
    return Sheet(kind, encoding, delimiter, header[0], rows)


def _header_at(head: Sequence[Sequence[str]], score: Score) -> int:
    """Position of the row with the most known columns; the first of those that have as many."""
    return max(range(len(head)), key=lambda at: score(head[at]), default=0)


def _best(head: Sequence[Sequence[str]], score: Score) -> int:
    """Number of columns that are known in the best header of these rows."""
    return max(map(score, head), default=0)


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
    return _best(_head(text, _delimiter(text, score)), score)


def _delimiter(text: str, score: Score) -> str:
    """Delimiter that gives the most known columns in the header; a comma if none does."""
    return max(DELIMITERS, key=lambda delimiter: _best(_head(text, delimiter), score))


def _head(text: str, delimiter: str) -> list[list[str]]:
    """The first rows, as far as they can be told."""
    head: list[list[str]] = []
    reader = csv.reader(io.StringIO(text.lstrip("\r\n \ufeff")[:10_000], newline=""), delimiter=delimiter)
    with suppress(csv.Error):
        head.extend([cell.strip() for cell in row] for row in islice(reader, HEAD))
    return head


def _csv_records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, 1):
            yield number, record
    except csv.Error as error:
        raise FileUnreadable(pointer="/file", row=number + 1) from error


def _xlsx_records(content: bytes, score: Score) -> Rows:
    """Rows, not blank, of the visible sheet with the best header, as far as is needed to tell whether they are too
    many; the workbook is opened apart."""
    try:
        heads = json.loads(pool.run("sheet_heads", content, most=HEAD, columns=MAX_COLUMNS).content)
        filled = [(_best([cells for _, cells in head], score), -at) for at, head in heads if head]
        if not filled:
            raise FileEmpty(pointer="/file")
        most = MAX_ROWS + HEAD + 2
        return json.loads(
            pool.run("sheet_rows", content, sheet=-max(filled)[1], most=most, columns=MAX_COLUMNS).content
        )
    except Refused as error:
        raise _refusal(error) from error


def _refusal(error: Refused) -> DomainError:
    match error.reason:
        case Reason.ROWS:
            return TooManyRows(pointer="/file", rows=MAX_ROWS)
        case Reason.UNPACKED | Reason.EFFORT:
            return FileTooHeavy(pointer="/file")
        case _:
            return FormatUnknown(pointer="/file")


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
