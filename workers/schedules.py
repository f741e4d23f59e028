"""What runs when."""

from collections.abc import Sequence

from agrimarket.kernel.schedule import Schedule

SCHEDULES: Sequence[Schedule] = ()
