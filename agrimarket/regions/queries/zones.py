"""SELECTs and writes of zones."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.kernel.ids import new_id
from agrimarket.regions.zones import ZoneName


def ensure(session: Session, found: Mapping[ZoneName, list[str]]) -> dict[tuple[str, str], UUID]:
    """Ids of zones by (city code, key), each with the codes of its counties; those that are not there are made.

    What is shipped of a zone is brought up to date. One statement.
    """
    if not found:
        return {}
    columns = {
        "ids": [new_id() for _ in found],
        "cities": [zone.city_code for zone in found],
        "names": [zone.name for zone in found],
        "keys": [zone.key for zone in found],
        "counties": [" ".join(counties) for counties in found.values()],
        "sources": [zone.source for zone in found],
    }
    rows = session.connection().execute(_ENSURE, columns)
    return {(row.city_code, row.key): row.id for row in rows}


_ENSURE = text("""
    INSERT INTO zone AS old (id, city_code, name, key, counties, source)
    SELECT n.id, n.city, n.name, n.key, CAST(string_to_array(n.counties, ' ') AS char(6)[]), n.source
    FROM unnest(CAST(:ids AS uuid[]), CAST(:cities AS text[]), CAST(:names AS text[]), CAST(:keys AS text[]),
                CAST(:counties AS text[]), CAST(:sources AS text[])) AS n (id, city, name, key, counties, source)
    ON CONFLICT (city_code, key) DO UPDATE
        SET name = excluded.name, counties = excluded.counties, source = excluded.source
    RETURNING id, city_code, key
""")
