"""A seller with an old phone: takes an order on, weighs two boxes, prints, sends, and shows that it has arrived."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from agrimarket.kernel.ids import encode
from agrimarket.orders.service import checkouts, order_groups, seller_orders
from agrimarket.orders.types import GroupView
from tests.e2e.conftest import Site, View, Visit
from tests.factories.accounts import Somebody
from tests.factories.files import jpeg
from tests.factories.orders import Market, a_market, a_purchase, authorise, capture

pytestmark = pytest.mark.slow


@pytest.fixture
def paid(site: Site) -> tuple[Market, GroupView]:
    """A paid order of two packs that are sold by weight."""
    with site.db.transaction() as session:
        market = a_market(session)
        group = a_purchase(session, market, (0, 2))
        authorise(session, group)
        checkouts.mark_paid(session, group.group.id)
    return market, group


def _signed_in(visit: Visit, site: Site, who: Somebody) -> View:
    view = visit(width=360, scripts=False, language="zh-CN")
    view.page.context.add_cookies([{"name": "session", "value": who.token, "url": site.url}])
    return view


def test_from_taken_to_delivered_without_a_script(
    site: Site, visit: Visit, paid: tuple[Market, GroupView], tmp_path: Path
) -> None:
    market, group = paid
    view = _signed_in(visit, site, market.sellers[1])
    page = view.page
    view.go("/sell/orders?stage=answer")
    page.get_by_role("button", name="接单").click()
    view.go("/sell/pack")
    assert view.sideways() == 0
    page.get_by_role("link", name="开始称重").click()
    for weight in ("4.8", "4.9"):
        page.get_by_label("秤上是多少").fill(weight)
        page.get_by_role("button", name="记下，下一箱").click()
    assert view.sideways() == 0
    page.get_by_role("button", name="装好了，看下一单").click()
    with site.db.transaction() as session:
        order = seller_orders.view(session, market.sellers[1].principal, group.orders[0].order.id).order
        capture(session, group, order.final or 0)
        order_groups.mark_settled(session, group.group.id)
    here = f"/sell/orders/{encode('sor', group.orders[0].order.id)}"
    view.go(here)
    paper = page.get_by_role("link", name="打印标签").get_attribute("href") or ""
    label = page.request.get(site.url + paper)
    assert (label.status, label.body()[:4]) == (200, b"%PDF")
    assert view.sideways() == 0
    page.get_by_label("快递公司").fill("顺丰")
    page.get_by_role("button", name="已经发出").click()
    photo = tmp_path / "门口.jpg"
    photo.write_bytes(jpeg())
    page.get_by_label("送到的照片").set_input_files(photo)
    page.get_by_role("button", name="已经送到").click()
    expect(page.locator(".photos img")).to_have_count(1)
    assert view.sideways() == 0
    assert (view.foreign(), view.complaints) == ([], [])
