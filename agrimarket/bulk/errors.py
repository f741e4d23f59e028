"""Refusals of `bulk`."""

from typing import ClassVar

from agrimarket.kernel.errors import Conflict


class NothingToDo(Conflict):
    """No row of the file can be done, or all of it was so already."""

    code: ClassVar[str] = "bulk.nothing_to_do"
