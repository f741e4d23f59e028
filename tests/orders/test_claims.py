"""Claims over HTTP: a photo, a decision, the money back; and refusals."""

import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from agrimarket.accounts.service import people
from agrimarket.drive import drive
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import decode, new_id
from agrimarket.kernel.principal import Role
from tests.factories.accounts import a_buyer, a_person, a_seller
from tests.orders.conftest import Shop, checkout_body, value
from workers.handling import RUNNERS
from workers.inline import drain
from workers.tasks import orders as tasks


def _picture(kind: str = "JPEG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), "crimson").save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture
def delivered(shop: Shop, db: Database) -> str:
    """The id of a delivered order of two packs for CNY 136.00 and its delivery, paid and captured."""
    market = shop.market
    group = shop.done(market.buyer, "/checkouts", checkout_body(cart_id=shop.cart(2)))["order_group"]
    order = group["orders"][0]["id"]
    shop.done(market.sellers[0], f"/seller-orders/{order}/accept")
    shop.done(market.sellers[0], f"/seller-orders/{order}/pack", {"boxes": 2})
    drain(db)
    shop.done(market.sellers[0], f"/seller-orders/{order}/dispatch", {})
    shop.done(market.sellers[0], f"/seller-orders/{order}/deliver")
    return order


def _claim(order: str, **more: Any) -> dict[str, Any]:
    return {"seller_order_id": order, "reason": "spoiled", "description": "壞了一成", "affected_bps": 1_000} | more


def _send_photo(shop: Shop, who: Any, content: bytes, name: str = "box.jpg") -> Any:
    return shop.client.post("/v1/claims/photos", files={"file": (name, content)}, headers=who.headers)


def test_a_tenth_that_spoiled_is_refunded(shop: Shop, db: Database, delivered: str) -> None:
    market = shop.market
    exif = Image.Exif()
    exif[0x010E] = "home"
    photo = _send_photo(shop, market.buyer, _picture(exif=exif))
    assert photo.status_code == 201, photo.text
    claim = shop.done(market.buyer, "/claims", _claim(delivered, photos=[photo.json()["id"]]))
    assert (claim["state"], claim["claimed"]["amount"]) == ("submitted", 1_360)
    assert value(db, "SELECT amount FROM hold WHERE released_at IS NULL") == 1_360
    picture = shop.get(market.operator, claim["photos"][0]["url"].removeprefix("/v1"))
    assert picture.headers["content-type"] == "image/webp"
    assert not Image.open(io.BytesIO(picture.content)).getexif()

    granted = shop.done(market.operator, f"/claims/{claim['id']}/approve", {"bps": 1_000})
    assert (granted["state"], granted["awarded"]["amount"]) == ("approved", 1_360)
    for act, body in (("approve", {}), ("reject", {"reason": "No."})):  # nobody has rejected it
        again = shop.post(market.operator, f"/claims/{claim['id']}/{act}", body)
        assert again.json()["code"] == "state.illegal_transition"
    drain(db)
    assert shop.get(market.buyer, f"/claims/{claim['id']}").json()["state"] == "settled"
    assert value(db, "SELECT refunded FROM payment_split") == 1_360
    assert value(db, "SELECT count(*) FROM hold WHERE released_at IS NULL") == 0
    assert shop.get(market.buyer, f"/seller-orders/{delivered}").json()["state"] == "delivered"
    over = shop.post(market.operator, f"/claims/{claim['id']}/approve", {})
    assert over.json()["code"] == "state.illegal_transition"


def test_an_order_completes_when_its_window_is_over_and_no_claim_waits(
    shop: Shop, db: Database, delivered: str
) -> None:
    claim = shop.done(shop.market.buyer, "/claims", _claim(delivered))["id"]
    order_id = decode("sor", delivered)

    def swept(by: timedelta) -> str:
        with db.transaction() as session:
            clock.advance(session, by)
        RUNNERS[tasks.sweep_delivered](db, new_id(), {"name": "orders.delivered", "slot": "2020-02-17T00:00:00Z"})
        return value(db, f"SELECT state FROM seller_order WHERE id = '{order_id}'")

    assert swept(drive().windows.claim) == "delivered"
    shop.done(shop.market.operator, f"/claims/{claim}/reject", {"reason": "The photo shows another box."})
    assert swept(drive().windows.review_request - timedelta(minutes=1)) == "delivered"
    assert swept(timedelta(minutes=2)) == "completed"
    assert value(db, "SELECT count(*) FROM transfer") == 1
    late = shop.post(shop.market.buyer, "/claims", _claim(delivered))
    assert (late.status_code, late.json()["code"]) == (410, "claim.window_over")
    late = shop.post(shop.market.buyer, f"/claims/{claim}/review-request", {"reason": "Look again."})
    assert late.status_code == 410


def test_evidence_rejection_and_review(shop: Shop, db: Database, delivered: str) -> None:
    buyer, operator = shop.market.buyer, shop.market.operator
    claim = shop.done(buyer, "/claims", _claim(delivered))["id"]
    asked = shop.done(operator, f"/claims/{claim}/request-evidence", {"question": "Which box?"})
    assert (asked["state"], asked["question"]) == ("evidence_requested", "Which box?")
    answered = shop.done(buyer, f"/claims/{claim}/evidence", {"description": "The second one."})
    assert answered["state"] == "submitted"
    assert answered["description"].endswith("The second one.")
    rejected = shop.done(operator, f"/claims/{claim}/reject", {"reason": "Not enough to see."})
    assert rejected["review_until"]
    assert value(db, "SELECT count(*) FROM hold WHERE released_at IS NULL") == 0
    again_open = shop.done(buyer, f"/claims/{claim}/review-request", {"reason": "Here is the light on."})
    assert again_open["state"] == "review_requested"
    assert value(db, "SELECT count(*) FROM hold WHERE released_at IS NULL") == 1
    for act, body in (("approve", {}), ("reject", {"reason": "Still not."})):
        refused = shop.post(operator, f"/claims/{claim}/{act}", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "claim.same_decider")
    assert value(db, "SELECT state FROM claim") == "review_requested"
    with db.transaction() as session:
        another = a_person(session, Role.OPERATOR)
    final = shop.done(another, f"/claims/{claim}/reject", {"reason": "Still not."})
    assert final["review_until"] is None
    again = shop.post(buyer, f"/claims/{claim}/review-request", {"reason": "Once more."})
    assert again.json()["code"] == "claim.window_over"


def test_what_a_claim_may_not_be(shop: Shop, db: Database, delivered: str) -> None:
    buyer = shop.market.buyer
    before = value(db, "SELECT count(*) FROM claim")

    def refused(code: str, **change: Any) -> None:
        answer = shop.post(buyer, "/claims", _claim(delivered, **change))
        assert answer.json()["code"] == code, answer.text

    refused("claim.photo_unknown", photos=["pho_01m8504b7ye8nbqetv75q9crjn"])
    refused("claim.measure", affected={"grams": 1})
    refused("claim.measure", affected_bps=None)
    refused("invalid_fields", affected_bps=10_001)
    assert value(db, "SELECT count(*) FROM claim") == before
    first = shop.done(buyer, "/claims", _claim(delivered, affected_bps=None, affected="4 kg"))
    assert first["claimed"]["amount"] == 10_880
    refused("claim.open")
    too_much = {"amount": {"amount": 13_601}}
    answer = shop.post(shop.market.operator, f"/claims/{first['id']}/approve", too_much)
    assert (answer.status_code, answer.json()["code"]) == (422, "claim.too_high")
    shop.done(shop.market.operator, f"/claims/{first['id']}/approve", {})
    drain(db)
    refused("claim.too_high", affected_bps=2_001)
    shop.done(buyer, "/claims", _claim(delivered, affected_bps=2_000))


def test_a_claim_before_delivery(shop: Shop) -> None:
    bought = shop.done(shop.market.buyer, "/checkouts", checkout_body(cart_id=shop.cart(1)))
    answer = shop.post(shop.market.buyer, "/claims", _claim(bought["order_group"]["orders"][0]["id"]))
    assert (answer.status_code, answer.json()["code"]) == (409, "claim.not_delivered")


def test_what_is_no_photo_is_refused(shop: Shop, db: Database) -> None:
    answer = _send_photo(shop, shop.market.buyer, b"%PDF-1.7")
    assert (answer.status_code, answer.json()["code"]) == (415, "photo.unreadable")
    for form in (
        {"files": {"file": ("box.jpg", b"")}},
        {"data": {"file": "box.jpg"}},
        {"json": {"file": "box.jpg"}},
        {},
    ):
        answer = shop.client.post("/v1/claims/photos", headers=shop.market.buyer.headers, **form)  # type: ignore[arg-type]
        assert answer.status_code in (400, 415, 422), answer.text
    assert value(db, "SELECT count(*) FROM claim_photo") == 0


def test_others_find_no_claim_and_no_photo(shop: Shop, db: Database, delivered: str) -> None:
    photo = _send_photo(shop, shop.market.buyer, _picture("PNG")).json()
    address = photo["url"].removeprefix("/v1")
    assert shop.get(shop.market.sellers[0], address).status_code == 404  # no claim shows it yet
    claim = shop.done(shop.market.buyer, "/claims", _claim(delivered, photos=[photo["id"]]))["id"]
    assert shop.get(shop.market.sellers[0], address).status_code == 200
    with db.transaction() as session:
        strangers = [a_buyer(session), a_seller(session), shop.market.sellers[1]]
    for stranger in strangers:
        assert shop.get(stranger, address).status_code == 404
        assert shop.get(stranger, f"/claims/{claim}").status_code == 404
        assert shop.get(stranger, "/claims").json()["items"] == []
        for act, body in (("evidence", {"description": "x"}), ("review-request", {"reason": "x"})):
            assert shop.post(stranger, f"/claims/{claim}/{act}", body).status_code == 404
        for act, body in (("approve", {}), ("reject", {"reason": "x"}), ("request-evidence", {"question": "x"})):
            assert shop.post(stranger, f"/claims/{claim}/{act}", body).status_code == 403
    assert shop.get(shop.market.buyer, f"/claims/{claim}").json()["state"] == "submitted"
    other = shop.post(strangers[0], "/claims", _claim(delivered))
    assert other.status_code == 404


@pytest.mark.parametrize("act", [("approve", {}), ("reject", {"reason": "x"}), ("request-evidence", {"question": "x"})])
def test_an_operator_decides_and_asks_on_no_claim_of_their_own(
    shop: Shop, db: Database, delivered: str, act: tuple[str, dict[str, str]]
) -> None:
    claim = shop.done(shop.market.buyer, "/claims", _claim(delivered))["id"]
    for party in (shop.market.buyer, shop.market.sellers[0]):
        with db.transaction() as session:
            people.grant_role(session, party.person_id, Role.OPERATOR)
        refused = shop.post(party, f"/claims/{claim}/{act[0]}", act[1])
        assert (refused.status_code, refused.json()["code"]) == (403, "claim.own")
        with db.transaction() as session:
            people.revoke_role(session, party.person_id, Role.OPERATOR)
    assert value(db, "SELECT state FROM claim") == "submitted"
    shop.done(shop.market.operator, f"/claims/{claim}/{act[0]}", act[1])
