"""Tables of any length, written while they are read: nothing of them is kept in memory."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape as in_xml

from agrimarket.integrations.sheets import escape

CHUNK: Final = 256_000
"""Bytes that are handed on together."""
MAX_LINES: Final = 1_048_576
"""Rows that a worksheet holds, the header among them."""
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_QUOTED: Final = re.compile('[,"\r\n]').search
_MAY_RUN: Final = frozenset("'=+-@＝＋－＠")
"""How a text begins that `escape` may change."""
_NS: Final = "http://schemas.openxmlformats.org"
_PARTS: Final = {
    "[Content_Types].xml": f'<Types xmlns="{_NS}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_NS}/package/2006/relationships"><Relationship Id="rId1"'
    f' Type="{_NS}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_NS}/spreadsheetml/2006/main"'
    f' xmlns:r="{_NS}/officeDocument/2006/relationships"><sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets>'
    "</workbook>",
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_NS}/package/2006/relationships"><Relationship Id="rId1"'
    f' Type="{_NS}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def csv_cell(text: str) -> str:
    """A cell of a CSV, which no spreadsheet runs."""
    safe = escape(text) if text[:1] in _MAY_RUN else text
    return '"' + safe.replace('"', '""') + '"' if _QUOTED(safe) else safe


def gathered(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines, several together."""
    kept: list[bytes] = []
    size = 0
    for line in lines:
        kept.append(line)
        size += len(line)
        if size > CHUNK:
            yield b"".join(kept)
            kept, size = [], 0
    if kept:
        yield b"".join(kept)


class _Out(io.RawIOBase):
    """A file that is only written, and emptied as it grows."""

    def __init__(self) -> None:
        self.kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.kept += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last call."""
        taken = bytes(self.kept)
        self.kept.clear()
        return taken


def xlsx(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A workbook in which every cell is text, piece by piece. What does not fit a worksheet is left out."""
    out = _Out()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in _PARTS.items():
            book.writestr(name, _HEAD + content)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_NS}/spreadsheetml/2006/main"><sheetData>'.encode())
            sheet.write(_row(1, header))
            for number, row in enumerate(rows, 2):
                if number > MAX_LINES:
                    break
                sheet.write(_row(number, row))
                if len(out.kept) > CHUNK:
                    yield out.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield out.taken()


def _row(number: int, cells: Sequence[str]) -> bytes:
    said = (in_xml(_NOT_IN_XML.sub("\ufffd", cell)) for cell in cells)
    inner = "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{cell}</t></is></c>' for cell in said)
    return f'<row r="{number}">{inner}</row>'.encode()
