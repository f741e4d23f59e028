"""Statements that put periods of restrictions and communities right (`regions.timeline`), set by set."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.regions.types.bulletins import EntryKey, Found
from agrimarket.regions.types.restrictions import RiskLevel


class Surroundings(NamedTuple):
    """What a series has around an hour: the notice that holds there, and the first one after it. `now` is the clock."""

    now: datetime
    holder_expires_at: datetime | None
    next_at: datetime | None
    next_id: UUID | None


class NewRestriction(NamedTuple):
    """A row to insert."""

    id: UUID
    key: EntryKey
    found: Found
    since: datetime
    until: datetime | None
    bulletin_id: UUID
    ended_by_id: UUID | None


def surroundings(session: Session, series: str, at: datetime, besides: UUID) -> Surroundings:
    """The notices of a series around that hour, without the notice `besides`."""
    row = session.connection().execute(_SURROUNDINGS, {"series": series, "at": at, "besides": besides}).one()
    return Surroundings(row.now, row.expires_at, row.next_at, row.next_id)


def touching(session: Session, series: str, begin: datetime, end: datetime | None) -> Sequence[Row[Any]]:
    """Restrictions of the series whose periods touch the stretch, its ends included."""
    return session.connection().execute(_TOUCHING, {"series": series, "begin": begin, "end": end}).all()


def communities_touching(
    session: Session, restrictions: Sequence[UUID], begin: datetime, end: datetime | None
) -> Sequence[Row[Any]]:
    """Communities of those restrictions whose periods touch the stretch."""
    at = {"ids": list(restrictions), "begin": begin, "end": end}
    return session.connection().execute(_COMMUNITIES_TOUCHING, at).all() if restrictions else []


def insert_restrictions(session: Session, series: str, rows: Sequence[NewRestriction]) -> None:
    """Insert restrictions."""
    if rows:
        keys, found = [row.key for row in rows], [row.found for row in rows]
        columns = {
            "ids": [row.id for row in rows],
            "bulletins": [row.bulletin_id for row in rows],
            "enders": [row.ended_by_id for row in rows],
            "stated": [key.stated for key in keys],
            "levels": [key.level.value for key in keys],
            "wholes": [key.whole_area for key in keys],
            "notes": [key.note for key in keys],
            "codes": [one.code for one in found],
            "zones": [one.zone_id for one in found],
            "places": [one.place for one in found],
            "resolved": [one.resolved for one in found],
            "sinces": [row.since for row in rows],
            "untils": [row.until for row in rows],
        }
        session.connection().execute(_INSERT_RESTRICTIONS, {"series": series, **columns})


def insert_communities(session: Session, rows: Sequence[tuple[UUID, str, str, datetime, datetime | None]]) -> None:
    """Insert communities: (restriction, name, normalised name, since, until). By COPY, as there are ten thousands."""
    if rows:
        raw = session.connection().connection.cursor()
        with raw.copy(_COPY_COMMUNITIES) as copy:
            for row in rows:
                copy.write_row(row)


def delete_restrictions(session: Session, ids: Sequence[UUID]) -> None:
    """Delete restrictions that have no period left, nor any community."""
    if ids:
        session.connection().execute(text("DELETE FROM restriction WHERE id = ANY(:ids)"), {"ids": list(ids)})


def delete_communities(session: Session, ids: Sequence[int]) -> None:
    """Delete communities that have no period left."""
    if ids:
        session.connection().execute(text("DELETE FROM closed_community WHERE id = ANY(:ids)"), {"ids": list(ids)})


def move_restrictions(
    session: Session,
    since: Mapping[UUID, tuple[datetime, UUID]],
    until: Mapping[UUID, tuple[datetime | None, UUID | None]],
) -> None:
    """Move beginnings and ends of restrictions; each with the notice that is then its cause."""
    for statement, moved in ((_MOVE_SINCE, since), (_MOVE_UNTIL, until)):
        if moved:
            columns = {"ids": list(moved), "at": [at for at, _ in moved.values()], "by": [b for _, b in moved.values()]}
            session.connection().execute(statement, columns)


def move_communities(session: Session, since: Mapping[int, datetime], until: Mapping[int, datetime | None]) -> None:
    """Move beginnings and ends of communities."""
    for column, moved in (("since", since), ("until", until)):
        if moved:
            statement = _MOVE_COMMUNITIES[column]
            session.connection().execute(statement, {"ids": list(moved), "at": list(moved.values())})


def go_on(session: Session, rows: Sequence[tuple[int, datetime, datetime | None]]) -> None:
    """Copy communities to a later period: (id, since, until)."""
    if rows:
        names = ("ids", "sinces", "untils")
        columns: dict[str, Any] = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        session.connection().execute(_GO_ON, columns)


def hand_over(session: Session, moves: Iterable[tuple[UUID, UUID, datetime | None]]) -> None:
    """Give communities of one restriction to another: (from, to, those that begin then or later; None: all)."""
    rows = list(moves)
    if rows:
        columns = {"old": [r[0] for r in rows], "new": [r[1] for r in rows], "since": [r[2] for r in rows]}
        session.connection().execute(_HAND_OVER, columns)


def attribute(session: Session, series: str, at: datetime, bulletin_id: UUID) -> None:
    """Let periods of the series that begin or end at that hour name that notice as their cause."""
    for statement in (_ATTRIBUTE_SINCE, _ATTRIBUTE_UNTIL):
        session.connection().execute(statement, {"series": series, "at": at, "bulletin": bulletin_id})


def resolve_again(session: Session, series: str, found: Mapping[str, Found]) -> None:
    """Let all restrictions of these stated names, past ones too, have that place."""
    if found:
        columns = {
            "stated": list(found),
            "codes": [one.code for one in found.values()],
            "zones": [one.zone_id for one in found.values()],
            "places": [one.place for one in found.values()],
            "resolved": [one.resolved for one in found.values()],
        }
        session.connection().execute(_RESOLVE_AGAIN, {"series": series, **columns})


def key_of(row: Row[Any]) -> EntryKey:
    """Key of a restriction's row."""
    return EntryKey(row.stated, RiskLevel(row.level), row.whole_area, row.note)


def found_of(row: Row[Any]) -> Found:
    """Place of a restriction's row."""
    return Found(row.region_code, row.zone_id, row.place, row.resolved)


_SURROUNDINGS = text("""
    SELECT agrimarket_now() AS now, holder.expires_at, later.published_at AS next_at, later.id AS next_id
    FROM (SELECT 1) AS one
    LEFT JOIN LATERAL (
        SELECT expires_at FROM bulletin WHERE series = :series AND published_at <= :at AND id <> :besides
        ORDER BY published_at DESC, id DESC LIMIT 1
    ) AS holder ON true
    LEFT JOIN LATERAL (
        SELECT id, published_at FROM bulletin WHERE series = :series AND published_at > :at
        ORDER BY published_at, id DESC LIMIT 1
    ) AS later ON true
""")
_TOUCHING = text("""
    SELECT id, stated, level, whole_area, note, region_code, zone_id, place, resolved, since, until, ended_by_id
    FROM restriction
    WHERE series = :series AND since <= coalesce(CAST(:end AS timestamptz), 'infinity')
      AND (until IS NULL OR until >= :begin AND until > since)
""")
_COMMUNITIES_TOUCHING = text("""
    SELECT id, restriction_id, normalised, since, until
    FROM closed_community
    WHERE restriction_id = ANY(CAST(:ids AS uuid[])) AND since <= coalesce(CAST(:end AS timestamptz), 'infinity')
      AND (until IS NULL OR until >= :begin AND until > since)
""")
_INSERT_RESTRICTIONS = text("""
    INSERT INTO restriction (id, bulletin_id, ended_by_id, series, region_code, zone_id, stated, place, note, level,
                             whole_area, resolved, since, until)
    SELECT n.id, n.bulletin, n.ender, :series, n.code, n.zone, n.stated, n.place, n.note, n.level, n.whole, n.resolved,
           n.since, n.until
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:bulletins AS uuid[]), CAST(:enders AS uuid[]), CAST(:codes AS text[]),
        CAST(:zones AS uuid[]), CAST(:stated AS text[]), CAST(:places AS text[]), CAST(:notes AS text[]),
        CAST(:levels AS text[]), CAST(:wholes AS boolean[]), CAST(:resolved AS boolean[]),
        CAST(:sinces AS timestamptz[]), CAST(:untils AS timestamptz[])
    ) AS n (id, bulletin, ender, code, zone, stated, place, note, level, whole, resolved, since, until)
""")
_COPY_COMMUNITIES = "COPY closed_community (restriction_id, name, normalised, since, until) FROM STDIN"
_GO_ON = text("""
    INSERT INTO closed_community (restriction_id, name, normalised, since, until)
    SELECT c.restriction_id, c.name, c.normalised, n.since, n.until
    FROM closed_community c
    JOIN unnest(CAST(:ids AS bigint[]), CAST(:sinces AS timestamptz[]), CAST(:untils AS timestamptz[]))
        AS n (id, since, until) ON n.id = c.id
""")
_MOVE_SINCE = text("""
    UPDATE restriction r SET since = n.at, bulletin_id = n.by
    FROM unnest(CAST(:ids AS uuid[]), CAST(:at AS timestamptz[]), CAST(:by AS uuid[])) AS n (id, at, by)
    WHERE r.id = n.id
""")
_MOVE_UNTIL = text("""
    UPDATE restriction r SET until = n.at, ended_by_id = n.by
    FROM unnest(CAST(:ids AS uuid[]), CAST(:at AS timestamptz[]), CAST(:by AS uuid[])) AS n (id, at, by)
    WHERE r.id = n.id
""")
_MOVE_COMMUNITIES = {
    column: text(f"""
        UPDATE closed_community c SET {column} = n.at
        FROM unnest(CAST(:ids AS bigint[]), CAST(:at AS timestamptz[])) AS n (id, at) WHERE c.id = n.id
    """)  # noqa: S608
    for column in ("since", "until")
}
_HAND_OVER = text("""
    UPDATE closed_community c SET restriction_id = n.new
    FROM unnest(CAST(:old AS uuid[]), CAST(:new AS uuid[]), CAST(:since AS timestamptz[])) AS n (old, new, since)
    WHERE c.restriction_id = n.old AND (n.since IS NULL OR c.since >= n.since)
""")
_ATTRIBUTE_SINCE = text("""
    UPDATE restriction SET bulletin_id = :bulletin WHERE series = :series AND since = :at AND bulletin_id <> :bulletin
""")
_ATTRIBUTE_UNTIL = text("""
    UPDATE restriction SET ended_by_id = :bulletin
    WHERE series = :series AND until = :at AND ended_by_id <> :bulletin
""")
_RESOLVE_AGAIN = text("""
    UPDATE restriction r
    SET region_code = n.code, zone_id = n.zone, place = n.place, resolved = n.resolved
    FROM unnest(CAST(:stated AS text[]), CAST(:codes AS text[]), CAST(:zones AS uuid[]), CAST(:places AS text[]),
                CAST(:resolved AS boolean[])) AS n (stated, code, zone, place, resolved)
    WHERE r.series = :series AND r.stated = n.stated
""")
