"""A coach at the desk: two open tabs, one task, and a late note whose text comes back."""

from datetime import timedelta

import pytest

from agrimarket.coaching.service import matching, tasks
from agrimarket.kernel import clock
from agrimarket.kernel.principal import Role
from tests.e2e.conftest import Site, View, Visit
from tests.factories import regions
from tests.factories.accounts import Somebody, a_person
from tests.factories.coaching import a_case, a_coach


@pytest.fixture(scope="module")
def coach(site: Site) -> Somebody:
    """A coach with one case."""
    with site.db.transaction() as session:
        regions.load_tree(session)
        coach = a_coach(session, name="林老师")
        case = a_case(session, a_person(session, Role.SELLER).person_id)
        matching.match(session, case.id)
    return coach


def _sign_in(view: View, who: Somebody) -> View:
    view.page.context.add_cookies([{"name": "session", "value": who.token, "url": view.site.url}])
    return view


@pytest.mark.parametrize("width", [360, 1280])
def test_the_desk_fits_and_says_why_this_coach(visit: Visit, coach: Somebody, width: int) -> None:
    view = _sign_in(visit(width=width, scripts=False, language="zh-CN"), coach)
    view.go("/coach")
    main = view.page.locator("main")
    assert "联系农户" in main.inner_text()
    assert "符合度" in main.inner_text()
    assert (view.sideways(), view.foreign(), view.complaints) == (0, [], [])


def test_two_tabs_one_task(visit: Visit, coach: Somebody, site: Site) -> None:
    first, second = (_sign_in(visit(width=1280, language="en"), coach) for _ in range(2))
    for tab in (first, second):
        tab.go("/coach")
    first.page.get_by_role("button", name="Claim").click()
    assert "You hold this task" in first.page.locator("main").inner_text()
    second.page.get_by_role("button", name="Claim").click()
    assert "is not open yet, or is done already" in second.page.locator("main").inner_text()
    first.page.get_by_role("button", name="Done").click()
    assert "Write what came of it" in first.page.locator("#summary").inner_text()
    with site.db.transaction() as session:
        clock.advance(session, timedelta(minutes=16))
        tasks.sweep_leases(session)
    first.page.get_by_label("What came of it?").fill("Boxes are ready from tomorrow.")
    first.page.get_by_role("button", name="Done").click()
    assert "claim it again" in first.page.locator("#summary").inner_text()
    first.page.get_by_role("button", name="Claim").click()
    first.page.get_by_label("What came of it?").fill("Boxes are ready from tomorrow.")
    first.page.get_by_role("button", name="Done").click()
    assert "Choose packs" in first.page.locator("main h2").first.inner_text()
    assert "Boxes are ready from tomorrow." in first.page.locator("main").inner_text()


def test_who_is_no_coach_is_told_so_kindly(visit: Visit, site: Site) -> None:
    with site.db.transaction() as session:
        stranger = a_person(session, Role.BUYER)
    view = _sign_in(visit(language="en"), stranger)
    answer = view.go("/coach")
    assert answer is not None
    assert answer.status == 403
    assert "Your account cannot do this" in view.page.locator("main").inner_text()
