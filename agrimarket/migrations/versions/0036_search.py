"""The market is searched by more: certificates, words that are nearly the same, and orders within produce and city.

Listings that are there have no certificates; their terms are made anew by a sweep (`terms_of` tells which still are to
be), and until then they are found by the terms that they have.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"

CERTIFICATIONS = "'green_food', 'organic', 'geographical_indication'"
KEYS = {"newest": "published_at", "soonest": "perish_by", "cheapest": "price_per_kg"}
SHELVES = {"product": "product_id", "city": '("left"(region_code, 4))'}

SLIPS = """
    CREATE FUNCTION search_slips(one text, other text) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
        a text[] := string_to_array(one, NULL);
        b text[] := string_to_array(other, NULL);
        before integer[];
        last integer[];
        row integer[];
        best integer;
    BEGIN
        IF abs(cardinality(a) - cardinality(b)) > 2 THEN
            RETURN 9;
        END IF;
        last := ARRAY(SELECT generate_series(0, cardinality(b)));
        FOR i IN 1..cardinality(a) LOOP
            row := ARRAY[i];
            FOR j IN 1..cardinality(b) LOOP
                best := least(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] <> b[j])::integer);
                IF i > 1 AND j > 1 AND a[i] = b[j - 1] AND a[i - 1] = b[j] THEN
                    best := least(best, before[j - 1] + 1);
                END IF;
                row[j + 1] := best;
            END LOOP;
            before := last;
            last := row;
        END LOOP;
        RETURN last[cardinality(b) + 1];
    END $$
"""
"""Letters added, left out, changed, or exchanged with their neighbour, that make one word of the other; 9 for many."""


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
    op.create_index("ix_search_word_begun", "search_word", ["word"], postgresql_ops={"word": "varchar_pattern_ops"})
    op.execute(SLIPS)


def downgrade() -> None:
    op.execute("DROP FUNCTION search_slips(text, text)")
    op.drop_table("search_word")
    for shelf in SHELVES:
        for order in KEYS:
            op.drop_index(f"ix_listing_{shelf}_{order}", table_name="listing")
    op.drop_index("ix_listing_terms_of", table_name="listing")
    op.drop_column("listing", "terms_of")
    op.drop_column("listing", "certifications")
