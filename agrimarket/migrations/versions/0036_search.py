"""The market is searched by more: certificates, words that are nearly the same, and orders within produce and city.

Listings that are there have no certificates; their terms are made anew by a sweep (`terms_of` tells which still are to
be), and until then they are found by the terms that they have.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0032"

CERTIFICATIONS = "'green_food', 'organic', 'geographical_indication'"
KEYS = {"newest": "published_at", "soonest": "perish_by", "cheapest": "price_per_kg"}
SHELVES = {"product": "product_id", "city": '("left"(region_code, 4))'}


def upgrade() -> None:
    words = postgresql.ARRAY(sa.String())
    op.add_column("listing", sa.Column("certifications", words, server_default="{}", nullable=False))
    op.add_column("listing", sa.Column("terms_of", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_check_constraint(
        op.f("ck_listing_certifications_known"), "listing", f"certifications <@ ARRAY[{CERTIFICATIONS}]::varchar[]"
    )
    op.create_index("ix_listing_terms_of", "listing", ["terms_of", "id"])
    for shelf, column in SHELVES.items():
        for order, key in KEYS.items():
            op.create_index(
                f"ix_listing_{shelf}_{order}",
                "listing",
                [sa.text(column), key, "id"],
                postgresql_where=sa.text("state = 'published'"),
            )
    op.create_table(
        "search_word",
        sa.Column("word", sa.String(), primary_key=True),
        sa.Column("near", words, nullable=False),
    )
    op.create_index("ix_search_word_near", "search_word", ["near"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_table("search_word")
    for shelf in SHELVES:
        for order in KEYS:
            op.drop_index(f"ix_listing_{shelf}_{order}", table_name="listing")
    op.drop_index("ix_listing_terms_of", table_name="listing")
    op.drop_column("listing", "terms_of")
    op.drop_column("listing", "certifications")
