"""Refusals of imports."""

from typing import ClassVar

from agrimarket.kernel.errors import DomainError, Forbidden, Invalid, Kind


class FileEmpty(Invalid):
    """No file came, or one without a row."""

    code: ClassVar[str] = "bulk.file_empty"


class FileTooLarge(DomainError):
    """More bytes than `MAX_BYTES`, or a workbook that unpacks to more than `MAX_UNPACKED` (413)."""

    code: ClassVar[str] = "bulk.file_too_large"
    kind = Kind.TOO_LARGE


class TooManyRows(DomainError):
    """More rows than `MAX_ROWS` (413)."""

    code: ClassVar[str] = "bulk.too_many_rows"
    kind = Kind.TOO_LARGE


class FormatUnknown(DomainError):
    """Neither CSV nor XLSX, for example an XLS, or a workbook with a password (415)."""

    code: ClassVar[str] = "bulk.format_unknown"
    kind = Kind.UNSUPPORTED


class FileUnreadable(Invalid):
    """It breaks off or contradicts itself near that row."""

    code: ClassVar[str] = "bulk.file_unreadable"


class ColumnsMissing(Invalid):
    """The first row does not name every column that is needed; `details.missing` lists them."""

    code: ClassVar[str] = "bulk.columns_missing"


class ColumnTwice(Invalid):
    """Two columns of the first row mean the same."""

    code: ClassVar[str] = "bulk.column_twice"


class TooManyColumns(Invalid):
    """More columns than `MAX_COLUMNS`."""

    code: ClassVar[str] = "bulk.too_many_columns"


class TooManyRegions(Invalid):
    """The rows name more different regions than `MAX_REGIONS`."""

    code: ClassVar[str] = "bulk.too_many_regions"


class NotACooperative(Forbidden):
    """Only a cooperative or an enterprise, as a seller or an applicant, files for members."""

    code: ClassVar[str] = "bulk.not_a_cooperative"


class NothingToLoad(Invalid):
    """No row is right yet."""

    code: ClassVar[str] = "bulk.nothing_to_load"
