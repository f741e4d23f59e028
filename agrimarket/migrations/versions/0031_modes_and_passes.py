"""Deliveries have a mode, listings say when nothing leaves their place, and shipments carry transport passes.

Listings that are there are sent by truck, to the door or to a contactless point; orders and quotes go by truck.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"

MODES = "'truck', 'cold_chain', 'contactless_point', 'pick_up'"
NOW = sa.text("agrimarket_now()")
SHAPE = "{} ~ '^[1-9][0-9]{{5}}$'"


def upgrade() -> None:
    op.add_column(
        "listing",
        sa.Column("modes", postgresql.ARRAY(sa.String()), server_default="{truck,contactless_point}", nullable=False),
    )
    op.add_column("listing", sa.Column("closed_since", sa.DateTime(timezone=True)))
    op.add_column("listing", sa.Column("closed_by", sa.String()))
    _check("listing", "modes_known", f"modes <@ ARRAY[{MODES}]::varchar[] AND modes <> '{{}}'")
    _check("listing", "closed_by_a_notice", "(closed_since IS NULL) = (closed_by IS NULL)")
    for table in ("quote", "order_group"):
        op.add_column(table, sa.Column("mode", sa.String(), server_default="truck", nullable=False))
        _check(table, "mode_known", f"mode IN ({MODES})")
    op.add_column("shipment", sa.Column("vehicle_plate", sa.String()))
    _transport_pass()
    _pass_requirement()


def _check(table: str, name: str, condition: str) -> None:
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def _transport_pass() -> None:
    op.create_table(
        "transport_pass",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("shipment_id", sa.Uuid(), sa.ForeignKey("shipment.id"), nullable=False, unique=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("from_code", sa.String(), nullable=False),
        sa.Column("to_code", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("kind IN ('paper', 'electronic')", name="kind_known"),
        sa.CheckConstraint("valid_until >= valid_from", name="period"),
        sa.CheckConstraint(SHAPE.format("from_code"), name="from_code_shape"),
        sa.CheckConstraint(SHAPE.format("to_code"), name="to_code_shape"),
    )
    op.create_index("ix_transport_pass_number", "transport_pass", ["number"])


def _pass_requirement() -> None:
    op.create_table(
        "pass_requirement",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("region_code", sa.CHAR(6), sa.ForeignKey("region.code"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("apply_at", sa.String(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("added_by", sa.Uuid(), sa.ForeignKey("person.id")),
        sa.Column("ended_by", sa.Uuid(), sa.ForeignKey("person.id")),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("until >= since", name="period"),
    )
    for column in ("region_code", "added_by", "ended_by"):
        op.create_index(op.f(f"ix_pass_requirement_{column}"), "pass_requirement", [column])


def downgrade() -> None:
    op.drop_table("pass_requirement")
    op.drop_table("transport_pass")
    op.drop_column("shipment", "vehicle_plate")
    for table in ("order_group", "quote"):
        op.drop_column(table, "mode")
    for column in ("closed_by", "closed_since", "modes"):
        op.drop_column("listing", column)
