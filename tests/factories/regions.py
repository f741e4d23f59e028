"""The code tree and small notices, through the services."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlmodel import Session

from agrimarket.regions.service import bulletins, passes, places
from agrimarket.regions.types.bulletins import BulletinSummary
from agrimarket.regions.types.passes import NewPassRequirement, PassRequirementInfo
from agrimarket.regions.types.places import PlaceName, RegionInfo
from seeds.naming import names_of
from seeds.regions import read_tree


@cache
def tree() -> list[RegionInfo]:
    """Every region of the shipped code table."""
    return read_tree()


@cache
def names() -> list[PlaceName]:
    """Every name by which they are found."""
    return names_of(tree())


def load_tree(session: Session) -> None:
    """Load all 3,351 regions, with their names; the tests' template has them already."""
    if not places.children(session, None):
        places.load(session, tree(), names())


def notice(
    hour: str = "2022-12-02 08时",
    *,
    high: Mapping[str, Sequence[str]] | None = None,
    middle: Mapping[str, Sequence[str]] | None = None,
    low: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """A notice in the published format; areas are `"湖北省 武汉市 江岸区"` → communities."""
    lists = {"highlist": _entries(high), "middlelist": _entries(middle), "lowlist": _entries(low)}
    counts = {name[0] + "count": sum(len(e["communitys"]) or 1 for e in entries) for name, entries in lists.items()}
    return {"data": {"end_update_time": hour, **counts, **lists}, "code": 0, "msg": "查询成功"}


def _entries(areas: Mapping[str, Sequence[str]] | None) -> list[dict[str, Any]]:
    return [
        {"type": "2", "province": p, "city": c, "county": k, "area_name": area, "communitys": list(communities)}
        for area, communities in (areas or {}).items()
        for p, c, k in [area.split(" ")]
    ]


def close(
    session: Session, *communities: str, area: str = "湖北省 武汉市 江岸区", hour: str = "2022-12-01 08时"
) -> BulletinSummary:
    """Import a notice that closes these communities of `area` (none: all of it). Loads the tree if necessary."""
    load_tree(session)
    return bulletins.import_notice(session, notice(hour, high={area: communities}), source="test")


def a_requirement(session: Session, region: str = "620000", since: date = date(2020, 2, 1)) -> PassRequirementInfo:
    """A region that asks vehicles for a transport pass. Loads the tree if necessary."""
    load_tree(session)
    new = NewPassRequirement(region, since, "甘交发〔2020〕1号", "省交通运输厅", "货运通行证小程序")
    return passes.add(session, None, new)


def moment(hour: str) -> datetime:
    """Moment of an hour such as `2022-12-02T00`, in UTC."""
    return datetime.fromisoformat(hour).replace(tzinfo=UTC)
