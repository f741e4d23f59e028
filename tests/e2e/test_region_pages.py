"""A region's page, rumours, follows and their desks: for weak eyes, on a phone, without complaints of the browser."""

from collections.abc import Iterator, Mapping

import pytest

from agrimarket.kernel.ids import encode
from agrimarket.kernel.principal import Role
from agrimarket.regions.service import by_hand, rumour_desk
from agrimarket.regions.types.by_hand import RestrictedByHand
from agrimarket.regions.types.restrictions import RiskLevel
from agrimarket.regions.types.rumours import Finding
from tests.e2e.conftest import Site, Visit, a_site
from tests.e2e.test_accessibility import violations
from tests.factories import regions
from tests.factories.accounts import a_person
from tests.factories.follows import a_follow
from tests.factories.rumours import SAID, a_rumour, a_word, an_answered_rumour

JIANGAN = "420102"
READERS = ("/regions/{code}", "/regions/420000", "/regions/310000", "/rumours?region={code}", "/rumours/{rumour}")
FOLLOWER = ("/regions/{code}", "/me/regions", "/follows/{follow}")
DESKS = ("/desk/rumours", "/desk/rumours/{rumour}", "/desk/notices", "/desk/names", "/desk/restrictions/{by_hand}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of these tests' own, with a notice in force."""
    with a_site(tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def people(site: Site) -> Mapping[str, str]:
    """Tokens of an operator and of somebody who follows a region; ids of the things that pages are about."""
    with site.db.transaction() as session:
        operator, follower = a_person(session, Role.OPERATOR), a_person(session)
        who = operator.principal
        regions.close(session, "甲小区", area="四川省 成都市 无此区", hour="2022-11-30 08时")
        regions.close(session, *(f"第{number}小区" for number in range(45)))
        first = an_answered_rumour(session, who, SAID, JIANGAN, a_word(Finding.UNPROVEN))
        rumour_desk.publish(session, who, first.id, a_word(Finding.FALSE, supersedes=first.words[0].id))
        a_rumour(session, "武汉的菜都不能吃", JIANGAN)
        asked = RestrictedByHand(JIANGAN, RiskLevel.HIGH, ("乙小区",), "指挥部通知", "核实")
        made = by_hand.restrict(session, who, asked)
        return {
            "operator": operator.token,
            "follower": follower.token,
            "code": JIANGAN,
            "rumour": encode("rum", first.id),
            "follow": encode("fol", a_follow(session, follower.principal)),
            "by_hand": encode("hnd", made.id),
        }


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh-TW", "zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    ("who", "paths"), [("", READERS), ("follower", FOLLOWER), ("operator", DESKS)], ids=["readers", "follower", "desks"]
)
def test_nobody_stumbles(
    visit: Visit, people: Mapping[str, str], who: str, paths: tuple[str, ...], width: int, language: str
) -> None:
    view = visit(width=width, language=language, scripts=True)
    if who:
        view.page.context.add_cookies([{"name": "session", "value": people[who], "url": view.site.url}])
    for path in paths:
        answer = view.go(path.format_map(people))
        assert answer is not None
        assert (answer.status, view.sideways(), view.foreign(), view.complaints) == (200, 0, [], []), path
        assert view.page.locator("h1").count() == 1
        if language == "zh-CN":
            assert violations(view.page, path) == []


def test_a_reader_without_scripts_reports_and_reads_on(visit: Visit, people: Mapping[str, str]) -> None:
    view = visit(width=360, scripts=False, language="en")
    view.go(f"/regions/{JIANGAN}")
    view.page.get_by_role("link", name="Next page of the list").click()
    assert view.page.locator(".list.closed li").count() == 20
    view.go(f"/rumours?region={JIANGAN}")
    view.page.get_by_label("What did you hear?").fill(f"{SAID}！")
    view.page.get_by_role("button", name="Ask us to look into it").click()
    assert f"/rumours/{people['rumour']}" in view.page.url
    assert "Not true" in view.page.get_by_role("main").inner_text()
