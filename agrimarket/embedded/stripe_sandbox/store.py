"""The sandbox's state: one SQLite file, every change in one transaction."""

import json
import secrets
import sqlite3
import string
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from agrimarket.embedded.stripe_sandbox.errors import Json, missing

PLATFORM = "acct_1AgrimarketPlatform"
"""The account that the secret key belongs to."""

INDEXED = ("transfer_group", "payment_intent", "charge", "source", "customer", "destination", "source_transaction")

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, account TEXT NOT NULL,
    created INTEGER NOT NULL, body TEXT NOT NULL, hidden TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, account, seq);
{
    "".join(
        f"CREATE INDEX IF NOT EXISTS objects_{name} ON objects (kind, json_extract(body, '$.{name}'), seq)"
        f" WHERE json_extract(body, '$.{name}') IS NOT NULL;"
        for name in INDEXED
    )
}
CREATE TABLE IF NOT EXISTS balances (
    account TEXT NOT NULL, currency TEXT NOT NULL, available INTEGER NOT NULL, pending INTEGER NOT NULL,
    PRIMARY KEY (account, currency));
CREATE TABLE IF NOT EXISTS timers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, due INTEGER NOT NULL, kind TEXT NOT NULL, object_id TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS timers_due ON timers (due, seq);
CREATE TABLE IF NOT EXISTS idempotency (
    account TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, created INTEGER NOT NULL,
    request_id TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (account, key));
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
    next_at REAL NOT NULL, last_status INTEGER);
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event_id);
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (next_at) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS faults (seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS calls (
    method TEXT NOT NULL, path TEXT NOT NULL, calls INTEGER NOT NULL, effects INTEGER NOT NULL,
    replays INTEGER NOT NULL, faults INTEGER NOT NULL, PRIMARY KEY (method, path));
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

TABLES = ("objects", "balances", "timers", "idempotency", "deliveries", "faults", "calls", "settings")

DEFAULTS: Json = {
    "clock_offset": 0,
    "webhooks_paused": False,
    "fee_bps": 0,
    "fee_fixed": 0,
    "dispute_fee": 0,
    "funds_delay_seconds": 0,
    "capture_delay_seconds": 0,
    "payout_days": 2,
    "minimums": {},
    "unsupported_countries": [],
}
"""Settings that the control endpoints may change. Amounts in minor units; `minimums` overrides by currency."""

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str) -> str:
    """A fresh id in Stripe's form."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(24))


@dataclass
class Record:
    """An object: callers see `body`; only the sandbox knows `hidden`."""

    seq: int
    id: str
    kind: str
    account: str
    body: Json
    hidden: Json = field(default_factory=dict[str, Any])


@dataclass
class Page:
    """Records of one list call, newest first, and whether there are more."""

    records: list[Record]
    has_more: bool


@dataclass
class Transaction:
    """An atomic change. `now` is the sandbox's clock in whole seconds."""

    db: sqlite3.Connection
    now: int
    settings: Json
    request_id: str | None = None
    idempotency_key: str | None = None
    webhooks: bool = False
    """Whether a webhook endpoint is configured: without one, events are kept but not queued."""

    def insert(self, kind: str, account: str, body: Json, hidden: Json | None = None) -> Record:
        """Store a new object; `body["id"]` names it."""
        cursor = self.db.execute(
            "INSERT INTO objects (id, kind, account, created, body, hidden) VALUES (?, ?, ?, ?, ?, ?)",
            (body["id"], kind, account, self.now, json.dumps(body), json.dumps(hidden or {})),
        )
        return Record(cursor.lastrowid or 0, body["id"], kind, account, body, hidden or {})

    def save(self, record: Record) -> None:
        """Store a changed object."""
        self.db.execute(
            "UPDATE objects SET body = ?, hidden = ? WHERE seq = ?",
            (json.dumps(record.body), json.dumps(record.hidden), record.seq),
        )

    def delete(self, record: Record) -> None:
        """Delete an object."""
        self.db.execute("DELETE FROM objects WHERE seq = ?", (record.seq,))

    def find(self, object_id: str, kind: str | None = None, account: str | None = None) -> Record | None:
        """The object, or None if it is absent, of another kind, or of another account."""
        row = self.db.execute("SELECT seq, id, kind, account, body, hidden FROM objects WHERE id = ?", (object_id,))
        found = row.fetchone()
        if found is None or (kind and found[2] != kind) or (account and found[3] != account):
            return None
        return _record(found)

    def get(
        self, object_id: str, kind: str, account: str | None = None, param: str = "id", status: int = 404
    ) -> Record:
        """The object, or Stripe's `resource_missing`."""
        record = self.find(object_id, kind, account)
        if record is None:
            raise missing(kind.removesuffix("_object"), object_id, param, status)
        return record

    def select(self, kind: str, account: str | None = None, **equal: Any) -> list[Record]:
        """All objects whose top-level fields have these values, oldest first."""
        where, values = _conditions(kind, account, equal)
        rows = self.db.execute(
            f"SELECT seq, id, kind, account, body, hidden FROM objects WHERE {where} ORDER BY seq",  # noqa: S608 - our names
            values,
        )
        return [_record(row) for row in rows]

    def page(
        self,
        kind: str,
        account: str | None,
        equal: Json,
        *,
        bounds: list[tuple[str, str, int]],
        limit: int,
        after: int | None = None,
        before: int | None = None,
        among: tuple[str, list[str]] | None = None,
    ) -> Page:
        """A cursor page. `bounds` are (field, SQL comparison, value); `after` and `before` are sequence numbers."""
        where, values = _conditions(kind, account, equal)
        for name, comparison, value in bounds:
            where += f" AND json_extract(body, '$.{name}') {comparison} ?"
            values.append(value)
        if among is not None:
            where += f" AND json_extract(body, '$.{among[0]}') IN ({', '.join('?' * len(among[1]))})"
            values += among[1]
        if after is not None:
            where += " AND seq < ?"
            values.append(after)
        if before is not None:
            where += " AND seq > ?"
            values.append(before)
        direction = "ASC" if before is not None else "DESC"
        rows = self.db.execute(
            f"SELECT seq, id, kind, account, body, hidden FROM objects WHERE {where}"  # noqa: S608 - our names
            f" ORDER BY seq {direction} LIMIT ?",
            [*values, limit + 1],
        ).fetchall()
        records = [_record(row) for row in rows[:limit]]
        return Page(records[::-1] if before is not None else records, len(rows) > limit)

    def at(self, due: int, kind: str, object_id: str) -> None:
        """Set a timer: `kind` happens to the object when the sandbox's clock reaches `due`."""
        self.db.execute("INSERT INTO timers (due, kind, object_id) VALUES (?, ?, ?)", (due, kind, object_id))

    def change_settings(self, values: Json) -> None:
        """Store settings for this and later transactions."""
        for name, value in values.items():
            self.settings[name] = value
            self.db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))


class Store:
    """Store on one SQLite connection, used from one thread: the event loop's."""

    def __init__(self, path: str, *, webhooks: bool) -> None:
        self._webhooks = webhooks
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing at NORMAL; only a power cut could drop the last commits, never tear one.
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Generator[Transaction]:
        """Transaction that is written whole or not at all."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            stored = {name: json.loads(value) for name, value in self._db.execute("SELECT name, value FROM settings")}
            settings = DEFAULTS | stored
            now = int(time.time()) + settings["clock_offset"]
            yield Transaction(self._db, now, settings, webhooks=self._webhooks)
        except BaseException:  # a cancelled request leaves nothing half-written either
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def reset(self) -> None:
        """Delete everything."""
        with self.transaction() as tx:
            for table in TABLES:
                tx.db.execute(f"DELETE FROM {table}")  # noqa: S608 - our names

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def _conditions(kind: str, account: str | None, equal: Json) -> tuple[str, list[Any]]:
    where, values = "kind = ?", [kind]
    if account is not None:
        where += " AND account = ?"
        values.append(account)
    for name, value in equal.items():
        where += f" AND json_extract(body, '$.{name}') = ?"
        values.append(value)
    return where, values


def _record(row: tuple[int, str, str, str, str, str]) -> Record:
    return Record(row[0], row[1], row[2], row[3], json.loads(row[4]), json.loads(row[5]))
