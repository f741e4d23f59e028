"""What cannot be ordered or delivered now, on the wire."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.wire import Instant, Out
from agrimarket.regions.types.serviceability import Mode, Remedy


class RemedyOut(Out):
    """One thing that would make it possible; see `instead` of `GET /v1/serviceability`."""

    kind: Remedy
    mode: Mode | None
    date: date | None


class BlockedOut(Out):
    """Why something cannot be ordered or delivered now: as the refusal of a quote would say."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9_.]+$", max_length=80, examples=["delivery.restricted"])]
    detail: Annotated[str, Field(description="The same as a sentence, in the language of `Accept-Language`.")]
    since: Instant | None
    bulletin_number: Annotated[str | None, Field(description="The notice that closed it.", examples=["2022120208"])]
    source: Annotated[str | None, Field(examples=["https://example.org/notices/2022120208"])]
    instead: Annotated[list[RemedyOut], Field(max_length=len(Remedy) + len(Mode))]

    @classmethod
    def of(cls, refusal: DomainError, language: str) -> "BlockedOut":
        """The refusal, for the wire."""
        facts: dict[str, Any] = refusal.values
        return cls(
            code=refusal.code,
            detail=t(refusal.code, language, **facts),
            since=facts.get("since"),
            bulletin_number=facts.get("bulletin_number"),
            source=facts.get("source"),
            instead=[RemedyOut.model_validate(each) for each in facts.get("instead", ())],
        )
