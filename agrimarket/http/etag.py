"""Versions of things that two people edit: `ETag` out, `If-Match` in."""

import hashlib
from typing import Any, ClassVar

from litestar import Request

from agrimarket.kernel.errors import DomainError, Kind


class VersionStale(DomainError):
    """Someone else has changed the thing since it was read (412)."""

    code: ClassVar[str] = "version.stale"
    kind = Kind.PRECONDITION_FAILED


class VersionMissing(DomainError):
    """The change came without `If-Match` (428)."""

    code: ClassVar[str] = "version.missing"
    kind = Kind.PRECONDITION_REQUIRED


def etag(version: int, shown: bytes = b"") -> str:
    """A version as an entity tag; with `shown`, of an answer of which more than the version may change.

    So `If-Match` is about the version, and `If-None-Match` about all that was sent.
    """
    return f'"{version}.{hashlib.sha256(shown).hexdigest()[:16]}"' if shown else f'"{version}"'


def content_tag(content: bytes) -> str:
    """The entity tag of bytes; weak, since they may be sent compressed."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'


def unchanged(tag: str, known: str) -> bool:
    """Whether `If-None-Match: known` names the answer with that tag, so that it need not be sent again."""
    tags = {each.strip().removeprefix("W/") for each in known.split(",")}
    return tag.removeprefix("W/") in tags or "*" in tags


def expected_version(request: Request[Any, Any, Any]) -> int:
    """The version that the caller has read; `VersionMissing` without the header, `VersionStale` if it is no version."""
    given = request.headers.get("if-match")
    if given is None:
        raise VersionMissing
    text, _, _ = given.strip().removeprefix("W/").strip('"').partition(".")
    if not text.isdecimal() or len(text) > 9:
        raise VersionStale
    return int(text)
