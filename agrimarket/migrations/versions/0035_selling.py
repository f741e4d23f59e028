"""What a seller was approved for, how a lot was sorted and is kept, and listings that an operator has to look at.

Sellers that are there may sell what their approved applications name, and what they have had on sale.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.create_table(
        "seller_produce",
        sa.Column("seller_id", sa.Uuid(), sa.ForeignKey("seller.id"), primary_key=True),
        sa.Column("produce", sa.String(), primary_key=True),
        sa.Column(
            "approved_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("agrimarket_now()")
        ),
    )
    op.execute("""
        INSERT INTO seller_produce (seller_id, produce)
        SELECT seller_id, product FROM application
        WHERE seller_id IS NOT NULL AND state IN ('approved', 'suspended') AND product <> ''
        UNION
        SELECT i.seller_id, p.code FROM listing AS i JOIN product AS p ON p.id = i.product_id
        WHERE i.published_at IS NOT NULL
    """)
    op.add_column("harvest_lot", sa.Column("grade", sa.String()))
    op.add_column("harvest_lot", sa.Column("storage", sa.String()))
    _check("grade_known", "grade IN ('extra', 'first', 'second', 'unsorted')")
    _check("storage_known", "storage IN ('ambient', 'cool', 'chilled', 'frozen')")
    op.add_column("listing", sa.Column("review_since", sa.DateTime(timezone=True)))
    op.add_column("listing", sa.Column("review_reason", sa.String(), nullable=False, server_default=""))
    waiting = sa.text("review_since IS NOT NULL")
    op.create_index("ix_listing_review", "listing", ["review_since", "id"], postgresql_where=waiting)


def _check(name: str, condition: str) -> None:
    op.create_check_constraint(op.f(f"ck_harvest_lot_{name}"), "harvest_lot", condition)


def downgrade() -> None:
    op.drop_index("ix_listing_review", "listing")
    op.drop_column("listing", "review_reason")
    op.drop_column("listing", "review_since")
    op.drop_column("harvest_lot", "storage")
    op.drop_column("harvest_lot", "grade")
    op.drop_table("seller_produce")
