"""API keys have scopes; a key that had roles gets the scopes that they allowed.

A process of the version before makes keys without scopes, which can do nothing once it is replaced; a key that is made
by the new version has no roles, and can do nothing in the old one.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"

OWN = (
    "profile:read", "notifications:read", "notifications:write", "appeals:read", "appeals:write", "applications:read",
    "applications:write", "imports:read", "imports:write", "listings:read",
)  # fmt: skip
OF_ROLES = {
    "seller": (
        "lots:read", "lots:write", "listings:write", "orders:read", "orders:write", "claims:read", "payouts:read",
    ),
    "buyer": ("purchases:read", "purchases:write", "claims:read", "claims:write"),
    "coach": ("coaching:read", "coaching:write"),
    "operator": ("bulletins:read", "bulletins:write", "ledger:read", "audit:read"),
    "integrator": (),
}  # fmt: skip
EVERY = sorted({*OWN, *(scope for scopes in OF_ROLES.values() for scope in scopes)})


def upgrade() -> None:
    op.add_column(
        "api_key", sa.Column("scopes", postgresql.ARRAY(sa.String()), nullable=False, server_default=sa.text("'{}'"))
    )
    op.alter_column("api_key", "roles", nullable=True)
    add = sa.text("UPDATE api_key SET scopes = scopes || CAST(:scopes AS varchar[]) WHERE :role = ANY(roles)")
    for role, scopes in OF_ROLES.items():
        op.execute(add.bindparams(scopes=list(scopes), role=role))
    op.execute(
        sa.text("""
            UPDATE api_key SET scopes = ARRAY(
                SELECT DISTINCT scope FROM unnest(scopes || CAST(:own AS varchar[])) AS scope ORDER BY scope
            )
        """).bindparams(own=list(OWN))
    )
    known = ", ".join(f"'{scope}'" for scope in EVERY)
    op.create_check_constraint(op.f("ck_api_key_scopes_known"), "api_key", f"scopes <@ ARRAY[{known}]::varchar[]")


def downgrade() -> None:
    op.execute("DELETE FROM api_key WHERE roles IS NULL")
    op.drop_constraint(op.f("ck_api_key_scopes_known"), "api_key")
    op.drop_column("api_key", "scopes")
    op.alter_column("api_key", "roles", nullable=False)
