"""A seller gives a bank account on a phone, two operators vouch for it at their desks, and money goes there."""

import pytest
from playwright.sync_api import expect

from agrimarket.kernel.principal import Role
from tests.e2e.conftest import Site, View, Visit
from tests.factories.accounts import Somebody, a_person, a_seller
from tests.factories.payments import money_set_aside, sales_booked

NUMBER = "6222021234567890128"


@pytest.fixture
def operators(site: Site) -> tuple[Somebody, Somebody]:
    with site.db.transaction() as session:
        first, second = (a_person(session, Role.OPERATOR, name=name) for name in ("赵一", "钱二"))
    return first, second


@pytest.fixture
def seller(site: Site) -> Somebody:
    with site.db.transaction() as session:
        return a_seller(session, name="李家果园")


def _sign_in(view: View, who: Somebody) -> View:
    view.page.context.add_cookies([{"name": "session", "value": who.token, "url": view.site.url}])
    return view


def _fine(view: View) -> tuple[int, list[str], list[str]]:
    return view.sideways(), view.foreign(), view.complaints


def _give(view: View) -> None:
    """Give a bank account, a wrong number first: what was typed is still there, and the summary leads to the field."""
    page = view.page
    page.get_by_label("开户银行").fill("中国农业银行")
    page.get_by_label("户名").fill("李小梅")
    page.get_by_label("银行卡号").fill("6222021234567890129")
    page.get_by_role("button", name="货款打到这个账户").click()
    expect(page.locator("#account_number-error")).to_contain_text("对不上")
    page.locator("#summary a").click()
    assert page.url.endswith("#account_number")
    assert page.locator("#account_number").input_value() == "6222021234567890129"
    assert page.locator("#account_holder").input_value() == "李小梅"
    assert [each for each in view.complaints if "422" not in each] == []
    view.complaints.clear()
    page.locator("#account_number").fill("6222 0212 3456 7890 128")
    page.get_by_role("button", name="货款打到这个账户").click()


def _vouch(visit: Visit, operator: Somebody, words: str, scripts: bool) -> View:
    view = _sign_in(visit(width=1280, scripts=scripts, language="zh-CN"), operator)
    view.go("/review")
    view.page.get_by_role("link", name="银行账户").click()
    view.page.locator(".queue a").first.click()
    view.page.get_by_label("您拿什么核对的").fill("打电话问了银行")
    view.page.get_by_role("button", name=words).click()
    return view


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_a_bank_account_to_the_money(
    visit: Visit, site: Site, seller: Somebody, operators: tuple[Somebody, Somebody], scripts: bool
) -> None:
    phone = _sign_in(visit(width=360, scripts=scripts, language="zh-CN"), seller)
    phone.go("/payout-account")
    assert phone.weight() < 60_000
    first_view = phone.weight()
    assert _fine(phone) == (0, [], [])
    _give(phone)
    main = phone.page.locator("main")
    expect(main).to_contain_text("两位工作人员会先后核对这个账户")
    expect(main).to_contain_text("••••0128")
    assert NUMBER not in phone.page.content()
    assert _fine(phone) == (0, [], [])
    desk = _vouch(visit, operators[0], "完成第一次核对", scripts)
    expect(desk.page.locator("main")).to_contain_text("赵一 做了第一次核对")
    assert _fine(desk) == (0, [], [])
    phone.go("/payout-account")
    expect(main).to_contain_text("第一次核对已经完成")
    desk = _vouch(visit, operators[1], "可以开始打款", scripts)
    expect(desk.page.locator("main")).to_contain_text("没有要核对的银行账户")
    assert _fine(desk) == (0, [], [])
    phone.go("/payout-account")
    expect(main).to_contain_text("都办好了")
    _send(site, desk, seller)
    phone.go("/payout-account")
    expect(main).to_contain_text("银行流水号：ABC20200218-000417")
    expect(main).to_contain_text("¥95.00")
    phone.page.get_by_role("link", name="完整的对账单，可以打印").click()
    expect(phone.page.locator("tbody tr")).to_have_count(2)
    assert _fine(phone) == (0, [], [])
    print(f"payout account: first view {first_view} bytes, scripts {scripts}")


def _send(site: Site, desk: View, seller: Somebody) -> None:
    assert seller.principal.seller_id is not None
    with site.db.transaction() as session:
        money_set_aside(session, seller.principal.seller_id, 9_500)
    page = desk.page
    page.get_by_role("link", name="银行转账").click()
    page.get_by_role("button", name="显示全部").click()
    expect(page.locator("main")).to_contain_text(NUMBER)
    page.get_by_label("银行流水号").fill("ABC20200218-000417")
    page.get_by_role("button", name="钱已经转出").click()
    expect(page.locator("main")).to_contain_text("没有要转的账")
    assert _fine(desk) == (0, [], [])


def test_a_long_statement_fits_a_phone_and_prints_without_what_is_pressed(
    visit: Visit, site: Site, seller: Somebody
) -> None:
    assert seller.principal.seller_id is not None
    with site.db.transaction() as session:
        sales_booked(session, seller.principal.seller_id, [123_456_789_00] * 60)
    view = _sign_in(visit(width=360, scripts=False, language="en"), seller)
    view.go("/payout-account/statement")
    assert _fine(view) == (0, [], [])
    assert view.page.locator("tbody tr").count() == 50
    view.page.get_by_role("link", name="Show more").click()
    assert view.page.locator("tbody tr").count() == 10
    view.page.emulate_media(media="print")
    for pressed in ("header.site nav", "footer.site", ".no-print", "button"):
        for each in view.page.locator(pressed).all():
            assert not each.is_visible()
    assert view.page.locator("table").is_visible()
