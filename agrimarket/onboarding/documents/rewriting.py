"""`python -m agrimarket.onboarding.documents.rewriting MOST`: rewrites the PDF on standard input.

Only its pages are kept: no scripts, forms, attachments, annotations, metadata. Run apart (`documents.apart`). The first
line of the output is the number of pages, the rest the PDF; exit status `UNREADABLE`, or `TOO_LONG` for more than
`MOST` pages.
"""

import io
import sys
from typing import Final

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import NameObject

from agrimarket.onboarding.documents import apart

UNREADABLE: Final = 3
TOO_LONG: Final = 4
_ACTIVE: Final = ("/AA", "/Annots", "/OpenAction", "/JavaScript", "/Metadata", "/PieceInfo")


def main() -> None:
    """Rewrite the pages."""
    apart.limit()
    try:
        pages, content = rewritten(sys.stdin.buffer.read(), int(sys.argv[1]))
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, OSError):
        sys.exit(UNREADABLE)  # pypdf raises all of these for files that only look like PDFs
    sys.stdout.buffer.write(b"%d\n" % pages + content)


def rewritten(content: bytes, most: int) -> tuple[int, bytes]:
    """Number of pages, and the rewritten PDF."""
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted or not reader.pages:
        sys.exit(UNREADABLE)
    if len(reader.pages) > most:
        sys.exit(TOO_LONG)
    writer = PdfWriter()
    for page in reader.pages:
        for name in _ACTIVE:
            page.pop(NameObject(name), None)
        writer.add_page(page)
    writer.metadata = None
    buffer = io.BytesIO()
    writer.write(buffer)
    return len(writer.pages), buffer.getvalue()


if __name__ == "__main__":
    main()
