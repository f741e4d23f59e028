"""Files as rows of text, and back."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from agrimarket.kernel.errors import DomainError
from agrimarket.onboarding.errors import (
    FileEmpty,
    FileTooLarge,
    FileUnreadable,
    FormatUnknown,
    TooManyColumns,
    TooManyRows,
)
from agrimarket.onboarding.imports import columns, sheets
from tests.factories.imports import HEADER, csv_of, line, lines, read_back

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
DANGEROUS = st.sampled_from(['=HYPERLINK("http://x")', "+1+1", "-1", "@SUM(A1)", "'=1", "''=1", "'", "＝1", "a,b", '"'])
CELL = st.one_of(TEXT, DANGEROUS, st.builds(str.__add__, DANGEROUS, TEXT))


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


@given(TEXT | CELL)
def test_escaping_is_undone(text: str) -> None:
    assert sheets.unescape(sheets.escape(text)) == text
    assert sheets.escape(text)[:1] not in set("=+-@＝＋－＠")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELL, min_size=7, max_size=7), min_size=1, max_size=4), st.sampled_from(sheets.DELIMITERS))
def test_a_csv_comes_back_as_it_was(rows: list[list[str]], delimiter: str) -> None:
    cleaned = [[_clean(cell) for cell in row] for row in rows]
    kept = [row for row in cleaned if any(row)]
    if not kept:
        return
    sheet = read_back(sheets.write_csv(HEADER, cleaned, delimiter))
    assert (sheet.header, sheet.delimiter, sheet.encoding) == (list(HEADER), delimiter, "utf-8-sig")
    assert [cells + [""] * (7 - len(cells)) for _, cells in sheet.rows] == kept


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(CELL, min_size=7, max_size=7), min_size=1, max_size=3))
def test_a_workbook_comes_back_as_it_was(rows: list[list[str]]) -> None:
    """Characters that XML cannot hold become U+FFFD."""
    cleaned = [[_clean("".join(_xml(c) for c in cell)) for cell in row] for row in rows]
    kept = [row for row in cleaned if any(row)]
    if not kept:
        return
    sheet = read_back(sheets.write_xlsx(HEADER, cleaned))
    assert (sheet.header, sheet.format) == (list(HEADER), "xlsx")
    assert [cells + [""] * (7 - len(cells)) for _, cells in sheet.rows] == kept


def _xml(character: str) -> str:
    forbidden = (character < " " and character not in "\t\n\r") or character in "\ufffe\uffff"
    return "\ufffd" if forbidden else character


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_encodings_are_found_and_told(encoding: str, told: str) -> None:
    sheet = read_back(csv_of([line(1, name="王秀英")], encoding=encoding))
    assert (sheet.encoding, sheet.rows[0][1][0]) == (told, "王秀英")


def test_big5_is_told_from_gb18030_by_its_header() -> None:
    header = columns.HEADERS["zh-Hant"]
    sheet = read_back(csv_of([line(1, name="陳大文", produce="草莓", quantity="5公斤")], header, "big5"))
    assert (sheet.encoding, sheet.header, sheet.rows[0][1][0]) == ("big5hkscs", list(header), "陳大文")


@pytest.mark.parametrize("delimiter", sheets.DELIMITERS)
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = "\n".join(delimiter.join(cells) for cells in [HEADER, line(1)])
    sheet = read_back(text.encode())
    assert (sheet.delimiter, len(sheet.rows[0][1])) == (delimiter, 6)


def test_what_spreadsheets_write_first_is_understood() -> None:
    sheet = read_back(b"sep=;\r\n" + csv_of([line(1)]).replace(b",", b";"))
    assert (sheet.delimiter, sheet.rows[0][0]) == (";", 2)


def test_rows_keep_the_numbers_that_people_see() -> None:
    content = csv_of([line(1), [], ["", "", ""], line(2, name='"两行\n的名字"'), line(3)])
    assert [number for number, _ in read_back(content).rows] == [2, 5, 6]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", FileEmpty),
        (csv_of([]), FileEmpty),
        (b"\n\n\n", FileEmpty),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, FormatUnknown),
        (b"PK\x03\x04 not a workbook", FormatUnknown),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\xff\xff\xff", FormatUnknown),
        (csv_of([line(1, note='"never closed')]), FileUnreadable),
        (csv_of([line(1, note="x" * 40_000)]), FileUnreadable),
        (csv_of([line(1)], [*HEADER, *map(str, range(40))]), TooManyColumns),
        (b"x" * (sheets.MAX_BYTES + 1), FileTooLarge),
    ],
)
def test_files_that_cannot_be_meant_are_refused(content: bytes, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        read_back(content)


def test_too_many_rows_are_refused_before_all_are_read() -> None:
    row = ",".join(line(1)).encode() + b"\n"
    with pytest.raises(TooManyRows):
        read_back(csv_of([]) + row * (sheets.MAX_ROWS + 1))
    assert len(read_back(csv_of([]) + row * 100).rows) == 100


def _workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_as_people_make_it() -> None:
    content = _workbook(list(HEADER), ["王秀英", 13800138000, 210681, "草莓", 500.5, 3.0, True])
    assert read_back(content).rows == [(2, ["王秀英", "13800138000", "210681", "草莓", "500.5", "3", "TRUE"])]


def test_a_formula_is_text_and_stays_so() -> None:
    content = _workbook(list(HEADER), ['=HYPERLINK("http://x","y")', "13800138000", "210681", "草莓", "=1+1", "3", ""])
    cells = read_back(content).rows[0][1]
    assert (cells[0], cells[4]) == ('=HYPERLINK("http://x","y")', "=1+1")
    exported = load_workbook(io.BytesIO(sheets.write_xlsx(HEADER, [cells]))).worksheets[0]
    assert (exported["A2"].data_type, exported["A2"].value) == ("s", '=HYPERLINK("http://x","y")')


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _with_part(name: str, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(_workbook(list(HEADER), line(1)))) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    return _zip({**parts, name: content})


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = _with_part("xl/worksheets/sheet1.xml", b" " * (sheets.MAX_UNPACKED + 1))
    assert len(bomb) < 100_000
    with pytest.raises(FileTooLarge):
        read_back(bomb)
    with pytest.raises(FileTooLarge):
        read_back(_zip({f"x{number}": b"" for number in range(sheets.MAX_PARTS + 1)}))


def test_a_part_that_lies_about_its_size_is_not_unpacked_beyond_it() -> None:
    bomb = bytearray(_with_part("xl/sharedStrings.xml", b" " * 20_000_000))
    real, told = (20_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    with pytest.raises((FormatUnknown, FileEmpty)):
        read_back(bytes(bomb.replace(real, told)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_that_defines_entities_is_refused(encoding: str) -> None:
    evil = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><sst>&b;</sst>'
    with pytest.raises(FormatUnknown):
        read_back(_with_part("xl/sharedStrings.xml", evil.encode(encoding)))


def test_a_cell_at_the_end_of_the_sheet_costs_no_memory() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(HEADER))
    sheet.cell(1_048_576, 1, "x")
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(TooManyRows):
        read_back(out.getvalue())


def test_the_template_is_understood_in_every_language() -> None:
    for header in columns.HEADERS.values():
        assert [columns.column_of(cell) for cell in header] == list(columns.COLUMNS)
    assert len(lines(2)) == 2
