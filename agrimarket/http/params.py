"""Parameters that many operations share."""

from typing import Annotated

from litestar.params import QueryParameter

Cursor = Annotated[str | None, QueryParameter(max_length=400, description="`next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="At most so many.")]
