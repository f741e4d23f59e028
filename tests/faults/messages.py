"""Messages of the fault tests, and the tables that their handlers write to."""

from typing import ClassVar

from agrimarket.kernel.outbox import Event


class Struck(Event):
    """Message that leaves one row. A poisonous one kills its process each time."""

    topic: ClassVar[str] = "fault.struck"
    number: int
    milliseconds: int = 0
    poison: bool = False


_AT = "at timestamptz NOT NULL DEFAULT clock_timestamp()"
TABLES = (
    f"CREATE TABLE IF NOT EXISTS fault_effect (number bigint NOT NULL, {_AT})",
    f"CREATE TABLE IF NOT EXISTS fault_code (code_id uuid NOT NULL, {_AT})",
    "CREATE TABLE IF NOT EXISTS fault_slot (slot timestamptz NOT NULL)",
)
