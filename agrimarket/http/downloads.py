"""Files that a browser saves, or a program reads."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from litestar import Response

Format = Literal["csv", "xlsx"]
MEDIA_TYPES: Final[Mapping[str, str]] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
XLSX: Final = (MEDIA_TYPES["xlsx"],)
FILE: Final = ("Content-Disposition",)
"""Header of an answer that is a file."""


def named(name: str, file_format: str) -> dict[str, Any]:
    """Media type and headers of an answer that a browser saves under that name."""
    disposition = f'attachment; filename="{name}.{file_format}"'
    return {"media_type": MEDIA_TYPES[file_format], "headers": {"Content-Disposition": disposition}}


def download(content: bytes, name: str, file_format: str) -> Response[bytes]:
    """Answer that a browser saves as a file."""
    return Response(content, **named(name, file_format))
