"""Files as rows of text, and back."""

import io
import re
import zipfile
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from agrimarket.integrations import sheets
from agrimarket.integrations.apart import formats, workbooks
from agrimarket.integrations.sheet_errors import (
    FileEmpty,
    FileTooHeavy,
    FileTooLarge,
    FileUnreadable,
    FormatUnknown,
    TooManyColumns,
    TooManyRows,
)
from agrimarket.kernel.errors import DomainError, Kind
from agrimarket.onboarding.imports import columns
from agrimarket.typed.text import trimmed
from tests.factories.imports import HEADER, csv_of, line, lines, read_back
from tests.integrations.damage import COUNT, damaged

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
DANGEROUS = st.sampled_from(['=HYPERLINK("http://x")', "+1+1", "-1", "@SUM(A1)", "'=1", "''=1", "'", "＝1", "a,b", '"'])
CELL = st.one_of(TEXT, DANGEROUS, st.builds(str.__add__, DANGEROUS, TEXT))


def _clean(text: str) -> str:
    return trimmed(text.replace("\r\n", "\n").replace("\r", "\n"))


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


def _workbook(*rows: Sequence[object]) -> bytes:
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


def _zip(parts: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _with_part(name: str, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(_workbook(list(HEADER), line(1)))) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    return _zip({**parts, name: content})


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = _with_part("xl/worksheets/sheet1.xml", b" " * (workbooks.MAX_UNPACKED + 1))
    assert len(bomb) < 100_000
    with pytest.raises(FileTooHeavy):
        read_back(bomb)
    with pytest.raises(FileTooHeavy):
        read_back(_zip({f"x{number}": b"" for number in range(workbooks.MAX_PARTS + 1)}))


def test_millions_of_fonts_cost_nothing() -> None:
    """Styles are not read; in the API they took a minute of its processor."""
    styles = (
        b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts>%s</fonts></styleSheet>'
    )
    bomb = _with_part("xl/styles.xml", styles % (b"<font/>" * 4_000_000))
    assert len(bomb) < 100_000
    assert len(read_back(bomb).rows) == 1


@pytest.mark.parametrize("fill", [b"<fill/>", b"<fill><patternFill><extLst/></patternFill></fill>"])
def test_odd_styles_are_no_reason_to_refuse_rows(fill: bytes) -> None:
    whole = _workbook(list(HEADER), line(1))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        styles = archive.read("xl/styles.xml")
    odd = re.sub(rb"<fills.*</fills>", b'<fills count="1">' + fill + b"</fills>", styles)
    assert odd != styles
    assert read_back(_with_part("xl/styles.xml", odd)).rows == read_back(whole).rows


def test_strict_open_xml_is_read() -> None:
    """What Excel saves as "Strict Open XML Spreadsheet": the same parts in other namespaces."""
    with zipfile.ZipFile(io.BytesIO(_workbook(list(HEADER), line(1)))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for old, new in (
        (
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
        (
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
    ):
        parts = {name: content.replace(old, new) for name, content in parts.items()}
    assert [cells for _, cells in read_back(_zip(parts)).rows] == [line(1)[:-1]]


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_with_notes_a_title_and_merged_cells_is_understood() -> None:
    book = Workbook()
    notes = book.active
    assert notes is not None
    notes.append(["填表说明"])
    notes.append(["每位社员一行", "手机号码要写本人的"])
    sheet = book.create_sheet("名单")
    sheet.append(["2020年2月 社员滞销登记表"])
    sheet.merge_cells("A1:G1")
    sheet.append([None, "填表人：李四"])
    sheet.append([None])
    sheet.append(list(HEADER))
    for number in (1, 2, 3):
        sheet.append(line(number))
    sheet.merge_cells("C5:C7")
    hidden = book.create_sheet("旧表")
    hidden.append([*HEADER])
    hidden.sheet_state = "hidden"
    found = read_back(_saved(book))
    assert found.header == list(HEADER)
    assert found.rows == [(4 + number, line(number)[:-1]) for number in (1, 2, 3)]


def test_a_title_above_the_header_of_a_csv_is_left_out() -> None:
    content = "社员滞销登记表\n\n".encode("gb18030") + csv_of([line(1, name="王秀英")], encoding="gb18030")
    found = read_back(content)
    assert (found.encoding, found.header, found.rows[0][0]) == ("gb18030", list(HEADER), 4)


def test_numbers_are_what_a_spreadsheet_shows() -> None:
    content = _workbook(list(HEADER), ["王", 13800138000, 210681, "草莓", 0.1 + 0.2, 3.0, 210681199001010010])
    assert read_back(content).rows[0][1][1:] == ["13800138000", "210681", "草莓", "0.3", "3", "2.1068119900101e+17"]


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        (500, '0"斤"', "500斤"),
        (500, 'General"斤"', "500斤"),
        (1200.5, '#,##0.00\\ "kg"', "1200.5 kg"),
        (1.5, '"约"0.0"吨"', "约1.5吨"),
        (5, '[$-804]0"t";[Red]-0"t"', "5t"),
        (500, "0斤", "500斤"),
        (0.5, "0%", "50%"),
        (12345, '0!.0,"万"', "12345 ? .万"),
        (5000, '0,"t"', "5000 ? t"),
        (5, '[>=10]0"t";0"kg"', "5 ? t"),
        (500, '"¥"#,##0.00', "500"),
        (13800138000, "000-0000-0000", "13800138000"),
        (43878, 'yyyy"年"m"月"d"日"', "2020-02-17"),
        (500, "0.00E+00", "500"),
    ],
)
def test_words_that_a_format_shows_beside_a_number_are_read(value: float, code: str, said: str) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(HEADER))
    sheet.append(["王", "13800138000", "210681", "草莓", value, "3"])
    sheet["E2"].number_format = code
    assert read_back(_saved(book)).rows[0][1][4] == said


@pytest.mark.parametrize("cell", ['="13800138000"', "'13800138000", "13800138000\t", "\u202a13800138000\u202c"])
def test_what_keeps_digits_from_being_rounded_is_no_part_of_them(cell: str) -> None:
    assert read_back(csv_of([line(1, phone=cell)])).rows[0][1][1].strip("'") == "13800138000"


def test_an_error_in_a_cell_is_told_and_not_left_blank() -> None:
    content = _workbook(list(HEADER), ["王", "13800138000", "210681", "草莓", "#N/A", "3"])
    assert read_back(content).rows[0][1][4] == "#N/A"


def test_a_row_of_nothing_but_formulas_at_the_end_is_seen() -> None:
    content = _workbook(list(HEADER), line(1), ["=A2", "=B2"])
    assert read_back(content).rows[-1] == (3, ["=A2", "=B2"])


@pytest.mark.parametrize(
    "content",
    [
        b"<html><table><tr><td>1</td></tr></table></html>",
        b"\xef\xbb\xbf\r\n<!DOCTYPE html><table>",
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'.encode("utf-16"),
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related",
        b"%PDF-1.7\n1 0 obj",
        _zip({"word/document.xml": b"<document/>"}),
        _zip({"Index/Document.iwa": b"numbers"}),
        _zip({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}),
    ],
    ids=["web page", "web page with a mark", "Excel 2003 XML", "web archive", "PDF", "Word", "Numbers", "OpenDocument"],
)
def test_what_only_calls_itself_a_table_is_told_by_its_content(content: bytes) -> None:
    with pytest.raises(FormatUnknown):
        read_back(content)


@pytest.mark.parametrize("name", [f"xlsx-{number}" for number in range(1, 13)])
def test_a_damaged_workbook_gives_rows_or_a_refusal(name: str) -> None:
    content = (Path(__file__).parents[1] / "integrations" / "damaged" / f"{name}.bin").read_bytes()
    with pytest.raises(FormatUnknown) if name != "xlsx-8" else nullcontext():
        read_back(content)


def test_many_damaged_workbooks_give_rows_or_a_refusal() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*HEADER, "日期"])
    for number in range(1, 8):
        sheet.append([*line(number), date(2020, 2, number)])
    sheet.merge_cells("C2:C5")
    sheet["E9"] = "=SUM(F2:F8)"
    packed = _saved(book)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        plain = _zip({name: archive.read(name) for name in archive.namelist()}, zipfile.ZIP_STORED)
    for content in (*damaged(packed, COUNT // 2), *damaged(plain, COUNT // 2)):
        try:
            read_back(content)
        except DomainError as refusal:
            assert refusal.kind in (Kind.UNSUPPORTED, Kind.INVALID, Kind.TOO_LARGE)


_SERIALS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-800_000, 3_100_000),
    st.sampled_from([0, 60, 2_958_465, 2_958_465.99999999, 2_958_466]),
)


@settings(max_examples=40, deadline=None)
@given(_SERIALS, st.sampled_from(["yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss.000", "[h]:mm:ss", "d", "General"]))
def test_a_date_of_any_year_is_a_cell_or_a_refusal(serial: float, shown: str) -> None:
    """Excel's dates are numbers, of which those near the year 9999 and below 1900 are none of Python's."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    sheet.append(line(1))
    for cell in sheet[2]:
        cell.value, cell.number_format = serial, shown  # type: ignore[union-attr]
    try:
        read_back(_saved(book))
    except DomainError as refusal:
        assert refusal.kind in (Kind.UNSUPPORTED, Kind.INVALID)


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


@given(st.text(max_size=12) | st.text(st.sampled_from('0#?.,;%"\\!_*[]<>=Ee斤t约$G/- '), max_size=16))
def test_any_number_format_keeps_the_number_that_is_written(code: str) -> None:
    attribute = quoteattr(code.translate(dict.fromkeys(range(32))))
    styles = (
        f'<numFmts><numFmt numFmtId="164" formatCode={attribute}/></numFmts><cellXfs><xf numFmtId="164"/></cellXfs>'
    )
    for show in formats.read(styles.encode("utf-8", "replace"), workbooks.text).values():
        assert "37" in show(37.0)
