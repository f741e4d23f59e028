"""Schema of verdicts on deliveries."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.wire import Out
from agrimarket.regions.schemas.restrictions import RestrictionOut
from agrimarket.regions.types import (
    MAX_ENTRIES,
    Serviceability,
    Verdict,
)


class ServiceabilityOut(Out):
    """A verdict. `open`: delivered. `partial`: only to a named community not on the list. `closed`: not delivered."""

    verdict: Verdict
    served: Annotated[bool, Field(description="Whether the drive delivers to the destination at all.")]
    blocking: Annotated[list[RestrictionOut], Field(max_length=MAX_ENTRIES, description="What made the verdict.")]
    restrictions: Annotated[
        list[RestrictionOut],
        Field(max_length=MAX_ENTRIES, description="All that bears on the delivery, `low` included."),
    ]

    @classmethod
    def of(cls, found: Serviceability) -> "ServiceabilityOut":
        """The verdict, for the wire."""
        return cls(
            verdict=found.verdict,
            served=found.served,
            blocking=[RestrictionOut.of(entry) for entry in found.blocking],
            restrictions=[RestrictionOut.of(entry) for entry in found.restrictions],
        )
