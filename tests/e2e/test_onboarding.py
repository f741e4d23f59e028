"""An appeal and an application in a real browser, at 360 px, with and without scripts, over a line that drops."""

import time
from itertools import count

import pytest
from playwright.sync_api import Error, FilePayload, Page, expect
from sqlalchemy import text

from agrimarket.accounts.service import people, sign_in
from tests.e2e.conftest import Site, View, Visit, press
from tests.factories import onboarding as make
from tests.factories import regions
from tests.factories.files import jpeg

PHONES = count(13900000001)
MAIN_BUTTON = "main form .actions button"


@pytest.fixture(scope="module")
def country(site: Site) -> Site:
    """The site with its regions."""
    with site.db.transaction() as session:
        regions.load_tree(session)
    return site


def _code(site: Site, phone: int) -> str:
    with site.db.transaction() as session:
        query = text("SELECT id FROM sign_in_code WHERE phone = :phone")
        code_id = session.connection().execute(query, {"phone": f"+86{phone}"}).scalar_one()
        message = sign_in.code_message(session, code_id)
    assert message is not None
    return message.code


def _go_on(page: Page) -> None:
    press(page.locator(MAIN_BUTTON))


def _appeal(view: View, site: Site, phone: int) -> int:
    """File an appeal, from the first page to its number; returns how many fields were filled."""
    page = view.page
    page.get_by_label("什么货").fill("草莓")
    page.locator("#quantity").fill("500")
    page.locator("#quantity_unit").select_option("jin")
    page.locator("#spoils_in_days").fill("3")
    _go_on(page)
    page.locator("#region_code").fill("丹东 东港")
    _go_on(page)
    page.locator("#name").fill("王大姐")
    page.locator("#phone").fill(str(phone))
    _go_on(page)
    assert "500 斤（250 公斤）" in page.locator(".checked").inner_text()
    _go_on(page)
    page.locator("#code").fill(_code(site, phone))
    _go_on(page)
    return 7


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_appeal_is_filed_in_light_pages(visit: Visit, country: Site, scripts: bool) -> None:
    view, phone = visit(width=360, scripts=scripts, language="zh-CN"), next(PHONES)
    started = time.perf_counter()
    view.go("/appeal")
    assert view.weight() < 60_000
    fields = _appeal(view, country, phone)
    seconds = time.perf_counter() - started
    assert "/appeals/apl_" in view.page.url
    assert "A1" in view.page.locator("h1").inner_text()
    assert view.foreign() == []
    assert view.complaints == []
    if scripts:
        assert view.sideways() <= 0
    print(f"appeal: 5 pages, {fields} fields, {view.weight()} bytes, {seconds:.1f} s by script")


def test_a_line_that_drops_loses_nothing(visit: Visit, country: Site) -> None:
    view = visit(width=360, scripts=False, language="zh-CN")
    page = view.page
    view.go("/appeal")
    page.locator("#product").fill("菠萝")
    page.locator("#spoils_in_days").fill("9")
    _go_on(page)
    page.locator("#region_code").fill("徐闻")
    page.context.set_offline(True)
    with pytest.raises(Error):
        page.locator(MAIN_BUTTON).click()
        page.reload()
    page.context.set_offline(False)
    view.go("/appeal")
    assert page.url.endswith("/appeal/place")
    view.go("/appeal/produce")
    assert page.locator("#product").input_value() == "菠萝"


def test_an_application_resumed_by_phone_on_another_device(visit: Visit, country: Site) -> None:
    view, phone = visit(width=360, scripts=False, language="zh-CN"), next(PHONES)
    view.go("/appeal")
    _appeal(view, country, phone)
    page = view.page
    _go_on(page)
    overview = page.url
    page.goto(f"{overview}/identity")
    page.locator("#legal_name").fill("王秀英")
    page.locator("#id_number").fill("11010519491231002")
    _go_on(page)
    assert page.locator("#summary a").get_attribute("href") == "#id_number"
    assert page.locator("#id_number").input_value() == "11010519491231002"
    other = visit(width=360, language="zh-CN")
    number = phone - 13800000000
    with country.db.transaction() as session:
        person = people.with_phone(session, f"+86{phone}", "zh-Hans")
        token, _ = sign_in.open_session(session, person)
    other.page.context.add_cookies([{"name": "session", "value": token, "url": country.url}])
    other.page.goto(f"{overview}/identity")
    assert "王＊＊" in other.page.locator("main").inner_text()
    other.page.locator("#id_number").fill(make.id_number_of(number))
    _go_on(other.page)
    other.page.locator("#farm_name").fill("东港王家草莓")
    _go_on(other.page)
    other.page.locator("#right_to_sell").check()
    _go_on(other.page)
    other.page.goto(overview)
    other.page.get_by_role("link", name="检查并提交").click()
    other.page.wait_for_url("**/check")
    assert "东港王家草莓" in other.page.locator("main").inner_text()
    _go_on(other.page)
    assert "已提交" in other.page.locator("main").inner_text()
    assert other.complaints == []
    assert other.sideways() <= 0


def test_where_scripts_run_a_form_waits_for_the_line(visit: Visit, country: Site) -> None:
    view = visit(width=360, language="zh-CN")
    page = view.page
    view.go("/appeal/produce")
    page.locator("#product").fill("菠萝")
    page.locator("#spoils_in_days").fill("9")
    page.context.set_offline(True)
    page.locator(MAIN_BUTTON).click()
    page.locator(".unsent").wait_for(state="visible")
    assert "没有信号" in page.locator(".unsent").inner_text()
    assert page.locator("#product").input_value() == "菠萝"
    page.context.set_offline(False)
    page.wait_for_url("**/appeal/place")
    assert page.locator("h1").inner_text() == "货在哪里？"
    page.go_back()
    page.wait_for_url("**/appeal/produce")
    assert page.locator("#product").input_value() == "菠萝"
    page.locator("#spoils_in_days").fill("")
    _go_on(page)
    page.locator("#summary").wait_for()
    page.wait_for_function("document.activeElement.id == 'summary'")
    expected = ("ERR_INTERNET_DISCONNECTED", "htmx:", "422")  # from the dropped line, and from the missing answers
    assert [said for said in view.complaints if not any(each in said for each in expected)] == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_photos_follow_once_the_appeal_is_safe(visit: Visit, country: Site, scripts: bool) -> None:
    view, phone = visit(width=360, scripts=scripts, language="zh-CN"), next(PHONES)
    view.go("/appeal")
    _appeal(view, country, phone)
    page = view.page
    for name, colour in (("整体.jpg", "red"), ("近处.jpg", "green")):
        chosen: FilePayload = {"name": name, "mimeType": "image/jpeg", "buffer": jpeg(2_000, colour=colour)}
        page.set_input_files("#photos", [chosen])
        page.get_by_role("button", name="发送照片").click()
        page.locator(f'img[alt="第 {1 if colour == "red" else 2} 张照片"]').wait_for()
    page.get_by_role("button", name="删除").first.click()
    page.locator(".photos li").nth(1).wait_for(state="detached")
    assert page.locator(".photos li").count() == 1
    assert view.complaints == []
    if scripts:
        assert view.sideways() <= 0


def test_an_agent_files_for_a_neighbour(visit: Visit, country: Site) -> None:
    view, phone = visit(width=360, scripts=False, language="zh-CN"), next(PHONES)
    with country.db.transaction() as session:
        token, _ = sign_in.open_session(session, people.with_phone(session, f"+86{next(PHONES)}", "zh-Hans"))
    page = view.page
    page.context.add_cookies([{"name": "session", "value": token, "url": country.url}])
    view.go("/agent")
    page.get_by_role("button", name="替一户农户填").click()
    page.locator("#product").fill("红薯")
    page.locator("#spoils_in_days").fill("30")
    _go_on(page)
    page.locator("#region_code").fill("易县")
    _go_on(page)
    assert page.get_by_label("别的农户的").is_checked()
    page.locator("#name").fill("老王")
    page.locator("#phone").fill(str(phone))
    _go_on(page)
    _go_on(page)
    page.locator("#code").fill(_code(country, phone))
    _go_on(page)
    assert "/appeals/apl_" in page.url
    view.go("/agent")
    assert "老王" in page.locator("main").inner_text()
    assert view.complaints == []


def test_a_weight_is_converted_while_it_is_typed(visit: Visit, country: Site) -> None:
    view = visit(width=360, language="zh-CN")
    page = view.page
    view.go("/appeal/produce")
    assert page.locator("#quantity_unit").input_value() == "jin"
    means = page.locator("#quantity-means")
    assert means.get_attribute("aria-live") == "polite"
    for typed, said in (("500", "500 斤 = 250 公斤"), ("一吨半", "1.5 吨 = 1,500 公斤"), ("许多", "例如")):
        page.locator("#quantity").fill("")
        page.locator("#quantity").press_sequentially(typed)
        expect(means).to_contain_text(said)
    page.locator("#quantity").fill("500")
    page.locator("#quantity_unit").select_option("t")
    expect(means).to_contain_text("500 吨 = 500,000 公斤")
    page.context.set_offline(True)
    page.locator("#quantity").press_sequentially("0")
    page.wait_for_event("requestfailed")
    assert page.locator(".unsent").is_hidden(), "nothing of the form was lost"
