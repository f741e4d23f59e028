"""A person's home: what waits for them, most urgent first, in the words of their messages, each with one button."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session

from agrimarket.accounts.service import buyers
from agrimarket.accounts.states import BuyerKind
from agrimarket.coaching.service import cases, matching, tasks
from agrimarket.desks.service import me
from agrimarket.kernel import ids
from agrimarket.kernel.addresses import APPEAL, BOUGHT, CLAIM
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Role
from agrimarket.kernel.waiting import Line, Turn
from agrimarket.onboarding.rules import appeal_number
from agrimarket.onboarding.service import review
from agrimarket.onboarding.types import Question
from agrimarket.orders.service import seller_orders
from agrimarket.orders.types import GroupView
from tests.factories import onboarding as make
from tests.factories.accounts import Somebody, a_buyer, a_person, a_seller, signed_in
from tests.factories.coaching import a_case, a_coach
from tests.factories.orders import Market, a_market, a_purchase, authorise, order_of
from tests.support.statements import statements
from workers.inline import drain

Client = TestClient[Litestar]


def _html(language: str = "en") -> dict[str, str]:
    return {"accept": "text/html", "accept-language": language}


def _home(client: Client, who: Somebody, language: str = "en") -> str:
    client.cookies.set("session", who.token)
    answer = client.get("/me", headers=_html(language))
    assert answer.status_code == 200
    return answer.text.partition("<main")[2].partition("</main>")[0]


def _kinds(db: Database, who: Somebody) -> list[str]:
    with db.reading() as session:
        home = me.home_of(session, who.principal)
    return [line.kind for line in (*home.yours, *home.others)]


def _a_paid_purchase(db: Database) -> tuple[Market, GroupView]:
    with db.transaction() as session:
        market = a_market(session)
        group = a_purchase(session, market)
        authorise(session, group)
    drain(db)
    return market, group


def test_an_appeal_is_on_its_growers_home_with_number_and_promise(client: Client, db: Database) -> None:
    with db.transaction() as session:
        grower = a_person(session)
        filed = make.file_appeal(session, grower.person_id).appeal
    shown = _home(client, grower)
    assert f"Appeal {appeal_number(filed.number)}" in shown
    assert "Someone calls you by" in shown
    assert f'href="/appeals/{ids.encode("apl", filed.id)}"' in shown
    assert "Nothing for you to do now. What comes next comes by" in shown
    listed = client.get("/applications", headers=_html()).text
    assert appeal_number(filed.number) in listed
    assert "First tell us what is stuck" not in listed  # that would be a second appeal


def test_what_a_reviewer_asks_stands_on_top(client: Client, db: Database) -> None:
    with db.transaction() as session:
        operator, grower = a_person(session, Role.OPERATOR), a_person(session)
        make.file_appeal(session, grower.person_id, product="苹果")
        application = make.submitted(session, grower.principal, 11).application
        held = review.hold(session, operator.principal, application.id).dossier.application
        asked = [Question("identity", "other", "大门也拍进去")]
        review.ask(session, operator.principal, application.id, asked, held.fence)
    shown = _home(client, grower)
    assert "大门也拍进去" in shown
    assert shown.index("大门也拍进去") < shown.index("Someone calls you by")
    assert "Add it" in shown


def test_both_sides_of_an_order_see_their_own_line(client: Client, db: Database) -> None:
    market, group = _a_paid_purchase(db)
    seller, buyer = market.sellers[0], market.buyer
    assert _kinds(db, seller)[0] == "order_placed"
    assert _kinds(db, buyer) == ["order_paid", "order_paid"]
    order_id = order_of(group, seller)
    shown = _home(client, seller)
    assert "Please accept it by" in shown
    assert "東港蘋果 × 2" in shown
    assert f'href="/sell/orders/{ids.encode("sor", order_id)}"' in shown
    assert f'href="/orders/{ids.encode("sor", order_id)}"' in _home(client, buyer)
    with db.transaction() as session:
        seller_orders.accept(session, seller.principal, order_id)
    assert _kinds(db, seller)[0] == "order_to_pack"
    assert sorted(_kinds(db, buyer)) == ["order_accepted", "order_paid"]


def test_an_order_of_another_is_not_found_from_either_side(client: Client, db: Database) -> None:
    market, group = _a_paid_purchase(db)
    order_id = ids.encode("sor", order_of(group, market.sellers[0]))
    for who, side in ((market.sellers[1], "/sell"), (market.buyer, "/sell"), (market.sellers[0], "")):
        client.cookies.set("session", who.token)
        assert client.get(f"{side}/orders/{order_id}", headers=_html()).status_code == 404


def test_a_coachs_request_waits_for_the_seller(client: Client, db: Database) -> None:
    with db.transaction() as session:
        coach, grower = a_coach(session, name="周教练"), a_person(session)
        case = a_case(session, grower.person_id)
        matching.match(session, case.id)
        ((task, _),) = tasks.queue(session, coach.principal, 10)
        tasks.lease(session, coach.principal, task.id)
    assert _kinds(db, grower) == ["case_active"]
    with db.transaction() as session:
        cases.pause(session, coach.principal, case.id, "请拍一张箱子的照片")
    shown = _home(client, grower)
    assert "周教练" in shown
    assert "请拍一张箱子的照片" in shown
    assert "请拍一张箱子的照片" in client.get("/me/coach", headers=_html()).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_home_says_what_comes_next(client: Client, db: Database, language: str) -> None:
    with db.transaction() as session:
        people = [a_person(session), a_buyer(session)]
    for who in people:
        shown = _home(client, who, language)
        assert 'class="empty"' in shown
        assert "home." not in shown


def test_who_buys_and_sells_is_told_which_it_is(client: Client, db: Database) -> None:
    with db.transaction() as session:
        market = a_market(session)
        both = _also_buys(session, market.sellers[1])
        group = a_purchase(session, market, (1, 0), buyer=both)
        authorise(session, group)
    drain(db)
    shown = _home(client, both)
    assert "Buying" in shown
    assert "Selling" in shown


def _also_buys(session: Session, seller: Somebody) -> Somebody:
    buyers.register(session, seller.person_id, BuyerKind.HOUSEHOLD, "自家", "420106")
    return signed_in(session, seller.person_id)


def test_a_home_takes_the_same_few_statements_however_much_waits(client: Client, db: Database) -> None:
    with db.transaction() as session:
        market = a_market(session, grams=10_000_000)
        both = _also_buys(session, market.sellers[1])
        for number in range(5):
            authorise(session, a_purchase(session, market, (1, 1), buyer=both if number % 2 else None))
        make.file_appeal(session, both.person_id)
        a_case(session, both.person_id)
    drain(db)
    assert len(_kinds(db, both)) >= 7
    with db.reading() as session, statements() as seen:
        me.home_of(session, both.principal)
    assert len(seen) == 8, "one a package, and three more of what one sells: stock, what begins, proposals"


def test_messages_are_kept_and_marked_read(client: Client, db: Database) -> None:
    market, _ = _a_paid_purchase(db)
    assert "1 new" in _home(client, market.sellers[0])
    inbox = client.get("/me/messages", headers=_html()).text
    assert "You have an order" in inbox
    last = inbox.partition('name="last" value="')[2].partition('"')[0]
    token = inbox.partition('name="_csrf_token"')[2].partition('value="')[2].partition('"')[0]
    typed = {"last": last, "_csrf_token": token}
    posted = client.post("/me/messages/read", data=typed, headers=_html(), follow_redirects=False)
    assert posted.status_code == 303
    assert "1 new" not in _home(client, market.sellers[0])


LINES = st.builds(
    Line,
    kind=st.sampled_from(["a", "b"]),
    page=st.sampled_from([APPEAL, BOUGHT, CLAIM]),
    id=st.just(new_id()),
    turn=st.sampled_from(Turn),
    due=st.none() | st.integers(0, 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)


@given(st.lists(LINES, max_size=12))
def test_what_ends_first_comes_first_and_never_before_what_one_has_to_do(lines: list[Line]) -> None:
    ordered = sorted(lines, key=me.urgency)
    for one, next_one in pairwise(ordered):
        assert one.turn <= next_one.turn
        if one.turn == next_one.turn and next_one.due is not None:
            assert one.due is not None
            assert one.due <= next_one.due


def test_a_seller_is_asked_where_the_money_goes(db: Database) -> None:
    with db.transaction() as session:
        seller = a_seller(session)
    assert _kinds(db, seller) == ["payout_account_missing", "selling_start"]
