"""Fourteen reports of unsold produce from early 2020, filed as appeals. The facts are real; the names are invented."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from sqlmodel import Session

from agrimarket.accounts.service import people
from agrimarket.drive import drive
from agrimarket.onboarding.schemas.appeals import AppealIn
from agrimarket.onboarding.service import appeals
from agrimarket.regions.service import places

TABLE: Traversable = files("seeds").joinpath("data", "appeals", "appeals_2020.csv")
KEEPS_DAYS: Mapping[str, int] = {
    "草莓": 3, "菠萝": 10, "红薯": 60, "土豆": 90, "水果黄瓜": 7, "香椿": 5, "砂糖橘": 20, "豌豆": 5, "圣女果": 7,
    "茶油": 365, "芥菜": 5, "青菜": 3,
}  # fmt: skip
"""Produce → days for which it can still be sold."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report of stranded produce. `kilograms` is None if it names no weight; a daily figure counts for one day."""

    region_code: str
    region: str
    produce: str
    kilograms: int | None
    told: str
    """The date, words and source of the report."""

    @property
    def name(self) -> str:
        """Invented name of a person who could have filed it."""
        return f"{self.region[-3:]}{self.produce}种植户"

    def appeal(self) -> dict[str, object]:
        """The appeal, as a form posts it."""
        return {
            "name": self.name,
            "region_code": self.region_code,
            "product": self.produce,
            "quantity": f"{self.kilograms} kg" if self.kilograms else None,
            "spoils_in_days": KEEPS_DAYS[self.produce],
            "note": self.told,
        }


def reports() -> list[Report]:
    """The reports in the order of their table."""
    with TABLE.open(encoding="utf-8") as stream:
        return [
            Report(
                row["region_code"],
                row["region"],
                row["produce"],
                int(row["quantity_kg"] or row["daily_kg"] or 0) or None,
                f"{row['date']}: {row['note']} ({row['source']})",
            )
            for row in csv.DictReader(stream)
        ]


def load_appeals(session: Session) -> str:
    """File each report of a place that the drive serves, from a demo phone of its own (+86 139 0000 03nn)."""
    found = [report for report in reports() if drive().regions.grown_in(report.region_code)]
    for number, report in enumerate(found, start=1):
        person_id = people.with_phone(session, f"+86139000003{number:02}", "zh-Hans", report.name)
        region = places.get(session, report.region_code)
        appeals.file(session, person_id, region, AppealIn.model_validate(report.appeal()))
    return f"{len(found)} real reports of 2020"
