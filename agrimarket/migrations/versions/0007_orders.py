"""Tables of `orders`: carts, quotes, purchases, reservations, shipments, claims, alerts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

NOW = sa.text("agrimarket_now()")
ORDER_STATES = (
    "pending_payment placed accepted packed dispatched delivered completed payment_expired declined cancelled"
)
SHIPMENT_STATES = "planned ready in_transit held_at_checkpoint delivered failed returned"
CLAIM_STATES = "submitted evidence_requested under_review approved settled rejected appealed"


def _id() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def _to(target: str, *, name: str = "", nullable: bool = False, cascade: bool = False) -> sa.Column[object]:
    key = sa.ForeignKey(f"{target}.id", ondelete="CASCADE" if cascade else None)
    return sa.Column(name or f"{target}_id", sa.Uuid(), key, nullable=nullable)


def _when(name: str, *, nullable: bool = True, now: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=NOW if now else None)


def _created(name: str = "created_at") -> sa.Column[object]:
    return _when(name, nullable=False, now=True)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _amount(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _one_of(column: str, values: str) -> sa.CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values.split())
    return sa.CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=name)


def upgrade() -> None:
    _carts()
    _purchases()
    _parts()
    _claims()


def _carts() -> None:
    op.create_table("cart", _id(), _to("buyer"), _created())
    op.create_index("ix_cart_buyer_id", "cart", ["buyer_id"])
    op.create_table(
        "cart_line",
        _id(),
        _to("cart", cascade=True),
        _to("listing"),
        sa.Column("packs", sa.Integer(), nullable=False),
        _created(),
        sa.UniqueConstraint("cart_id", "listing_id"),
        _check("packs_in_range", "packs BETWEEN 1 AND 10000"),
    )
    op.create_index("ix_cart_line_listing_id", "cart_line", ["listing_id"])
    op.create_table(
        "quote",
        _id(),
        _to("cart", cascade=True),
        _text("region_code"),
        _text("community", nullable=True),
        _amount("goods"),
        _amount("delivery"),
        _text("currency"),
        sa.Column("parcels", postgresql.JSONB(), nullable=False),
        _when("expires_at", nullable=False),
        _created(),
        _check("region_code_shape", "region_code ~ '^[1-9][0-9]{5}$'"),
        _check("amounts_not_negative", "goods > 0 AND delivery >= 0"),
    )
    op.create_index("ix_quote_cart_id", "quote", ["cart_id"])


def _purchases() -> None:
    op.create_table(
        "order_group",
        _id(),
        _to("cart"),
        _to("buyer"),
        _to("payment"),
        _text("method"),
        _text("currency"),
        _text("region_code"),
        _text("community", nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        _when("expires_at", nullable=False),
        _created(),
        sa.UniqueConstraint("cart_id"),
        sa.UniqueConstraint("payment_id"),
        _check("region_code_shape", "region_code ~ '^[1-9][0-9]{5}$'"),
        _one_of("method", "card alipay"),
    )
    op.create_index("ix_order_group_buyer", "order_group", ["buyer_id", "id"])
    op.create_table(
        "seller_order",
        _id(),
        _to("order_group", name="group_id"),
        _to("seller"),
        _to("person", name="seller_person_id"),
        _to("buyer"),
        _to("person", name="buyer_person_id"),
        _text("state"),
        _text("origin_region"),
        _text("currency"),
        _amount("goods"),
        _amount("delivery"),
        _amount("final", nullable=True),
        sa.Column("commission_bps", sa.Integer(), nullable=False),
        _text("end_reason", nullable=True),
        *(
            _when(name)
            for name in (
                "answer_by",
                "placed_at",
                "accepted_at",
                "packed_at",
                "settled_at",
                "dispatched_at",
                "delivered_at",
                "claim_until",
                "completed_at",
                "ended_at",
            )
        ),
        _created(),
        sa.UniqueConstraint("group_id", "seller_id"),
        _one_of("state", ORDER_STATES),
        _check("amounts_not_negative", "goods > 0 AND delivery >= 0"),
        _check("final_within_ceiling", "final BETWEEN 0 AND goods + delivery"),
        _check("commission_in_range", "commission_bps BETWEEN 0 AND 10000"),
        _check("claim_window", "(state IN ('delivered', 'completed')) = (claim_until IS NOT NULL)"),
    )
    op.create_index("ix_seller_order_buyer", "seller_order", ["buyer_id", "id"])
    op.create_index("ix_seller_order_seller", "seller_order", ["seller_id", "id"])
    op.create_index("ix_seller_order_seller_person_id", "seller_order", ["seller_person_id"])
    op.create_index("ix_seller_order_buyer_person_id", "seller_order", ["buyer_person_id"])
    for name, column, condition in (
        ("unpaid", "group_id", "state = 'pending_payment'"),
        ("lapsed", "ended_at", "state = 'payment_expired' AND final IS NULL"),
        ("unanswered", "answer_by", "state = 'placed'"),
        ("claimable", "claim_until", "state = 'delivered'"),
        ("open", "id", "state IN ('placed', 'accepted', 'packed', 'dispatched')"),
    ):
        op.create_index(f"ix_seller_order_{name}", "seller_order", [column], postgresql_where=sa.text(condition))


def _parts() -> None:
    op.create_table(
        "order_line",
        _id(),
        _to("seller_order"),
        _to("listing"),
        _to("harvest_lot", name="lot_id"),
        _to("product"),
        _text("title"),
        _amount("packs"),
        _amount("pack_grams"),
        _amount("unit_price"),
        _text("priced_by"),
        _amount("packed_grams", nullable=True),
        _amount("final", nullable=True),
        sa.UniqueConstraint("seller_order_id", "listing_id"),
        _check("packs_in_range", "packs BETWEEN 1 AND 10000"),
        _check("pack_positive", "pack_grams > 0 AND unit_price > 0"),
        _check("packed_within_ordered", "packed_grams BETWEEN 0 AND packs * pack_grams"),
        _check("final_within_ceiling", "final BETWEEN 0 AND packs * unit_price"),
        _one_of("priced_by", "pack weight"),
    )
    for column in ("listing_id", "lot_id", "product_id"):
        op.create_index(f"ix_order_line_{column}", "order_line", [column])
    op.create_table(
        "reservation",
        _id(),
        _to("seller_order"),
        _to("harvest_lot", name="lot_id"),
        _amount("grams"),
        _text("state"),
        _created(),
        _one_of("state", "active committed released expired"),
        _check("grams_positive", "grams > 0"),
    )
    op.create_index("ix_reservation_seller_order_id", "reservation", ["seller_order_id"])
    op.create_index("ix_reservation_lot_id", "reservation", ["lot_id"])
    op.create_index(
        "uq_reservation_live",
        "reservation",
        ["seller_order_id", "lot_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('active', 'committed')"),
    )
    op.create_table(
        "shipment",
        _id(),
        _to("seller_order"),
        _text("state"),
        sa.Column("boxes", sa.Integer()),
        _amount("grams", nullable=True),
        _text("carrier", nullable=True),
        _text("tracking_number", nullable=True),
        _text("held_place", nullable=True),
        _text("note", nullable=True),
        _created(),
        _created("changed_at"),
        sa.UniqueConstraint("seller_order_id"),
        _one_of("state", SHIPMENT_STATES),
        _check("boxes_positive", "boxes > 0"),
    )
    op.create_table(
        "order_alert",
        _id(),
        _to("seller_order"),
        _text("kind"),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        _created(),
        _when("resolved_at"),
        _to("person", name="resolved_by", nullable=True),
        _text("note", nullable=True),
        _one_of("kind", "restricted recalled shipment_failed refund_failed authorisation_lapsed"),
    )
    op.create_index("ix_order_alert_seller_order_id", "order_alert", ["seller_order_id"])
    op.create_index("ix_order_alert_resolved_by", "order_alert", ["resolved_by"])
    op.create_index(
        "uq_order_alert_open",
        "order_alert",
        ["seller_order_id", "kind"],
        unique=True,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )


def _claims() -> None:
    op.create_table(
        "claim",
        _id(),
        _to("seller_order"),
        _to("buyer"),
        _text("state"),
        _text("reason"),
        _text("description"),
        sa.Column("affected_bps", sa.Integer()),
        _amount("affected_grams", nullable=True),
        _amount("claimed"),
        _amount("awarded", nullable=True),
        _text("currency"),
        _text("question", nullable=True),
        _text("decision_reason", nullable=True),
        _to("person", name="decided_by", nullable=True),
        _when("decided_at"),
        _when("appeal_until"),
        _text("appeal_reason", nullable=True),
        _to("refund", nullable=True),
        _created(),
        sa.UniqueConstraint("refund_id"),
        _one_of("state", CLAIM_STATES),
        _check("claimed_positive", "claimed > 0"),
        _check("awarded_positive", "awarded > 0"),
        _check("affected_in_range", "affected_bps BETWEEN 1 AND 10000"),
        _check("affected_grams_positive", "affected_grams > 0"),
        _check("one_measure", "num_nonnulls(affected_bps, affected_grams) = 1"),
        _check("awarded_when_approved", "(state IN ('approved', 'settled')) = (awarded IS NOT NULL)"),
    )
    for column in ("seller_order_id", "buyer_id", "decided_by"):
        op.create_index(f"ix_claim_{column}", "claim", [column])
    op.create_index(
        "ix_claim_waiting", "claim", ["id"], postgresql_where=sa.text("state NOT IN ('settled', 'rejected')")
    )
    op.create_table(
        "claim_photo",
        _id(),
        _to("buyer"),
        _to("claim", nullable=True),
        _text("key"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("width", "height", "size")),
        _created(),
        _check("sizes_positive", "width > 0 AND height > 0 AND size > 0"),
    )
    op.create_index("ix_claim_photo_buyer_id", "claim_photo", ["buyer_id"])
    op.create_index("ix_claim_photo_claim_id", "claim_photo", ["claim_id"])


def downgrade() -> None:
    for table in (
        "claim_photo",
        "claim",
        "order_alert",
        "shipment",
        "reservation",
        "order_line",
        "seller_order",
        "order_group",
        "quote",
        "cart_line",
        "cart",
    ):
        op.drop_table(table)
