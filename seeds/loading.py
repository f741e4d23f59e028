"""Loading of seed sets, each once until the fingerprint of its files changes."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.kernel.seeding import fingerprint_of, mark_loaded


class Readable(Protocol):
    """A file on disk or in a package."""

    def read_bytes(self) -> bytes:
        """The whole content."""
        ...


@dataclass(frozen=True, slots=True)
class SeedSet:
    """A named set of seeds; `load` puts it into the database and returns a few words on what it did.

    With `once`, a database that has any version of the set keeps that one, with what people have done to it.
    """

    name: str
    fingerprint: str
    load: Callable[[Session], str]
    once: bool = False


def fingerprint(*parts: Readable | str) -> str:
    """A short hash of files and texts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def load(db: Database, seeds: SeedSet) -> str:
    """Load `seeds` in one transaction unless the database has them; returns a line that tells what was done."""
    begun = time.perf_counter()
    with db.transaction() as session:
        there = fingerprint_of(session, seeds.name)
        if there == seeds.fingerprint or (there is not None and seeds.once):
            return f"{seeds.name}: there already"
        done = seeds.load(session)
        mark_loaded(session, seeds.name, seeds.fingerprint)
    return f"{seeds.name}: {done} ({time.perf_counter() - begun:.1f} s)"
