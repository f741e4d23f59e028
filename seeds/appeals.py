"""Fourteen real cases of unsold produce from early 2020, filed as appeals. The facts are the press's; names are not."""

import csv
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from sqlmodel import Session

from agrimarket.accounts import service as accounts
from agrimarket.onboarding.schemas import AppealIn
from agrimarket.onboarding.service import appeals
from agrimarket.regions import service as regions

TABLE: Traversable = files("seeds").joinpath("data", "appeals", "appeals_2020.csv")
KEEPS_DAYS: Mapping[str, int] = {
    "草莓": 3, "菠萝": 10, "红薯": 60, "土豆": 90, "水果黄瓜": 7, "香椿": 5, "砂糖橘": 20, "豌豆": 5, "圣女果": 7,
    "茶油": 365, "芥菜": 5, "青菜": 3,
}  # fmt: skip
"""How long each of them can still be sold, in days."""


def load_appeals(session: Session) -> str:
    """File each case for a demo phone of its own (+86 139 0000 03nn)."""
    with TABLE.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for number, row in enumerate(rows, start=1):
        name = f"{row['region'][-3:]}{row['produce']}种植户"
        person_id = accounts.person_with_phone(session, f"+86139000003{number:02}", "zh-Hans", name)
        kilograms = row["quantity_kg"] or row["daily_kg"]
        facts = {
            "name": name,
            "region_code": row["region_code"],
            "product": row["produce"],
            "quantity": f"{kilograms} kg" if kilograms else None,
            "spoils_in_days": KEEPS_DAYS[row["produce"]],
            "note": f"{row['date']}: {row['note']} ({row['source']})",
        }
        region = regions.region(session, row["region_code"])
        appeals.file(session, person_id, region, AppealIn.model_validate(facts))
    return f"{len(rows)} real cases of 2020"
