"""Refusals of `desks`."""

from typing import ClassVar

from agrimarket.kernel.errors import Conflict


class NotDead(Conflict):
    """The delivery is not dead, or not any more; nothing was changed."""

    code: ClassVar[str] = "dead_letter.not_dead"
