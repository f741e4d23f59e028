"""Keys from before there were scopes get those that their roles allowed."""

from alembic import command
from sqlalchemy import create_engine, text

from agrimarket.kernel.ids import new_id
from agrimarket.kernel.migrate import alembic_config
from agrimarket.kernel.principal import SPEAKS_AS, Role, Scope, scopes_for

BEFORE = "0016"


def test_a_key_of_before_keeps_what_its_roles_allowed(fresh_url: str) -> None:
    config = alembic_config(fresh_url)
    command.downgrade(config, BEFORE)
    engine = create_engine(fresh_url)
    with engine.begin() as connection:
        person = new_id()
        connection.execute(
            text("INSERT INTO person (id, phone, language) VALUES (:id, '+8613800000009', 'en')"), {"id": person}
        )
        for role in Role:
            connection.execute(
                text("""
                    INSERT INTO api_key (id, person_id, name, key_hash, hint, roles)
                    VALUES (:id, :person, :role, :hash, 'agm_', ARRAY[:role]::varchar[])
                """),
                {"id": new_id(), "person": person, "role": role.value, "hash": role.value.encode()},
            )
    command.upgrade(config, "head")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, scopes FROM api_key")).all()
    engine.dispose()
    found = {Role(row.name): {Scope(scope) for scope in row.scopes} for row in rows}
    assert found == {role: set(scopes_for([role])) for role in Role}
    assert all(SPEAKS_AS[scope] for scopes in found.values() for scope in scopes)
