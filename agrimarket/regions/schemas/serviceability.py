"""Schemas of verdicts on deliveries."""

from datetime import date
from typing import Annotated

from pydantic import Field

from agrimarket.kernel.i18n import t
from agrimarket.kernel.wire import Day, In, Out
from agrimarket.regions.schemas.restrictions import RestrictionOut
from agrimarket.regions.types.bulletins import MAX_ENTRIES
from agrimarket.regions.types.restrictions import Verdict
from agrimarket.regions.types.serviceability import Basis, Instead, Level, Mode, Remedy, Serviceability

MAX_REMEDIES = len(Remedy) + len(Mode)


class ServiceabilityQuery(In):
    """The day that is asked about, in China."""

    date: Day | None = None


class InsteadOut(Out):
    """One thing that would make the answer yes."""

    kind: Remedy
    mode: Annotated[Mode | None, Field(description="With `mode`: the one that is possible.")]
    date: Annotated[date | None, Field(description="With `date`: the first day, as far as it is known.")]
    text: Annotated[str, Field(description="The same, in the language of `Accept-Language`.")]

    @classmethod
    def of(cls, remedy: Instead, language: str) -> "InsteadOut":
        """The remedy, for the wire."""
        return cls(kind=remedy.kind, mode=remedy.mode, date=remedy.day, text=said(remedy, language))


def said(remedy: Instead, language: str) -> str:
    """The remedy as a sentence."""
    if remedy.mode is not None:
        return t(f"serviceability.instead.mode.{remedy.mode}", language)
    return t(f"serviceability.instead.{remedy.kind}", language, day=remedy.day or "")


class ServiceabilityOut(Out):
    """A verdict. `open`: delivered. `partial`: only to a named community not on the list. `closed`: not delivered."""

    verdict: Verdict
    mode: Annotated[Mode, Field(description="The mode that the verdict is about.")]
    level: Annotated[
        Level,
        Field(
            description="What holds for the address, whatever the mode. `essential_only`: people stay in, and goods "
            "come to a contactless point. With the verdict `partial`: what holds in the communities on the list."
        ),
    ]
    date: Annotated[date | None, Field(description="The day that was asked about, in China; null is now.")]
    basis: Annotated[
        Basis,
        Field(
            description="`history`: as it stood when that day ended. `assumed`: if what is in force stays, as far as "
            "no end or beginning is known."
        ),
    ]
    served: Annotated[bool, Field(description="Whether the drive delivers to the destination at all.")]
    instead: Annotated[
        list[InsteadOut], Field(max_length=MAX_REMEDIES, description="What would make it `open`, the easiest first.")
    ]
    blocking: Annotated[list[RestrictionOut], Field(max_length=MAX_ENTRIES, description="What made the verdict.")]
    restrictions: Annotated[
        list[RestrictionOut],
        Field(max_length=MAX_ENTRIES, description="All that bears on the delivery, `low` included."),
    ]

    @classmethod
    def of(cls, found: Serviceability, language: str) -> "ServiceabilityOut":
        """The verdict, for the wire."""
        return cls(
            verdict=found.verdict,
            mode=found.mode,
            level=found.level,
            date=found.day,
            basis=found.basis,
            served=found.served,
            instead=[InsteadOut.of(remedy, language) for remedy in found.instead],
            blocking=[RestrictionOut.of(entry) for entry in found.blocking],
            restrictions=[RestrictionOut.of(entry) for entry in found.restrictions],
        )
