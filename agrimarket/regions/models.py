"""Tables of `regions`: the code tree and its zones, notices, and what each of them closed, over time."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import (
    amount_field,
    created_at_field,
    id_field,
    state_check,
    state_field,
    time_field,
)
from agrimarket.regions.types.bulletins import OFFICIAL
from agrimarket.regions.types.places import NameKind, RegionLevel
from agrimarket.regions.types.restrictions import RiskLevel
from agrimarket.regions.types.rumours import Finding

_PERIOD = "until IS NULL OR until >= since"


class Region(SQLModel, table=True):
    """A division with a code of its own. `parts` names divisions that have none (Hong Kong, Macao, Taiwan)."""

    __tablename__ = "region"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(RegionLevel, "level"),
        CheckConstraint("code ~ '^[1-9][0-9]{5}$'", name="code_six_digits"),
        CheckConstraint("(level = 'province') = (parent_code IS NULL)", name="parent_unless_province"),
        Index("ix_region_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}),
    )

    code: str = Field(sa_type=CHAR(6), primary_key=True)  # type: ignore[call-overload]  # an instance is meant
    name: str
    level: RegionLevel = state_field()
    parent_code: str | None = Field(default=None, sa_type=CHAR(6), foreign_key="region.code", index=True)  # type: ignore[call-overload]
    full_name: str
    parts: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(String), nullable=False))
    latin: str = ""
    search: str


class PlaceName(SQLModel, table=True):
    """A name by which a division is found (`types.PlaceName`). All are replaced when the seeds change."""

    __tablename__ = "place_name"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(NameKind, "kind"),
        # Rows are written all at once and hardly ever: waiting ones would only be searched one by one.
        Index("ix_place_name_near", "near", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    code: str = Field(sa_type=CHAR(6), primary_key=True, foreign_key="region.code", ondelete="CASCADE")  # type: ignore[call-overload]
    kind: NameKind = Field(sa_type=String, primary_key=True)  # type: ignore[call-overload]
    key: str = Field(primary_key=True, index=True)
    shown: str
    prominence: int
    until: int | None = None
    near: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(String), nullable=False))


class Zone(SQLModel, table=True):
    """A place that notices name under a city and GB/T 2260 gives no code: a development zone, a division of 兵团.

    `city_code` is the division right above it that is known: a city, for some a province. `counties` are the codes of
    the counties that it lies in; empty where they are not known, so that any county of the city may be meant. `key`
    is the name in the spelling by which two writings of it are the same (`gazetteer.zones.reading`).
    """

    __tablename__ = "zone"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("uq_zone_city_code", "city_code", "key", unique=True),)

    id: UUID = id_field()
    city_code: str = Field(sa_type=CHAR(6), foreign_key="region.code")  # type: ignore[call-overload]
    name: str
    key: str
    counties: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(CHAR(6)), nullable=False))
    source: str
    created_at: datetime = created_at_field()


class NameAnswer(SQLModel, table=True):
    """What an operator said of names that no region was found for: which division is meant, from now on and before.

    `key` are the names in the spelling for comparison. The newest answer stands; the audit log has the others.
    """

    __tablename__ = "name_answer"  # pyright: ignore[reportAssignmentType]

    id: UUID = id_field()
    key: str = Field(unique=True)
    stated: str
    region_code: str = Field(sa_type=CHAR(6), foreign_key="region.code", index=True)  # type: ignore[call-overload]
    answered_by: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    answered_at: datetime = created_at_field()


class Bulletin(SQLModel, table=True):
    """A notice as it was imported. A notice is the full list in force from `published_at`, in its series.

    `number` is its hour in China, for example 2022120208. Of several with one hour, the last imported counts: it
    corrects the others. The counts that a notice states (`*_stated`) and those read from it (`*_parsed`) are of
    communities. At `expires_at`, if it has one, all that it has ends.
    """

    __tablename__ = "bulletin"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("ix_bulletin_series", "series", "published_at"),
        CheckConstraint("number ~ '^[0-9]{10}$'", name="number_ten_digits"),
        CheckConstraint("least(high_parsed, middle_parsed, low_parsed, entries, unresolved) >= 0", name="counts"),
    )

    id: UUID = id_field()
    series: str = Field(default=OFFICIAL, sa_column_kwargs={"server_default": OFFICIAL})
    number: str = Field(sa_type=CHAR(10), index=True)  # type: ignore[call-overload]
    source: str
    licence: str = Field(default="", sa_column_kwargs={"server_default": ""})
    published_at: datetime = time_field(index=True)
    expires_at: datetime | None = time_field(nullable=True)
    sha256: bytes = Field(sa_type=LargeBinary, index=True)
    high_stated: int | None = None
    middle_stated: int | None = None
    low_stated: int | None = None
    high_parsed: int
    middle_parsed: int
    low_parsed: int
    entries: int
    unresolved: int
    created_at: datetime = created_at_field()


class SetAside(SQLModel, table=True):
    """What of a notice could not be read: where it stands (`pointer`), as published (`said`, JSON), and `why`."""

    __tablename__ = "bulletin_set_aside"  # pyright: ignore[reportAssignmentType]

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    bulletin_id: UUID = Field(foreign_key="bulletin.id", index=True)
    pointer: str
    said: str
    why: str


class Restriction(SQLModel, table=True):
    """An entry of a notice, from the notice that began it to the one that no longer had it.

    Whatever order notices come in, the periods are those that they make in the order of their hours; a period that a
    correction took back altogether is gone. `stated` are the names as published. `region_code` is the division they
    were resolved to, and `place` is the rest of those names, beneath it (a town under a municipality's district).
    `zone_id` is set where they name a zone; `region_code` is then the division above the zone, and all of a zone is a
    community with the zone's name. An entry that could not be resolved is kept with `resolved` false at the nearest
    ancestor that could. `note` is what a source says of the entry beside its names, an index for example.
    """

    __tablename__ = "restriction"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(RiskLevel, "level"),
        CheckConstraint(_PERIOD, name="period"),
        CheckConstraint("(until IS NULL) = (ended_by_id IS NULL)", name="ended_by_a_bulletin"),
        CheckConstraint("region_code IS NOT NULL OR NOT resolved", name="resolved_has_region"),
        Index(
            "uq_restriction_in_force",
            *("series", "stated", "level", "whole_area", "note"),
            unique=True,
            postgresql_where="until IS NULL",
        ),
        Index("ix_restriction_series", "series", "until"),
        Index("ix_restriction_region_in_force", "region_code", postgresql_where="until IS NULL"),
        Index("ix_restriction_unresolved", "id", postgresql_where="until IS NULL AND NOT resolved"),
    )

    id: UUID = id_field()
    bulletin_id: UUID = Field(foreign_key="bulletin.id", index=True)
    ended_by_id: UUID | None = Field(default=None, foreign_key="bulletin.id", index=True)
    series: str = Field(default=OFFICIAL, sa_column_kwargs={"server_default": OFFICIAL})
    region_code: str | None = Field(default=None, sa_type=CHAR(6), foreign_key="region.code", index=True)  # type: ignore[call-overload]
    zone_id: UUID | None = Field(default=None, foreign_key="zone.id", index=True)
    stated: str = Field(index=True)
    place: str
    note: str = Field(default="", sa_column_kwargs={"server_default": ""})
    level: RiskLevel = state_field()
    whole_area: bool
    resolved: bool
    since: datetime = time_field()
    until: datetime | None = time_field(nullable=True)


class ClosedCommunity(SQLModel, table=True):
    """A named community of a restriction, with its own period. `normalised` is what addresses are compared with.

    `since` and `until` are the hours of the notices that began and ended it.
    """

    __tablename__ = "closed_community"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint(_PERIOD, name="period"),
        Index(
            "uq_closed_community_in_force",
            "restriction_id",
            text("md5(normalised)"),  # names of several hundred characters do not fit an index page
            unique=True,
            postgresql_where="until IS NULL",
        ),
        Index("ix_closed_community_history", "restriction_id", "since", "until"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    restriction_id: UUID = Field(foreign_key="restriction.id", index=True)
    name: str
    normalised: str
    since: datetime = time_field()
    until: datetime | None = time_field(nullable=True)


class PassRequirement(SQLModel, table=True):
    """A region that asks vehicles for a transport pass, from the day `since` on, and no more from `until` on.

    `issued_by` is who gives it out, `apply_at` where one asks for it. A `sample` is invented, for a demonstration.
    """

    __tablename__ = "pass_requirement"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("until >= since", name="period"),)

    id: UUID = id_field()
    region_code: str = Field(sa_type=CHAR(6), foreign_key="region.code", index=True)  # type: ignore[call-overload]
    since: date
    until: date | None = None
    source: str
    issued_by: str
    apply_at: str
    sample: bool = False
    added_by: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    ended_by: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    created_at: datetime = created_at_field()


class Rumour(SQLModel, table=True):
    """Something that is said, in one region or (None) everywhere. The same text of the same region is one rumour.

    `key` is the hash of the text as it is compared. It is shown to nobody until something is published about it. An
    operator may set it aside, with a reason. Never deleted.
    """

    __tablename__ = "rumour"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("reports > 0", name="reports_positive"),
        CheckConstraint(
            "(set_aside_at IS NULL) = (set_aside_by_id IS NULL) AND (set_aside_at IS NULL) = (set_aside_why IS NULL)",
            name="set_aside_whole",
        ),
        Index("uq_rumour_said", "key", text("coalesce(region_code, '')"), unique=True),
    )

    id: UUID = id_field()
    region_code: str | None = Field(default=None, sa_type=CHAR(6), foreign_key="region.code", index=True)  # type: ignore[call-overload]
    said: str
    key: bytes = Field(sa_type=LargeBinary)
    reports: int = 1
    first_seen: datetime = created_at_field()
    last_seen: datetime = created_at_field()
    set_aside_at: datetime | None = time_field(nullable=True)
    set_aside_by_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    set_aside_why: str | None = None


class Rebuttal(SQLModel, table=True):
    """What is published about a rumour, and who says so. The database refuses to change or delete it.

    A later one supersedes it: of a rumour there is one first, and each is superseded by one at most.
    """

    __tablename__ = "rebuttal"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(Finding, "verdict"),
        UniqueConstraint("id", "rumour_id"),
        ForeignKeyConstraint(
            ["supersedes_id", "rumour_id"], ["rebuttal.id", "rebuttal.rumour_id"], name="fk_rebuttal_supersedes_id"
        ),
        Index("uq_rebuttal_first", "rumour_id", unique=True, postgresql_where="supersedes_id IS NULL"),
        Index("uq_rebuttal_next", "supersedes_id", unique=True),
        Index("ix_rebuttal_rumour_id", "rumour_id", "at"),
    )

    id: UUID = id_field()
    rumour_id: UUID = Field(foreign_key="rumour.id")
    verdict: Finding = state_field()
    why: str
    authority: str
    source_url: str
    at: datetime = created_at_field()
    by_id: UUID = Field(foreign_key="person.id", index=True)
    supersedes_id: UUID | None = None


class RegionFollow(SQLModel, table=True):
    """Somebody who is told when what is in force in a region changes."""

    __tablename__ = "region_follow"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("person_id", "region_code"),)

    id: UUID = id_field()
    person_id: UUID = Field(foreign_key="person.id")
    region_code: str = Field(sa_type=CHAR(6), foreign_key="region.code", index=True)  # type: ignore[call-overload]
    created_at: datetime = created_at_field()


class RegionVersion(SQLModel, table=True):
    """Counters whose sum differs after every committed change of what a region's page shows; triggers raise them.

    A transaction raises a counter that no other holds, or adds one, so that changes never wait for each other.
    """

    __tablename__ = "region_version"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(primary_key=True, sa_column_kwargs={"server_default": text("gen_random_uuid()")})
    changes: int = amount_field(default=1)


class HandRestriction(SQLModel, table=True):
    """A restriction that an operator made, with source and reason; never deleted.

    What is in force by it stands in `restriction`, in a series of its own.
    """

    __tablename__ = "hand_restriction"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(RiskLevel, "level"),
        CheckConstraint("ends IS NULL OR ends > begins", name="ends_after_begin"),
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by_id IS NULL) AND (ended_at IS NULL) = (ended_why IS NULL)",
            name="ended_whole",
        ),
    )

    id: UUID = id_field()
    region_code: str = Field(sa_type=CHAR(6), foreign_key="region.code", index=True)  # type: ignore[call-overload]
    level: RiskLevel = state_field()
    communities: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(String), nullable=False))
    source: str
    reason: str
    begins: datetime = time_field()
    ends: datetime | None = time_field(nullable=True)
    by_id: UUID = Field(foreign_key="person.id", index=True)
    created_at: datetime = created_at_field()
    ended_at: datetime | None = time_field(nullable=True)
    ended_by_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    ended_why: str | None = None
