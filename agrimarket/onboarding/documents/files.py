"""Uploaded files, rewritten before they are kept: a picture, or the pages of a PDF, and nothing else of them."""

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from agrimarket.integrations import photos
from agrimarket.onboarding.documents import apart
from agrimarket.onboarding.errors import DocumentMisnamed, DocumentTooLarge, DocumentUnreadable
from agrimarket.typed.text import file_name

MAX_BYTES: Final = photos.MAX_BYTES
MAX_PAGES: Final = 20
PHOTO_ENDINGS: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_TOO_LONG: Final = 4
"""Exit status of `documents.rewriting`, which is not imported: its library is large."""


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
    """Refusal of a document that is too large, with the limits."""
    return DocumentTooLarge(megabytes=MAX_BYTES // 1_000_000, pages=MAX_PAGES)


def take_in(name: str, content: bytes, *, photo: bool = False) -> CleanFile:
    """Rewritten file to keep. `DocumentUnreadable`, `DocumentMisnamed`, `DocumentTooLarge`.

    For a `photo` only the content counts, not the name: `PhotoUnreadable`, `PhotoTooLarge`.
    """
    if photo:
        return _photo(content)
    if len(content) > MAX_BYTES:
        raise too_large()
    ending = PurePosixPath(name).suffix.lower()
    is_pdf = content[:1024].lstrip().startswith(b"%PDF-")
    if ending and ending not in (PHOTO_ENDINGS | {".pdf"}):
        raise DocumentUnreadable
    if ending and is_pdf != (ending == ".pdf"):
        raise DocumentMisnamed(name=name)
    if is_pdf:
        return _pdf(content)
    try:
        return _photo(content)
    except photos.PhotoTooLarge as error:
        raise too_large() from error
    except photos.PhotoUnreadable as error:
        raise DocumentUnreadable from error


def _photo(content: bytes) -> CleanFile:
    return CleanFile(photos.take_in(content).content, "image/webp", ".webp")


def _pdf(content: bytes) -> CleanFile:
    """A PDF's pages, without scripts, forms, attachments, annotations and metadata."""
    try:
        written = apart.run("rewriting", content, MAX_PAGES)
    except apart.Failed as error:
        raise too_large() if error.status == _TOO_LONG else DocumentUnreadable from error
    pages, _, clean = written.partition(b"\n")
    return CleanFile(clean, "application/pdf", ".pdf", int(pages))
