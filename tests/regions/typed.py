"""What people type when they mean a place, with the right answers: `data/typed.csv`."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from agrimarket.regions.service import places

TABLE = Path(__file__).parent / "data" / "typed.csv"


@dataclass(frozen=True, slots=True)
class Asked:
    """A text, the codes of which any is right as the first answer, and the codes found."""

    kind: str
    typed: str
    right: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def first(self) -> bool:
        """Whether the first answer is right."""
        return bool(self.found) and self.found[0] in self.right

    @property
    def among_five(self) -> bool:
        """Whether every right answer is among the first five."""
        return set(self.right) <= set(self.found)


def ask_all(session: Session) -> Iterator[Asked]:
    """Look up every text of the table."""
    with TABLE.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            found = tuple(each.region.code for each in places.find(session, row["typed"], 5))
            yield Asked(row["kind"], row["typed"], tuple(row["code"].split("/")), found)
