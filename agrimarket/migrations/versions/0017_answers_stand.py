"""The answer that was stored under an idempotency key is never changed: the database refuses to.

Whatever would store another one has acted a second time, and is rolled back.
"""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION idempotency_answer_stands() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'an answer stands under this idempotency key'
                USING ERRCODE = 'unique_violation', CONSTRAINT = 'idempotency_answer_stands';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER idempotency_answer_stands BEFORE UPDATE ON idempotency_key FOR EACH ROW
        WHEN (old.answer IS NOT NULL AND old.answer IS DISTINCT FROM new.answer)
        EXECUTE FUNCTION idempotency_answer_stands()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER idempotency_answer_stands ON idempotency_key")
    op.execute("DROP FUNCTION idempotency_answer_stands()")
