"""Schemas of notices."""

from typing import Annotated, Any

from pydantic import Field

from agrimarket.kernel.resources import BulletinId
from agrimarket.kernel.wire import Count, Instant, Out
from agrimarket.regions.types.bulletins import MAX_ENTRIES, BulletinDetail, BulletinSummary, Change, SetAsideRow
from agrimarket.regions.types.restrictions import RiskLevel


class CountOut(Out):
    """Communities of one level: as the notice states, and as read from its list."""

    stated: Count | None
    parsed: Count


class BulletinOut(Out):
    """A notice, with how many regions it opened and closed against the notice before; `repeated` if it was known."""

    id: BulletinId
    series: Annotated[str, Field(description="Notices of one series replace each other.", examples=["risk-level"])]
    number: Annotated[str, Field(pattern="^[0-9]{1,10}$", max_length=10, examples=["2022120208"])]
    source: str
    licence: Annotated[str, Field(description="Empty where none is stated.", examples=["CC BY 4.0"])]
    published_at: Instant
    expires_at: Annotated[Instant | None, Field(description="From then on it says nothing more.")]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$", max_length=64, examples=["0f" * 32])]
    counts: dict[RiskLevel, CountOut]
    entries: Annotated[Count, Field(examples=[2579])]
    unresolved: Annotated[Count, Field(description="Entries whose names match no region.", examples=[78])]
    repeated: bool = False
    corrected: Annotated[bool, Field(description="A later notice of the same hour counts in its place.")] = False
    opened: Count = 0
    closed: Count = 0

    @classmethod
    def of(cls, summary: BulletinSummary) -> "BulletinOut":
        """The notice, for the wire."""
        return cls(**_said(summary))


class ChangeOut(Out):
    """What a notice did to one entry: communities that it began and ended there, the first few by name."""

    level: RiskLevel
    region_code: Annotated[str | None, Field(examples=["420102"])]
    region_name: Annotated[str, Field(examples=["湖北省武汉市江岸区"])]
    place: str
    whole_area: bool
    begun: Count
    ended: Count
    begun_names: Annotated[list[str], Field(max_length=5, examples=[["百步亭花园社区"]])]
    ended_names: Annotated[list[str], Field(max_length=5)]

    @classmethod
    def of(cls, change: Change) -> "ChangeOut":
        """The change, for the wire."""
        return cls(**{name: getattr(change, name) for name in cls.model_fields})


class SetAsideOut(Out):
    """What of a notice could not be read: where it stands, what it says (JSON, cut), and the code of why."""

    pointer: Annotated[str, Field(examples=["/data/highlist/3"])]
    said: Annotated[str, Field(max_length=2_000, examples=['{"province": ""}'])]
    why: Annotated[str, Field(examples=["too_short"])]

    @classmethod
    def of(cls, row: SetAsideRow) -> "SetAsideOut":
        """The row, for the wire."""
        return cls(pointer=row.pointer, said=row.said, why=row.why)


class BulletinDetailOut(BulletinOut):
    """A notice, with what it opened, closed and changed against the notice before it, and what it left unreadable.

    An entry that went on with other communities is under `changed_entries`.
    """

    opened_entries: Annotated[list[ChangeOut], Field(max_length=MAX_ENTRIES)]
    closed_entries: Annotated[list[ChangeOut], Field(max_length=MAX_ENTRIES)]
    changed_entries: Annotated[list[ChangeOut], Field(max_length=MAX_ENTRIES)]
    set_aside: Annotated[list[SetAsideOut], Field(max_length=MAX_ENTRIES)]

    @classmethod
    def of_detail(cls, detail: BulletinDetail) -> "BulletinDetailOut":
        """The notice with its changes, for the wire."""
        changes = detail.changes
        return cls(
            **_said(detail.summary),
            opened_entries=[ChangeOut.of(change) for change in changes.opened],
            closed_entries=[ChangeOut.of(change) for change in changes.closed],
            changed_entries=[ChangeOut.of(change) for change in changes.changed],
            set_aside=[SetAsideOut.of(row) for row in detail.set_aside],
        )


def _said(summary: BulletinSummary) -> dict[str, Any]:
    counts = {level: CountOut(stated=stated, parsed=parsed) for level, (stated, parsed) in summary.counts.items()}
    plain = (name for name in BulletinOut.model_fields if name not in ("counts", "sha256"))
    return {**{name: getattr(summary, name) for name in plain}, "counts": counts, "sha256": summary.sha256.hex()}
