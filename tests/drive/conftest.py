"""The market of the orders' tests, and a county that runs it as its own drive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agrimarket.drive import Drive
from tests.orders.conftest import shared_app, shop, stripe_for_orders
from tests.support.drives import driving

__all__ = ["shared_app", "shop", "stripe_for_orders"]

DONGGANG = """
name = { zh-Hant = "東港助農", zh-Hans = "东港助农", en = "Donggang Direct" }
operator = { zh-Hant = "東港市農業局", zh-Hans = "东港市农业局", en = "Donggang's farm bureau" }
languages = ["zh-Hans", "en"]
[contact]
telephone = "0415 712 3456"
hours = { zh-Hant = "工作日", zh-Hans = "工作日 9:00–17:00", en = "weekdays, 9 to 5" }
[regions]
growers = ["21"]
buyers = ["42"]
[fees]
commission_percent = 5
[fees.delivery]
included_grams = 5000
across_provinces = { base = 30.5, step = 7 }
[limits]
first_exposure = 1000
highest_exposure = 1500
codes_a_phone = ["2/hour"]
[windows]
quote_minutes = 5
payment_minutes = 25
answer_hours = 6
claim_hours = 72
review_request_hours = 10
hold_minutes = 5
lease_minutes = 20
bank_verified_hours = 24
[calling]
from = 09:00:00
until = 11:30:00
"""


@pytest.fixture
def donggang(tmp_path: Path) -> Iterator[Drive]:
    """Another county's drive: one province, two languages, 5 %."""
    with driving(tmp_path, DONGGANG) as found:
        yield found
