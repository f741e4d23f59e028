"""Listings of produce that their sellers were not approved for wait for an operator."""

from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts.service import sellers
from agrimarket.accounts.states import Standing
from agrimarket.catalog import rules
from agrimarket.catalog.service import listings
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.principal import Role
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody
from tests.support.browser import Browser
from tests.support.rows import values
from workers.inline import drain

Client = TestClient[Litestar]

KINDS = {
    new_id(): names
    for names in (
        ("strawberry", "草莓", "草莓", "Strawberry"),
        ("pear", "梨", "梨", "Pear"),
        ("pineapple", "鳳梨", "菠萝", "Pineapple"),
        ("pak_choi", "小白菜", "小白菜", "Pak choi"),
    )
}


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("红颜草莓", {"strawberry"}),
        ("鳳梨", {"pineapple"}),
        ("梨", {"pear"}),
        ("草莓、小白菜", {"strawberry", "pak_choi"}),
        ("pak_choi", {"pak_choi"}),
        ("Fresh STRAWBERRY", {"strawberry"}),
        ("野菜", set[str]()),
        ("", set[str]()),
    ],
)
def test_the_words_of_an_application_mean_kinds_of_produce(said: str, codes: set[str]) -> None:
    assert {KINDS[kind][0] for kind in rules.produce_named(said, KINDS)} == codes


@pytest.fixture
def garlic(db: Database, farmer: Somebody) -> UUID:
    """A listing of garlic, which its seller was not approved for, that they have published."""
    with db.transaction() as session:
        lot = catalog.a_lot(session, farmer.principal, code="garlic", approved=False)
        draft = catalog.a_draft(session, farmer.principal, lot.id, title="大蒜")
        assert listings.publish(session, farmer.principal, draft.id).state == "pending_review"
    return draft.id


@pytest.fixture
def operator(db: Database) -> Somebody:
    with db.transaction() as session:
        return accounts.a_person(session, Role.OPERATOR)


def test_after_a_yes_it_is_on_sale_and_so_is_the_next_of_that_produce(
    client: Client, db: Database, farmer: Somebody, operator: Somebody, garlic: UUID
) -> None:
    path = f"/v1/review/listings/{encode('lst', garlic)}"
    (waiting,) = client.get("/v1/review/listings", headers=operator.headers).json()["items"]
    assert waiting["review"]["since"] and waiting["state"] == "pending_review"
    read = client.get(path, headers=operator.headers).json()
    assert (read["seller_name"], read["approved_produce"]) == ("李家果园", ["草莓"])
    assert client.post(f"{path}/approve", headers=operator.headers).json()["state"] == "published"
    assert client.post(f"{path}/approve", headers=operator.headers).json()["code"] == "listing.not_in_review"
    with db.transaction() as session:
        lot = catalog.a_lot(session, farmer.principal, code="garlic", approved=False)
        second = catalog.a_draft(session, farmer.principal, lot.id)
        assert listings.publish(session, farmer.principal, second.id).state == "published"
    drain(db)
    told = "SELECT params ->> 'path' FROM notification WHERE template = 'listing_approved'"
    assert set(values(db, told)) == {f"/sell/listings/{encode('lst', garlic)}"}


def test_after_a_no_it_is_a_draft_that_can_be_sent_again(
    client: Client, db: Database, farmer: Somebody, operator: Somebody, garlic: UUID
) -> None:
    web = Browser(client, session=operator.token)
    web.get("/desk")
    assert "Listings" in web.words
    web.get("/desk/listings")
    assert "大蒜" in web.words and "nobody else sells it now" in web.words
    path = f"/desk/listings/{encode('lst', garlic)}"
    web.post(f"{path}/decline", reason="")
    assert web.status == 422
    web.post(f"{path}/decline", reason="没法检查")
    assert web.path == "/desk/listings" and "No listing waits" in web.words
    drain(db)
    web.become(farmer.token).get(f"/sell/listings/{encode('lst', garlic)}")
    assert "没法检查" in web.words and "We said no" in web.words
    web.post(f"/sell/listings/{encode('lst', garlic)}/publish")
    assert "We look at it" in web.words and "没法检查" not in web.words


def test_an_account_that_opens_does_not_open_other_produce(db: Database) -> None:
    with db.transaction() as session:
        catalog.load_catalogue(session)
        pending = accounts.a_seller(session, standing=Standing.PENDING, produce="草莓").principal
        ids = dict[str, UUID]()
        for code in ("strawberry", "garlic"):
            lot = catalog.a_lot(session, pending, code=code, approved=False)
            ids[code] = catalog.a_draft(session, pending, lot.id).id
            listings.publish(session, pending, ids[code])
        assert pending.seller_id is not None
        sellers.set_standing(session, pending.seller_id, Standing.APPROVED)
        listings.publish_waiting(session, pending.seller_id)
        session.flush()  # listings are viewed by plain SQL
        states = {code: listings.view(session, ids[code], pending) for code in ids}
    assert (states["strawberry"].state, states["strawberry"].review_since) == ("published", None)
    assert states["garlic"].state == "pending_review" and states["garlic"].review_since is not None


def test_only_operators_decide(client: Client, farmer: Somebody, garlic: UUID) -> None:
    path = f"/v1/review/listings/{encode('lst', garlic)}"
    assert client.post(f"{path}/approve", headers=farmer.headers).status_code == 403
