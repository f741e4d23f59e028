"""Zones and the corps, closed as the notices closed them: no county that may hold them is told to be open."""

import pytest
from sqlmodel import Session

from agrimarket.regions.service import restrictions, serviceability
from agrimarket.regions.types.restrictions import Verdict
from tests.factories import regions as factory


@pytest.mark.parametrize(
    ("area", "code"),
    [
        ("陕西省 西安市 高新区", "610113"),
        ("陕西省 西安市 西安高新区", "610113"),
        ("陕西省 西安市 西安高新技术产业开发区", "610113"),
        ("新疆生产建设兵团 新疆生产建设兵团 新疆生产建设兵团", "650000"),
        ("新疆维吾尔自治区 新疆生产建设兵团 第八师", "650000"),
    ],
)
def test_where_a_zone_may_lie_is_not_open(region_session: Session, area: str, code: str) -> None:
    factory.close(region_session, area=area)
    assert restrictions.status(region_session, code).verdict is Verdict.PARTIAL
    assert serviceability.between(region_session, "210681", code).verdict is Verdict.PARTIAL
