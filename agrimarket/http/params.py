"""Parameters that many operations share."""

from typing import Annotated

from litestar.params import PathParameter, QueryParameter

from agrimarket.kernel.paging import CURSOR, MAX_CURSOR

CODE = "^[0-9]{6}$"
"""What a code of GB/T 2260 looks like."""
Cursor = Annotated[
    str | None,
    QueryParameter(max_length=MAX_CURSOR, pattern=CURSOR, description="`next` of the page before."),
]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="At most so many.")]
Word = Annotated[str, PathParameter(max_length=60)]
"""A word in an address, such as a kind or a step."""
