"""OxCGRT's stringency index: how strict the rules of a province were, day by day, from 0 to 100.

The index informs and closes nothing: it sums up rules on schools, work, gatherings and travel over a province, and
says of no community whether a van gets in. Each day on which an index changes is a notice of the series `oxcgrt`
that lists every province with its index, as low risk; a province without a figure, or at 0, is not listed.
Source: Oxford COVID-19 Government Response Tracker, time series by region, CC BY 4.0.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from agrimarket.kernel.errors import InvalidFields
from agrimarket.regions.notices import CHINA, Notice, Place
from agrimarket.regions.types.restrictions import RiskLevel

SERIES = "oxcgrt"
SOURCE = "Oxford COVID-19 Government Response Tracker, stringency index of China's provinces"
LICENCE = "CC BY 4.0"
_FIRST_COLUMN = b"CountryCode,"
_DAY = "%d%b%Y"


@cache
def _provinces() -> dict[str, tuple[str, str]]:
    """OxCGRT's codes of provinces → (code, name)."""
    with files("agrimarket.regions").joinpath("data", "oxcgrt.csv").open(encoding="utf-8") as stream:
        return {row["region"]: (row["code"], row["name"]) for row in csv.DictReader(stream)}


class OxcgrtIndex:
    """Adapter for `OxCGRT_timeseries_StringencyIndex_v1` in CSV."""

    def reads(self, raw: bytes) -> bool:
        """The file begins with the name of its first column."""
        return raw.lstrip(b"\xef\xbb\xbf").startswith(_FIRST_COLUMN)

    def notices(self, raw: bytes) -> Iterable[Notice]:
        """A notice for every day on which the index of some province changed."""
        rows = csv.DictReader(io.StringIO(raw.decode("utf-8-sig", "replace")))
        days = [(name, day) for name in rows.fieldnames or () if (day := _day(name))]
        if not days:
            raise InvalidFields([("/", "missing", {})])
        provinces = {row["RegionCode"]: row for row in rows if row.get("Jurisdiction") == "STATE_TOTAL"}
        return list(_changing(provinces, days))


def _changing(provinces: Mapping[str, Mapping[str, str]], days: list[tuple[str, datetime]]) -> Iterator[Notice]:
    before: dict[str, str] = {}
    last = days[-1][1]
    for name, day in days:
        now = {
            code: row[name]
            for code, row in provinces.items()
            if code in _provinces() and (row.get(name) or "").strip() not in ("", "0")
        }
        if now != before:
            yield _notice(day, now)
        before = now
    if before:
        yield _notice(last + timedelta(days=1), {})


def _notice(day: datetime, index: Mapping[str, str]) -> Notice:
    places = [
        Place(name, code=code, note=f"stringency index {value}")
        for short, value in sorted(index.items())
        for code, name in [_provinces()[short]]
    ]
    said = repr((SERIES, day.isoformat(), sorted(index.items())))
    return Notice(
        published_at=day,
        sha256=hashlib.sha256(said.encode()).digest(),
        lists={RiskLevel.HIGH: [], RiskLevel.MIDDLE: [], RiskLevel.LOW: places},
        counts={RiskLevel.HIGH: (None, 0), RiskLevel.MIDDLE: (None, 0), RiskLevel.LOW: (None, len(places))},
        series=SERIES,
        source=SOURCE,
        licence=LICENCE,
    )


def _day(column: str) -> datetime | None:
    try:
        return datetime.strptime(column, _DAY).replace(tzinfo=CHINA)
    except ValueError:
        return None
