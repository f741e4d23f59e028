"""An operator holds an appeal, opens the number and reaches nobody; the farmer reads this, and when we call again."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from agrimarket.kernel.ids import encode
from agrimarket.kernel.principal import Role
from tests.e2e.conftest import Site, View, Visit
from tests.factories import onboarding as make

SMALL = """() => [...document.querySelectorAll("main button, main .button, main nav a, main .queue a, .choice")]
    .filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 47.5).map(e => e.outerHTML)"""


def _window(visit: Visit, width: int, who: make.SignedIn, *, scripts: bool = True) -> View:
    view = visit(width=width, scripts=scripts, language="zh-CN")
    view.page.context.add_cookies([{"name": "session", "value": who.token, "url": view.site.url}])
    return view


def _fits(view: View) -> None:
    assert view.sideways() <= 0
    assert view.page.evaluate(SMALL) == []
    assert view.page.locator("h1").count() == 1
    assert view.page.locator("main button:not(.second):not(.danger)").count() <= 1, "one main button"
    assert (view.complaints, view.foreign()) == ([], [])


@pytest.mark.parametrize("width", [360, 1280])
def test_who_was_not_reached_is_told_and_called_again(visit: Visit, site: Site, width: int) -> None:
    farmer = make.sign_in(site.db, 70_000 + width)
    operator = make.sign_in(site.db, 80_000 + width, Role.OPERATOR)
    produce = f"草莓{width}"
    with site.db.transaction() as session:
        filed = make.file_appeal(session, farmer.principal.person_id, product=produce, note="村口能装车")
    path = f"/appeals/{encode('apl', filed.appeal.id)}"

    desk = _window(visit, width, operator)
    desk.go("/review")
    desk.page.get_by_role("link", name="求助", exact=True).click()
    _fits(desk)
    desk.page.get_by_role("link", name=produce).click()
    main = desk.page.locator("main")
    expect(main).to_contain_text("村口能装车")
    assert farmer.phone not in desk.page.content()
    _fits(desk)
    desk.page.get_by_role("button", name="领取").click()
    expect(main).to_contain_text("由您处理的")
    desk.page.get_by_role("button", name="记下这通电话").click()
    expect(desk.page.locator("#summary a")).to_have_attribute("href", "#outcome")
    desk.complaints.clear()  # the expected 422
    desk.page.get_by_role("button", name="打开姓名和号码").click()
    expect(desk.page.get_by_role("link", name=farmer.phone)).to_have_attribute("href", f"tel:{farmer.phone}")
    _fits(desk)
    desk.page.get_by_text("没打通", exact=False).first.click()
    desk.page.get_by_label("说明").fill("响了很久没人接")
    desk.page.get_by_role("button", name="记下这通电话").click()
    expect(desk.page.locator(".timeline")).to_contain_text("没打通")
    expect(desk.page.locator(".timeline")).to_contain_text("响了很久没人接")
    expect(main).to_contain_text("会回到这里")
    assert farmer.phone not in desk.page.content()
    assert desk.page.get_by_role("link", name=produce).count() == 0, "it comes back when it is time"
    _fits(desk)

    home = _window(visit, width, farmer, scripts=False)
    home.go(path)
    told = home.page.locator("main .note")
    expect(told).to_contain_text("没有打通")
    expect(told).to_contain_text("会再打")
    assert "响了很久" not in home.page.content()
    assert home.complaints == []


def test_who_was_reached_is_helped_to_apply_without_scripts(visit: Visit, site: Site) -> None:
    farmer = make.sign_in(site.db, 70_001)
    operator = make.sign_in(site.db, 80_001, Role.OPERATOR)
    with site.db.transaction() as session:
        filed = make.file_appeal(session, farmer.principal.person_id, product="蓝莓")
    desk = _window(visit, 360, operator, scripts=False)
    desk.go(f"/review/appeals/{encode('apl', filed.appeal.id)}")
    desk.page.get_by_role("button", name="领取").click()
    desk.page.locator("input[value=reached]").check()
    desk.page.get_by_role("button", name="记下这通电话").click()
    desk.page.get_by_role("button", name="替对方填申请").click()
    assert "/applications/app_" in desk.page.url
    assert desk.complaints == []
    home = _window(visit, 360, farmer, scripts=False)
    home.go("/applications")
    home.page.locator(f"main a[href='{urlsplit(desk.page.url).path}']").first.wait_for()
