"""Refusals of files that are read as tables."""

from typing import ClassVar

from agrimarket.kernel.errors import DomainError, Invalid, Kind


class FileEmpty(Invalid):
    """No file was sent, or one without rows."""

    code: ClassVar[str] = "bulk.file_empty"


class FileTooLarge(DomainError):
    """The file has more than `sheets.MAX_BYTES` (413)."""

    code: ClassVar[str] = "bulk.file_too_large"
    kind = Kind.TOO_LARGE


class FileTooHeavy(FileTooLarge):
    """The workbook unpacks to too much, or opening it takes too much time or memory (413)."""

    code: ClassVar[str] = "bulk.file_too_heavy"


class TooManyRows(DomainError):
    """The file has more rows than `sheets.MAX_ROWS` (413)."""

    code: ClassVar[str] = "bulk.too_many_rows"
    kind = Kind.TOO_LARGE


class FormatUnknown(DomainError):
    """The file is neither CSV nor XLSX, for example an XLS, or a workbook with a password (415)."""

    code: ClassVar[str] = "bulk.format_unknown"
    kind = Kind.UNSUPPORTED


class FileUnreadable(Invalid):
    """The file breaks off or contradicts itself near `details.row`."""

    code: ClassVar[str] = "bulk.file_unreadable"


class TooManyColumns(Invalid):
    """The file has more columns than `sheets.MAX_COLUMNS`."""

    code: ClassVar[str] = "bulk.too_many_columns"


class ColumnsMissing(Invalid):
    """The first row does not name every column that is needed; `details.missing` lists them."""

    code: ClassVar[str] = "bulk.columns_missing"


class ColumnTwice(Invalid):
    """Two headers in the first row mean the same column."""

    code: ClassVar[str] = "bulk.column_twice"


class UnitUnknown(Invalid):
    """A quantity is a bare number, and the file's unit for it is none that we know."""

    code: ClassVar[str] = "bulk.unit_unknown"
