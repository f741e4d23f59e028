"""Uploaded files, rewritten before they are kept: a picture, or the pages of a PDF, and nothing else of them."""

import hashlib
from dataclasses import dataclass
from typing import Final

from agrimarket.integrations import photos
from agrimarket.integrations.apart import pool
from agrimarket.integrations.apart.wire import Reason, Refused
from agrimarket.kernel.errors import DomainError
from agrimarket.onboarding.errors import (
    DocumentLocked,
    DocumentTooHeavy,
    DocumentTooLarge,
    DocumentTooManyPages,
    DocumentTooManyPixels,
    DocumentUnreadable,
)
from agrimarket.typed.text import file_name

MAX_BYTES: Final = photos.MAX_BYTES
MAX_PAGES: Final = 20
_BEFORE_A_PDF: Final = b"\xef\xbb\xbf\0 \t\r\n"
"""Bytes that programs put before a PDF's first line."""


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A rewritten file, without anything hidden that the upload brought along."""

    content: bytes
    media_type: str
    ending: str
    pages: int = 1

    @property
    def sha256(self) -> bytes:
        """Digest of the content, by which a repeated picture is recognised."""
        return hashlib.sha256(self.content).digest()


def clean_name(name: str) -> str:
    """The last part of a file's name, without control characters and folders; never empty."""
    return file_name(name).strip(". ")[-120:] or "document"


def too_large() -> DocumentTooLarge:
    """Refusal of a document of too many bytes, with the limit."""
    return DocumentTooLarge(megabytes=MAX_BYTES // 1_000_000)


def take_in(content: bytes, *, photo: bool = False) -> CleanFile:
    """Rewritten file to keep: of a photo or a PDF, told by its content, whatever its name. For a `photo` no PDF is
    taken, and refusals are those of `photos.take_in`.

    `DocumentUnreadable`, `DocumentTooLarge` and their kinds; `pool.Busy`.
    """
    if photo:
        return _photo(content)
    if len(content) > MAX_BYTES:
        raise too_large()
    if content[:1024].lstrip(_BEFORE_A_PDF).startswith(b"%PDF-"):
        return _pdf(content)
    try:
        return _photo(content)
    except photos.PhotoTooManyPixels as error:
        raise DocumentTooManyPixels(**error.values) from error
    except photos.PhotoTooHeavy as error:
        raise DocumentTooHeavy from error
    except photos.PhotoUnreadable as error:
        raise DocumentUnreadable from error


def _photo(content: bytes) -> CleanFile:
    return CleanFile(photos.take_in(content).content, "image/webp", ".webp")


def _pdf(content: bytes) -> CleanFile:
    """A PDF's pages, without scripts, forms, attachments, annotations and metadata."""
    try:
        opened = pool.run("pdf_pages", content, most=MAX_PAGES)
    except Refused as error:
        raise _refusal(error) from error
    return CleanFile(opened.content, "application/pdf", ".pdf", opened.facts["pages"])


def _refusal(error: Refused) -> DomainError:
    match error.reason:
        case Reason.PAGES:
            return DocumentTooManyPages(pages=error.most)
        case Reason.LOCKED:
            return DocumentLocked()
        case Reason.EFFORT:
            return DocumentTooHeavy()
        case _:
            return DocumentUnreadable()
