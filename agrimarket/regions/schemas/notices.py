"""Schema of the form that uploads a notice."""

from typing import Literal

from agrimarket.kernel.wire import In
from agrimarket.regions.schemas.by_hand import Source


class UploadIn(In):
    """Where a file of notices was published, and whether lists may differ from the counts that a notice states."""

    source: Source
    accept_counts: Literal["yes", ""] = ""
