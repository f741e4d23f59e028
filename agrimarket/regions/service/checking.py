"""Checking: what would become of a notice, without storing it and without a database."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from agrimarket.regions.gazetteer import Gazetteer
from agrimarket.regions.notices import Notice
from agrimarket.regions.service.staging import parts
from agrimarket.regions.types.bulletins import SetAsideRow

LEVELS = ("county", "zone", "city", "province", "unresolved")
"""How finely an entry is known, finest first. A town or a whole city without counties counts as `county`."""


@dataclass(slots=True)
class Report:
    """Of a notice: how many entries, how many of them at each level, what is set aside, and what does not resolve."""

    number: str
    series: str
    entries: int = 0
    communities: int = 0
    levels: Counter[str] = field(default_factory=Counter[str])
    set_aside: list[SetAsideRow] = field(default_factory=list[SetAsideRow])
    unresolved: Counter[str] = field(default_factory=Counter[str])
    """Names as stated, with how many entries have them."""
    coarse: Counter[str] = field(default_factory=Counter[str])
    """Names that mean a whole city or province."""

    @property
    def share(self) -> float:
        """Share of entries at county level or finer, a zone included; 1 where there are none."""
        return (self.levels["county"] + self.levels["zone"]) / self.entries if self.entries else 1.0


def check(reader: Gazetteer, notice: Notice) -> Report:
    """The report on a notice. An entry with communities in several places counts by the coarsest of them."""
    report = Report(notice.number, notice.series, set_aside=list(notice.set_aside))
    for listed in notice.lists.values():
        for place in listed:
            levels = {reader.level(part.resolution) for part in parts(reader, place)}
            level = max(levels, key=LEVELS.index)
            stated = " ".join(filter(None, (place.province, place.city, place.county)))
            report.entries += 1
            report.communities += max(1, len(place.communities))
            report.levels[level] += 1
            if level == "unresolved":
                report.unresolved[stated] += 1
            elif level in ("city", "province"):
                report.coarse[stated] += 1
    return report


def together(reports: Iterable[Report]) -> Report:
    """The sum of several reports."""
    total = Report("", "")
    for report in reports:
        total.entries += report.entries
        total.communities += report.communities
        total.levels += report.levels
        total.unresolved += report.unresolved
        total.coarse += report.coarse
        total.set_aside += report.set_aside
    return total
