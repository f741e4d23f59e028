"""The mailbox's messages, in SQLite: they outlive a restart, and only the newest are kept."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

KEPT = 1_000
Channel = Literal["sms", "email"]


@dataclass(frozen=True)
class Letter:
    """What is handed in to be sent."""

    channel: Channel
    to: str
    body: str
    lang: str = "en"
    subject: str = ""


@dataclass(frozen=True)
class SentLetter(Letter):
    """What was sent. `id` grows with each message and is never used again."""

    id: int = 0
    sent_at: str = ""
    """RFC 3339 in UTC."""


class Store:
    """The messages in the file `path`; safe from any thread and process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS letter (id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL,"
                " recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, lang TEXT NOT NULL,"
                " sent_at TEXT NOT NULL)"
            )

    def add(self, letter: Letter) -> SentLetter:
        """Keep one more, and forget what is older than the newest thousand."""
        sent_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        values = (letter.channel, letter.to, letter.subject, letter.body, letter.lang, sent_at)
        with self._open() as connection:
            number = connection.execute(
                "INSERT INTO letter (channel, recipient, subject, body, lang, sent_at) VALUES (?, ?, ?, ?, ?, ?)",
                values,
            ).lastrowid
            connection.execute("DELETE FROM letter WHERE id <= ?", ((number or 0) - KEPT,))
        return SentLetter(**vars(letter), id=number or 0, sent_at=sent_at)

    def newest(self, to: str | None = None, after: int = 0, limit: int = 100) -> list[SentLetter]:
        """Newest first: those sent to `to` (everybody if None) with an id above `after`."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT channel, recipient, body, lang, subject, id, sent_at FROM letter"
                " WHERE id > ? AND (? IS NULL OR recipient = ?) ORDER BY id DESC LIMIT ?",
                (after, to, to, limit),
            ).fetchall()
        return [SentLetter(*row) for row in rows]

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=10)) as connection, connection:
            yield connection
