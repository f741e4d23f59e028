"""PDFs, written anew page by page, and drawn. Runs apart."""

import io
from typing import Any, Final

import pypdfium2
from pypdf import PasswordType, PdfReader, PdfWriter
from pypdf.generic import NameObject

from agrimarket.integrations.apart import pictures
from agrimarket.integrations.apart.wire import Reason, Refused

_ACTIVE: Final = ("/AA", "/Annots", "/OpenAction", "/JavaScript", "/Metadata", "/PieceInfo")


def rewritten(content: bytes, most: int) -> tuple[dict[str, Any], bytes]:
    """The PDF's `pages`, at most `most`, and nothing else: no scripts, forms, attachments, annotations, metadata.

    A PDF that only its owner's password protects opens for everybody, and is read.
    """
    reader = _opened(content)
    if not reader.pages:
        raise Refused(Reason.UNREADABLE)
    if len(reader.pages) > most:
        raise Refused(Reason.PAGES, most)
    writer = PdfWriter()
    for page in reader.pages:
        for name in _ACTIVE:
            page.pop(NameObject(name), None)
        writer.add_page(page)
    writer.metadata = None
    buffer = io.BytesIO()
    writer.write(buffer)
    return {"pages": len(writer.pages)}, buffer.getvalue()


def _opened(content: bytes) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise Refused(Reason.LOCKED)
    except NotImplementedError as error:  # protected by a program of its own
        raise Refused(Reason.LOCKED) from error
    return reader


def drawn(content: bytes, page: int, side: int) -> tuple[dict[str, Any], bytes]:
    """Page `page` (from 1) as WebP, its longest side `side` pixels."""
    sheet = pypdfium2.PdfDocument(content)[page - 1]
    bitmap: Any = sheet.render(scale=side / max(sheet.get_size()))  # pyright: ignore[reportUnknownVariableType]
    picture = pictures.plain(bitmap.to_pil())  # pyright: ignore[reportUnknownArgumentType]
    return {"width": picture.width, "height": picture.height}, pictures.webp(picture)
