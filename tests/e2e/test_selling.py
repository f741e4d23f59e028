"""A farmer on an old phone, from the approval to a box on the road: at 360 pixels, without scripts, by pages alone."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page

from agrimarket.kernel.ids import decode
from agrimarket.kernel.principal import Principal
from agrimarket.orders.service import carts, checkouts, order_groups
from agrimarket.orders.types import GroupView, Line
from agrimarket.payments.states import PaymentMethod
from tests.e2e.conftest import Site, View, Visit, a_site
from tests.factories import accounts as people
from tests.factories import orders
from tests.factories.catalog import load_catalogue
from tests.factories.files import jpeg

SHOTS = os.environ.get("AGRIMARKET_SHOTS", "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of this test's own, with produce and an approved farmer."""
    with a_site(tmp_path_factory) as made:
        yield made


@pytest.fixture
def farmer(site: Site, visit: Visit) -> View:
    """The approved farmer's phone."""
    with site.db.transaction() as session:
        load_catalogue(session)
        token = people.a_seller(session, name="东港王大姐", region_code="210681").token
    view = visit(scripts=False, language="zh-CN")
    view.page.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
    return view


def _look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def _next(view: View, name: str) -> None:
    """Send the page, and see that the one that comes fits the phone."""
    view.page.locator("main form .actions button").first.click()
    view.page.wait_for_load_state("load")
    assert view.sideways() == 0
    _look(view.page, name)


def test_from_the_approval_to_a_weighed_labelled_and_dispatched_box(
    farmer: View, visit: Visit, site: Site, tmp_path: Path
) -> None:
    number = _put_on_sale(farmer, tmp_path)
    seen = visit(scripts=False, language="zh-CN")
    seen.go(f"/listings/{number}")
    assert "东港草莓 5 斤装" in seen.page.content()
    buyer, group = _bought(site, decode("lst", number))
    page = farmer.page
    farmer.go("/me")
    page.get_by_role("link", name="去答复").first.click()
    order = page.url
    _press(farmer, "接单", "7-taken")
    page.click("a[href$='/weigh']")
    for box, weight in enumerate(("4.8", "4.9")):
        page.get_by_label("秤上是多少").fill(weight)
        _press(farmer, "记下，下一箱", f"8-box-{box}")
    _press(farmer, "装好了，看下一单", "9-packed")
    _settled(site, buyer, group)
    page.goto(order)
    label = page.request.get(f"{site.url}{page.get_by_role('link', name='打印标签').get_attribute('href')}")
    assert (label.status, label.body()[:4]) == (200, b"%PDF")
    page.get_by_label("快递公司").fill("顺丰")
    page.get_by_label("运单号").fill("SF1234567890")
    _press(farmer, "已经发出", "10-sent")
    assert "顺丰 · SF1234567890" in page.content()
    farmer.go("/sell/orders?stage=road")
    assert page.locator("nav [aria-current=page]").last.inner_text() == "在路上 1"
    with site.db.transaction() as session:
        (sent,) = order_groups.view(session, buyer, group.group.id).orders
    assert sent.shipment is not None
    assert (sent.order.state, sent.shipment.boxes, sent.shipment.grams) == ("dispatched", 2, 4_850)
    assert farmer.complaints == seen.complaints == []


def _put_on_sale(farmer: View, tmp_path: Path) -> str:
    """Put boxes on sale by weight, from the home on; returns the listing's number."""
    page, photo = farmer.page, tmp_path / "box.jpg"
    photo.write_bytes(jpeg(640, colour="darkred"))
    farmer.go("/me")
    page.click("a[href='/sell/new']")
    _look(page, "1-what")
    page.fill("#quantity", "半吨")
    _next(farmer, "2-price")
    page.fill("#pack", "5斤")
    page.fill("#price", "68元")
    page.check("input[name=priced_by][value=weight]")
    page.check("#markdown_on")
    page.fill("#markdown", "40")
    page.fill("#from_days", "3天")
    _next(farmer, "3-condition")
    assert "￥68.00" in page.content() or "¥68.00" in page.content()
    page.set_input_files("#photos", str(photo))
    page.click("button[name=more]")
    assert page.locator(".photos img").count() == 1
    page.check("input[name=grade][value=first]")
    page.fill("#title", "东港草莓 5 斤装")
    page.fill("#description", "今早摘的，路封了，急着卖。")
    _next(farmer, "4-check")
    assert "今早摘的" in page.content()
    _next(farmer, "5-listing")
    number = page.url.rpartition("/")[2]
    farmer.go("/sell")
    _look(page, "6-lots")
    return number


def _bought(site: Site, listing_id: UUID) -> tuple[Principal, GroupView]:
    """Somebody buys two packs of it and has paid: the provider says so, which no page does."""
    with site.db.transaction() as session:
        buyer = people.a_buyer(session).principal
        cart = carts.begin(session, buyer, [Line(listing_id, 2)])
        where, card = orders.ADDRESS, PaymentMethod.CARD
        group = checkouts.place(session, buyer, cart_id=cart.id, quote_id=None, address=where, method=card).view
        orders.authorise(session, group)
        checkouts.mark_paid(session, group.group.id)
    return buyer, group


def _settled(site: Site, buyer: Principal, group: GroupView) -> None:
    """The provider has taken what the boxes weigh."""
    with site.db.transaction() as session:
        (view,) = order_groups.view(session, buyer, group.group.id).orders
        orders.capture(session, group, view.order.final or 0)
        order_groups.mark_settled(session, group.group.id)


def _press(view: View, words: str, name: str) -> None:
    """Press that button, and see that the page that comes fits the phone."""
    view.page.get_by_role("button", name=words).first.click()
    view.page.wait_for_load_state("load")
    assert view.sideways() == 0
    _look(view.page, name)
