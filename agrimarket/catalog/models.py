"""Tables of `catalog`."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from agrimarket.catalog.states import Category, ListingState, PricedBy, Storage
from agrimarket.kernel.model import (
    amount_field,
    created_at_field,
    id_field,
    state_check,
    state_field,
    time_field,
)
from agrimarket.kernel.money import DEFAULT_CURRENCY, Money
from agrimarket.regions.types.serviceability import Mode

_MODES = ", ".join(f"'{mode.value}'" for mode in Mode)
PUBLISHED = text("state = 'published'")
PERISHING = text("state IN ('pending_review', 'published', 'paused')")


class Product(SQLModel, table=True):
    """A kind of produce. `perishability_days` is how long it usually sells after harvest, if kept as `storage`."""

    __tablename__ = "product"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(Category, "category"),
        state_check(Storage, "storage"),
        CheckConstraint("perishability_days > 0", name="perishability_positive"),
        CheckConstraint("unit IN ('g', 'jin', 'kg', 't')", name="unit_known"),
    )

    id: UUID = id_field()
    code: str = Field(unique=True)
    name_hant: str
    name_hans: str
    name_en: str
    category: Category = state_field()
    perishability_days: int
    unit: str
    storage: Storage = state_field()

    def name(self, language: str) -> str:
        """The product's name in one of `i18n.LANGUAGES`."""
        return {"zh-Hant": self.name_hant, "zh-Hans": self.name_hans}.get(language, self.name_en)


class HarvestLot(SQLModel, table=True):
    """A harvest that is for sale, in grams. `reserved` is held for orders being paid, `committed` is sold."""

    __tablename__ = "harvest_lot"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("committed >= 0", name="committed_not_negative"),
        CheckConstraint("reserved + committed <= quantity", name="never_oversold"),
        CheckConstraint("region_code ~ '^[1-9][0-9]{5}$'", name="region_code_shape"),
        # These columns are copied into the lot's listings, whose foreign key on them keeps the copies true.
        UniqueConstraint(
            "id", "seller_id", "product_id", "region_code", "origin_name", "perish_by", name="uq_harvest_lot_copied"
        ),
        Index("ix_harvest_lot_seller", "seller_id", "id"),
        Index("ix_harvest_lot_place", "product_id", "region_code"),
    )

    id: UUID = id_field()
    seller_id: UUID = Field(foreign_key="seller.id")
    product_id: UUID = Field(foreign_key="product.id")
    region_code: str
    origin_name: str
    harvested_on: date
    perish_by: datetime = time_field()
    quantity: int = amount_field()
    reserved: int = amount_field(default=0)
    committed: int = amount_field(default=0)
    recalled_at: datetime | None = time_field(nullable=True)
    created_at: datetime = created_at_field()

    @property
    def free(self) -> int:
        """Grams that nobody holds."""
        return self.quantity - self.reserved - self.committed


class Listing(SQLModel, table=True):
    """An offer: packs of one lot at one price. A search finds it by its `terms` (`rules.search_terms`).

    `modes` are those in which its seller delivers. While nothing leaves its place, `closed_since` and `closed_by` tell
    since when and by which notice; it stays published, and cannot be bought.
    """

    __tablename__ = "listing"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(ListingState),
        state_check(PricedBy, "priced_by"),
        CheckConstraint("pack_grams > 0", name="pack_positive"),
        CheckConstraint("price > 0", name="price_positive"),
        CheckConstraint("min_packs > 0 AND (max_packs IS NULL OR max_packs >= min_packs)", name="packs_in_order"),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_at_known"),
        CheckConstraint(f"modes <@ ARRAY[{_MODES}]::varchar[] AND modes <> '{{}}'", name="modes_known"),
        CheckConstraint("(closed_since IS NULL) = (closed_by IS NULL)", name="closed_by_a_notice"),
        ForeignKeyConstraint(
            ["lot_id", "seller_id", "product_id", "region_code", "origin_name", "perish_by"],
            [f"harvest_lot.{c}" for c in ("id", "seller_id", "product_id", "region_code", "origin_name", "perish_by")],
            name="fk_listing_lot",
            onupdate="CASCADE",
        ),
        Index("ix_listing_lot", "lot_id"),
        Index("ix_listing_seller", "seller_id", "id"),
        Index("ix_listing_newest", "published_at", "id", postgresql_where=PUBLISHED),
        Index("ix_listing_soonest", "perish_by", "id", postgresql_where=PERISHING),
        Index("ix_listing_cheapest", "price_per_kg", "id", postgresql_where=PUBLISHED),
        Index("ix_listing_product", "product_id"),
        Index("ix_listing_terms", "terms", postgresql_using="gin", postgresql_where=PUBLISHED),
    )

    id: UUID = id_field()
    lot_id: UUID
    seller_id: UUID
    product_id: UUID = Field(foreign_key="product.id")
    region_code: str
    origin_name: str
    perish_by: datetime = time_field()
    title: str
    description: str = ""
    pack_grams: int = amount_field()
    price: int = amount_field()
    currency: str = DEFAULT_CURRENCY
    priced_by: PricedBy = state_field(PricedBy.PACK)
    price_per_kg: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, Computed("price * 1000 / pack_grams", persisted=True), nullable=False),
    )
    min_packs: int = 1
    max_packs: int | None = None
    modes: list[str] = Field(
        default_factory=list,
        sa_column=Column(ARRAY(String), server_default="{truck,contactless_point}", nullable=False),
    )
    closed_since: datetime | None = time_field(nullable=True)
    closed_by: str | None = None
    terms: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(String), nullable=False))
    state: ListingState = state_field(ListingState.DRAFT)
    version: int = 1
    created_at: datetime = created_at_field()
    published_at: datetime | None = time_field(nullable=True)

    def price_of_pack(self) -> Money:
        """The price of a pack; for `priced_by` weight the most that a pack costs."""
        return Money(self.price, self.currency)


class MarketVersion(SQLModel, table=True):
    """Counters whose sum differs after every committed change of a listing or product; triggers raise them.

    A transaction raises a counter that no other holds, or adds one, so that changes never wait for each other.
    """

    __tablename__ = "market_version"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(primary_key=True, sa_column_kwargs={"server_default": text("gen_random_uuid()")})
    changes: int = amount_field(default=1)


class LotOpinion(SQLModel, table=True):
    """What a county's office said about a lot: `verified`, or not. Rows are only added; the newest counts."""

    __tablename__ = "lot_opinion"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_lot_opinion_lot", "lot_id", "id"),)

    id: UUID = id_field()
    lot_id: UUID = Field(foreign_key="harvest_lot.id")
    verified: bool
    office: str
    officer: str
    words: str
    given_on: date
    by_id: UUID = Field(foreign_key="person.id", index=True)
    at: datetime = created_at_field()


class AppealStock(SQLModel, table=True):
    """Stock of an appeal that a county verified, as its event told it: nothing personal, and never the appeal's words.

    `turn` grows with each telling, so that events may come in any order. `price_per_kg` in minor units.
    """

    __tablename__ = "appeal_stock"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("grams > 0", name="grams_positive"),
        CheckConstraint("price_per_kg > 0", name="price_positive"),
        Index("ix_appeal_stock_open", "spoils_at", "appeal_id", postgresql_where=text("open")),
    )

    appeal_id: UUID = Field(primary_key=True)
    turn: int
    open: bool
    number: str
    product: str
    product_id: UUID | None = Field(default=None, foreign_key="product.id", index=True)
    region_code: str
    origin_name: str
    grams: int = amount_field()
    spoils_at: datetime = time_field()
    price_per_kg: int | None = amount_field(default=None, nullable=True)
    office: str
    given_on: date


class ClearanceList(SQLModel, table=True):
    """The clearance list of a day in China, or a correction of it: a later `edition`, with the reason `why`. It never
    changes. `rows` and `grams` are its sums."""

    __tablename__ = "clearance_list"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("day", "edition"),
        CheckConstraint("edition > 0", name="edition_positive"),
        CheckConstraint("(edition = 1) = (why IS NULL)", name="corrected_with_reason"),
    )

    id: UUID = id_field()
    day: date
    edition: int
    why: str | None = None
    by_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    rows: int
    grams: int = amount_field()
    made_at: datetime = created_at_field()


class ClearanceRow(SQLModel, table=True):
    """A line of a clearance list: what stood there when it was made. It never changes.

    `stock_id` is the lot or the appeal, and `number` what an appeal is called by; a lot is bought by its `listing_id`.
    """

    __tablename__ = "clearance_row"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("list_id", "stock_id"),)

    list_id: UUID = Field(foreign_key="clearance_list.id", primary_key=True)
    position: int = Field(primary_key=True)
    stock_id: UUID
    number: str | None = None
    listing_id: UUID | None = None
    product: str
    product_id: UUID | None = Field(default=None, foreign_key="product.id", index=True)
    grade: str | None = None
    region_code: str
    origin_name: str
    grams: int = amount_field()
    spoils_at: datetime = time_field()
    price_per_kg: int | None = amount_field(default=None, nullable=True)
    pack_grams: int | None = amount_field(default=None, nullable=True)
    office: str
    given_on: date


class ClearanceFollow(SQLModel, table=True):
    """A buyer who is told of each day's clearance list."""

    __tablename__ = "clearance_follow"  # pyright: ignore[reportAssignmentType]

    id: UUID = id_field()
    person_id: UUID = Field(foreign_key="person.id", unique=True)
    created_at: datetime = created_at_field()
