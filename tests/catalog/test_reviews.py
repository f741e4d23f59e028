"""Listings of produce that their sellers were not approved for wait for an operator."""

from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts.service import sellers
from agrimarket.accounts.states import Standing
from agrimarket.catalog import rules
from agrimarket.catalog.service import listings, proposals
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.principal import Role
from tests.catalog.conftest import lot_body
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody
from tests.factories.coaching import a_coach
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


def test_what_an_operator_looks_at_becomes_no_other_produce(
    client: Client, db: Database, farmer: Somebody, operator: Somebody, garlic: UUID
) -> None:
    """Else a yes to garlic would be one to whatever its seller made of it while the operator read."""
    with db.reading() as session:
        lot = listings.view(session, garlic, farmer.principal).lot_id
        kinds = {code: encode("prd", catalog.product(session, code).id) for code in ("garlic", "apple")}
    path, said = f"/v1/lots/{encode('lot', lot)}", lot_body(db, product_id=kinds["apple"])
    refused = client.put(path, json=said, headers=farmer.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "lot.in_review")
    assert values(db, "SELECT p.code FROM harvest_lot AS l JOIN product AS p ON p.id = l.product_id") == ["garlic"]
    same = client.put(path, json=lot_body(db, product_id=kinds["garlic"]), headers=farmer.headers)
    assert same.status_code == 200
    review = f"/v1/review/listings/{encode('lst', garlic)}"
    assert client.post(f"{review}/approve", headers=operator.headers).json()["product"]["code"] == "garlic"


@pytest.mark.parametrize("refers", ["proposal", "cart", "nothing"])
def test_what_waits_can_be_thrown_away_whatever_refers_to_it(
    client: Client, db: Database, farmer: Somebody, garlic: UUID, refers: str
) -> None:
    with db.transaction() as session:
        draft, buyer = listings.view(session, garlic, farmer.principal), accounts.a_buyer(session)
        if refers == "proposal":
            proposals.add(session, a_coach(session).person_id, draft.seller_id, garlic, {"price": 5_800}, "太貴")
    if refers == "cart":
        lines = [{"listing_id": encode("lst", garlic), "packs": 1}]
        assert client.post("/v1/carts", json={"lines": lines}, headers=buyer.headers).status_code == 201
    gone = client.delete(f"/v1/lots/{encode('lot', draft.lot_id)}", headers=farmer.headers)
    left = values(db, "SELECT count(*) FROM listing")
    assert (gone.status_code, left) == ((409, [1]) if refers == "cart" else (204, [0])), gone.text


def test_only_operators_decide(client: Client, farmer: Somebody, garlic: UUID) -> None:
    path = f"/v1/review/listings/{encode('lst', garlic)}"
    assert client.post(f"{path}/approve", headers=farmer.headers).status_code == 403
