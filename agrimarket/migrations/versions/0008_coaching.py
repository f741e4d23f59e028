"""Tables of `coaching`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

revision = "0008"
down_revision = "0007"

NOW = sa.text("agrimarket_now()")


def upgrade() -> None:
    op.create_table(
        "coach",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("display_name", AutoString(), nullable=False),
        sa.Column("skills", postgresql.JSONB(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("produce", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("region_code", AutoString(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("open_cases", sa.Integer(), nullable=False),
        sa.Column("held_tasks", sa.Integer(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("held_tasks >= 0", name=op.f("ck_coach_held_tasks_not_negative")),
        sa.CheckConstraint("open_cases BETWEEN 0 AND capacity", name=op.f("ck_coach_open_cases_within_capacity")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_coach_person_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_coach_region_code")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_coach")),
    )
    op.create_index(op.f("ix_coach_region_code"), "coach", ["region_code"], unique=False)
    op.create_table(
        "coaching_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_type", AutoString(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seller_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("product", AutoString(), nullable=False),
        sa.Column("region_code", AutoString(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("spoils_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", AutoString(), nullable=False),
        sa.Column("needs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("due_key", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("sold_grams", sa.BigInteger(), nullable=True),
        sa.Column("earned_amount", sa.BigInteger(), nullable=True),
        sa.Column("days_saved", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_coaching_case_closed_with_outcome")
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'triaged', 'waitlisted', 'matched', 'active', 'on_hold', 'closed', 'reopened')",
            name=op.f("ck_coaching_case_state_known"),
        ),
        sa.CheckConstraint("grams >= 0", name=op.f("ck_coaching_case_grams_not_negative")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_coaching_case_person_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_coaching_case_region_code")),
        sa.ForeignKeyConstraint(["seller_id"], ["seller.id"], name=op.f("fk_coaching_case_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_case")),
        sa.UniqueConstraint("source_type", "source_id", name=op.f("uq_coaching_case_source_type_source_id")),
    )
    op.create_index(op.f("ix_coaching_case_person_id"), "coaching_case", ["person_id"], unique=False)
    op.create_index(op.f("ix_coaching_case_region_code"), "coaching_case", ["region_code"], unique=False)
    op.create_index(op.f("ix_coaching_case_seller_id"), "coaching_case", ["seller_id"], unique=False)
    op.create_index(
        "ix_coaching_case_waiting",
        "coaching_case",
        ["due_key"],
        unique=False,
        postgresql_where=sa.text("state IN ('triaged', 'waitlisted')"),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("coach_id", sa.Uuid(), nullable=False),
        sa.Column("why", postgresql.JSONB(), nullable=False),
        sa.Column("end_reason", AutoString(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["coaching_case.id"], name=op.f("fk_assignment_case_id")),
        sa.ForeignKeyConstraint(["coach_id"], ["coach.person_id"], name=op.f("fk_assignment_coach_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(
        "ix_assignment_active_coach",
        "assignment",
        ["coach_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_assignment_case_id"), "assignment", ["case_id"], unique=False)
    op.create_index(op.f("ix_assignment_coach_id"), "assignment", ["coach_id"], unique=False)
    op.create_index(
        "uq_assignment_active_case",
        "assignment",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "coaching_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("coach_id", sa.Uuid(), nullable=True),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_key", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", AutoString(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('reserved', 'in_progress')) = (lease_until IS NOT NULL AND holder_id IS NOT NULL)",
            name=op.f("ck_coaching_task_leased_by_someone"),
        ),
        sa.CheckConstraint(
            "state IN ('created', 'ready', 'reserved', 'in_progress', 'suspended', 'completed', 'failed', 'skipped')",
            name=op.f("ck_coaching_task_state_known"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["coaching_case.id"], name=op.f("fk_coaching_task_case_id")),
        sa.ForeignKeyConstraint(["coach_id"], ["coach.person_id"], name=op.f("fk_coaching_task_coach_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["coach.person_id"], name=op.f("fk_coaching_task_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_task")),
        sa.UniqueConstraint("case_id", "position", name=op.f("uq_coaching_task_case_id_position")),
    )
    op.create_index(op.f("ix_coaching_task_coach_id"), "coaching_task", ["coach_id"], unique=False)
    op.create_index(op.f("ix_coaching_task_holder_id"), "coaching_task", ["holder_id"], unique=False)
    op.create_index(
        "ix_coaching_task_lease",
        "coaching_task",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_index(
        "ix_coaching_task_queue",
        "coaching_task",
        ["coach_id", "due_key", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_table(
        "coaching_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("act", AutoString(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=True),
        sa.Column("note", AutoString(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_coaching_event_actor_id")),
        sa.ForeignKeyConstraint(["case_id"], ["coaching_case.id"], name=op.f("fk_coaching_event_case_id")),
        sa.ForeignKeyConstraint(["task_id"], ["coaching_task.id"], name=op.f("fk_coaching_event_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_event")),
    )
    op.create_index(op.f("ix_coaching_event_actor_id"), "coaching_event", ["actor_id"], unique=False)
    op.create_index(op.f("ix_coaching_event_case_id"), "coaching_event", ["case_id"], unique=False)
    op.create_index(op.f("ix_coaching_event_task_id"), "coaching_event", ["task_id"], unique=False)


def downgrade() -> None:
    for table in ("coaching_event", "coaching_task", "assignment", "coaching_case", "coach"):
        op.drop_table(table)
