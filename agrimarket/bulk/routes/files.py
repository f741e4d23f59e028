"""What the JSON handlers of files share: whatever their rows are about."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.params import QueryParameter
from pydantic import BaseModel, ConfigDict, Field

from agrimarket.bulk.states import RowState
from agrimarket.bulk.types import CheckedRow, FileView
from agrimarket.http.idempotency import idempotency_of
from agrimarket.integrations.sheets import MAX_BYTES
from agrimarket.kernel import ratelimit
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Paging, by_id
from agrimarket.kernel.principal import Principal

BODY_LIMIT: Final = MAX_BYTES + 10_000
UPLOADS: Final = "60/hour"
Limit = Annotated[int, QueryParameter(ge=1, le=200)]
InState = Annotated[RowState | None, QueryParameter(name="state")]
"""The query parameter `state`, a name that Litestar keeps for itself in handlers."""
FILES: Paging[FileView, UUID] = by_id("blk", lambda each: each.file.id)


def _row_number(keys: Sequence[str]) -> int:
    (text,) = keys
    if len(text) > 7:
        raise ValueError(text)
    return int(text)


ROWS: Paging[CheckedRow, int] = Paging("bulk_rows", lambda each: [str(each.number)], _row_number)


class BulkFileIn(BaseModel):
    """A multipart form. CSV in UTF-8, UTF-16, GB18030 or Big5, or XLSX; at most 5 MB and 20,000 rows."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    file: Annotated[UploadFile, Field(json_schema_extra={"maxLength": MAX_BYTES})]


def sent(data: BulkFileIn, request: Request[Any, Any, Any], principal: Principal) -> tuple[Idempotency, bytes]:
    """The file's bytes, and the request's key; `LimitReached` for too many in an hour."""
    ratelimit.hit(UPLOADS, "bulk", str(principal.person_id))
    content = data.file.file.read(MAX_BYTES + 1)
    return idempotency_of(request, principal, content), content
