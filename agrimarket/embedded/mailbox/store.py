"""Store of the mailbox's messages, in SQLite: they outlive a restart, and only the newest are kept."""

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
    """A message to send."""

    channel: Channel
    to: str
    body: str
    lang: str = "en"
    subject: str = ""


@dataclass(frozen=True)
class SentLetter(Letter):
    """A message that was sent. `id` grows with each message and is never reused."""

    id: int = 0
    sent_at: str = ""
    """Time of sending, RFC 3339 in UTC."""


class Store:
    """Messages in the file `path`; safe to use from any thread and process."""

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
        """Store one more message, and delete all but the newest thousand."""
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
        """Messages sent to `to` (to anybody if None) with an id above `after`, newest first."""
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
