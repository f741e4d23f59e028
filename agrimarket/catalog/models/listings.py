"""Tables of produce, lots, listings and their photos, and what a search needs."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Date,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from agrimarket.catalog.states import Category, Certification, Grade, ListingState, PricedBy, Storage
from agrimarket.catalog.types.listings import Markdown
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

_CERTIFICATIONS = ", ".join(f"'{certification.value}'" for certification in Certification)
_MODES = ", ".join(f"'{mode.value}'" for mode in Mode)
TODAY = text("(agrimarket_now() AT TIME ZONE 'Asia/Shanghai')::date")
_SELLABLE = "CASE WHEN came_in IS NULL THEN quantity * coalesce(expected_share, 10000) / 10000 ELSE 0 END"
_PRICED = "price_on(price, markdown_floor, markdown_days, perish_by, priced_on)"
_CITY = text('("left"(region_code, 4))')
PUBLISHED = text("state = 'published'")
KEPT = text("listing_id IS NULL")
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
    """A harvest that is for sale, in grams. `reserved` is held for orders being paid, `committed` is sold.

    While it is only expected, `expected_share` (basis points) of `quantity` can be sold, and `harvested_on` is the day
    that is hoped for. `came_in` is set once less came in than is held and sold of it, until its orders are scaled down;
    nothing of it is sold meanwhile. `sellable` is what may be held and sold in all. Without `storage` it is kept
    as such produce usually is.
    """

    __tablename__ = "harvest_lot"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(Grade, "grade"),
        state_check(Storage, "storage"),
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("committed >= 0", name="committed_not_negative"),
        CheckConstraint(
            "reserved + committed <= quantity * coalesce(expected_share, 10000) / 10000", name="never_oversold"
        ),
        CheckConstraint("expected_share BETWEEN 1 AND 10000", name="expected_share_in_range"),
        CheckConstraint("came_in IS NULL OR (came_in >= 0 AND expected_share IS NOT NULL)", name="came_in_of_expected"),
        CheckConstraint("region_code ~ '^[1-9][0-9]{5}$'", name="region_code_shape"),
        # These columns are copied into the lot's listings, whose foreign key on them keeps the copies true.
        UniqueConstraint(
            "id", "seller_id", "product_id", "region_code", "origin_name", "perish_by", name="uq_harvest_lot_copied"
        ),
        Index("ix_harvest_lot_seller", "seller_id", "id"),
        Index("ix_harvest_lot_place", "product_id", "region_code"),
        Index(
            "ix_harvest_lot_expected", "seller_id", "harvested_on", postgresql_where=text("expected_share IS NOT NULL")
        ),
        Index("ix_harvest_lot_short", "id", postgresql_where=text("came_in IS NOT NULL")),
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
    grade: str | None = None
    storage: str | None = None
    expected_share: int | None = None
    came_in: int | None = amount_field(default=None, nullable=True)
    sellable: int | None = Field(
        default=None, sa_column=Column(BigInteger, Computed(_SELLABLE, persisted=True), nullable=False)
    )
    created_at: datetime = created_at_field()

    @property
    def expected(self) -> bool:
        """Whether its harvest is not in yet."""
        return self.expected_share is not None


class Listing(SQLModel, table=True):
    """An offer: packs of one lot at one price. A search finds it by its `terms`, as `terms.VERSION` number `terms_of`
    made them.

    `modes` are those in which its seller delivers. While nothing leaves its place, `closed_since` and `closed_by` tell
    since when and by which notice; it stays published, and cannot be bought. `sku` is its seller's own reference.

    While an operator has to look at it, `review_since` is set. `review_reason` is why one said no, until it is shown to
    one again.

    `price` is the full price. With a markdown, on its last `markdown_days` days a pack costs less, day by day, down to
    `markdown_floor` on the last (`rules.price_on`). `price_per_kg` is what a kilogram costs on the day `priced_on` in
    China: the sort key of the market. It is of today unless the price fell since midnight and the sweep has not come
    by yet (`reprice_on` is the next day on which it falls), so it is never below the price of now. Whoever shows a
    price takes it from `queries.listings`, which tells that of the moment.
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
        CheckConstraint(f"certifications <@ ARRAY[{_CERTIFICATIONS}]::varchar[]", name="certifications_known"),
        CheckConstraint("(closed_since IS NULL) = (closed_by IS NULL)", name="closed_by_a_notice"),
        CheckConstraint("(markdown_floor IS NULL) = (markdown_days IS NULL)", name="markdown_whole"),
        CheckConstraint("markdown_floor > 0 AND markdown_floor < price", name="markdown_floor_below_price"),
        CheckConstraint("markdown_days BETWEEN 1 AND 30", name="markdown_days_in_range"),
        ForeignKeyConstraint(
            ["lot_id", "seller_id", "product_id", "region_code", "origin_name", "perish_by"],
            [f"harvest_lot.{c}" for c in ("id", "seller_id", "product_id", "region_code", "origin_name", "perish_by")],
            name="fk_listing_lot",
            onupdate="CASCADE",
        ),
        Index("ix_listing_lot", "lot_id"),
        Index("ix_listing_seller", "seller_id", "id"),
        Index("uq_listing_sku", "seller_id", "sku", unique=True, postgresql_where=text("sku IS NOT NULL")),
        Index("ix_listing_newest", "published_at", "id", postgresql_where=PUBLISHED),
        Index("ix_listing_soonest", "perish_by", "id", postgresql_where=PERISHING),
        Index("ix_listing_cheapest", "price_per_kg", "id", postgresql_where=PUBLISHED),
        Index(
            "ix_listing_reprice",
            "reprice_on",
            postgresql_where=text("state = 'published' AND reprice_on IS NOT NULL"),
        ),
        Index("ix_listing_product", "product_id"),
        Index("ix_listing_product_newest", "product_id", "published_at", "id", postgresql_where=PUBLISHED),
        Index("ix_listing_product_soonest", "product_id", "perish_by", "id", postgresql_where=PUBLISHED),
        Index("ix_listing_product_cheapest", "product_id", "price_per_kg", "id", postgresql_where=PUBLISHED),
        Index("ix_listing_city_newest", _CITY, "published_at", "id", postgresql_where=PUBLISHED),
        Index("ix_listing_city_soonest", _CITY, "perish_by", "id", postgresql_where=PUBLISHED),
        Index("ix_listing_city_cheapest", _CITY, "price_per_kg", "id", postgresql_where=PUBLISHED),
        Index("ix_listing_terms_of", "terms_of", "id"),
        Index("ix_listing_review", "review_since", "id", postgresql_where=text("review_since IS NOT NULL")),
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
    markdown_floor: int | None = amount_field(default=None, nullable=True)
    markdown_days: int | None = None
    priced_on: date | None = Field(default=None, sa_column=Column(Date, server_default=TODAY, nullable=False))
    price_per_kg: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, Computed(f"{_PRICED} * 1000 / pack_grams", persisted=True), nullable=False),
    )
    reprice_on: date | None = Field(
        default=None,
        sa_column=Column(Date, Computed("next_price_day(markdown_days, perish_by, priced_on)", persisted=True)),
    )
    min_packs: int = 1
    max_packs: int | None = None
    modes: list[str] = Field(
        default_factory=list,
        sa_column=Column(ARRAY(String), server_default="{truck,contactless_point}", nullable=False),
    )
    closed_since: datetime | None = time_field(nullable=True)
    closed_by: str | None = None
    certifications: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String), server_default="{}", nullable=False)
    )
    sku: str | None = None
    terms: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(String), nullable=False))
    terms_of: int = Field(default=0, sa_column=Column(SmallInteger, server_default="0", nullable=False))
    state: ListingState = state_field(ListingState.DRAFT)
    review_since: datetime | None = time_field(nullable=True)
    review_reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    version: int = 1
    created_at: datetime = created_at_field()
    published_at: datetime | None = time_field(nullable=True)

    def price_of_pack(self) -> Money:
        """The full price of a pack, before any markdown; for `priced_by` weight the most that a pack costs."""
        return Money(self.price, self.currency)

    @property
    def markdown(self) -> Markdown | None:
        """How its price falls over its last days; None if it does not."""
        if self.markdown_floor is None or self.markdown_days is None:
            return None
        return Markdown(self.markdown_floor, self.markdown_days)


class ListingPhoto(SQLModel, table=True):
    """A photo of produce, in storage under `key` in each of `types.PHOTO_SIZES`; `width` and `height` in the largest.

    While its `listing_id` is empty it is kept for a listing that its seller is writing.
    """

    __tablename__ = "listing_photo"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("width > 0 AND height > 0", name="sizes_positive"),
        CheckConstraint("(listing_id IS NULL) = (position IS NULL)", name="position_in_listing"),
        CheckConstraint("position BETWEEN 1 AND 6", name="position_in_range"),
        UniqueConstraint("listing_id", "sha256"),
        UniqueConstraint("listing_id", "position", deferrable=True, initially="DEFERRED"),
        Index("uq_listing_photo_kept", "seller_id", "sha256", unique=True, postgresql_where=KEPT),
        Index("ix_listing_photo_kept_since", "created_at", postgresql_where=KEPT),
    )

    id: UUID = id_field()
    seller_id: UUID = Field(foreign_key="seller.id", index=True)
    listing_id: UUID | None = Field(default=None, foreign_key="listing.id")
    position: int | None = None
    sha256: str
    key: str
    width: int
    height: int
    alt: str = Field(default="", sa_column_kwargs={"server_default": ""})
    created_at: datetime = created_at_field()


class SearchWord(SQLModel, table=True):
    """A word that some listing has or had, for finding those that somebody nearly typed.

    `near` are its spellings with letters left out (`terms.spellings`): two words that share one are few slips apart.
    """

    __tablename__ = "search_word"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("ix_search_word_near", "near", postgresql_using="gin"),
        Index("ix_search_word_begun", "word", postgresql_ops={"word": "varchar_pattern_ops"}),
    )

    word: str = Field(primary_key=True)
    near: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))


class MarketVersion(SQLModel, table=True):
    """Counters whose sum differs after every committed change of a listing or product; triggers raise them.

    A transaction raises a counter that no other holds, or adds one, so that changes never wait for each other.
    """

    __tablename__ = "market_version"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(primary_key=True, sa_column_kwargs={"server_default": text("gen_random_uuid()")})
    changes: int = amount_field(default=1)
