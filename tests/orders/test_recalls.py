"""A recall reaches everybody who bought of the lot; a drill lists them and changes nothing."""

from typing import Any

from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from agrimarket.kernel.principal import Role
from tests.factories.accounts import a_person
from tests.orders.conftest import Shop, bought, rows, value
from workers.inline import drain

TOUCHED = ("harvest_lot", "listing", "seller_order", "order_line", "reservation", "order_alert")


def _lot(shop: Shop) -> str:
    return encode("lot", shop.market.listings[0].lot_id)


def _everything(db: Database) -> list[Any]:
    return [rows(db, f"SELECT * FROM {table} ORDER BY id") for table in TOUCHED]


def _recalled(shop: Shop, db: Database) -> Any:
    answer = shop.post(shop.market.sellers[0], f"/lots/{_lot(shop)}/recall", {"reason": "农残超标。"})
    assert answer.status_code == 204
    drain(db)
    (recall,) = shop.get(shop.market.sellers[0], "/recalls").json()["items"]
    return recall


def test_every_buyer_of_a_recalled_lot_is_told_once(shop: Shop, db: Database) -> None:
    for _ in range(2):
        bought(shop, db, 1)
    recall = _recalled(shop, db)
    assert (recall["buyers"], recall["orders"], recall["by_phone"], recall["unreachable"]) == (1, 2, 1, 0)
    assert recall["seconds"] is not None
    told = "SELECT channel FROM notification WHERE template = 'order_recalled' ORDER BY channel"
    assert rows(db, told) == [("in_app",), ("sms",)]
    assert value(db, "SELECT count(*) FROM order_alert WHERE kind = 'recalled'") == 2
    for who in (shop.market.sellers[0], shop.market.operator):
        (reached,) = shop.get(who, f"/recalls/{recall['id']}/buyers").json()["items"]
        assert (reached["channel"], reached["state"], reached["read_at"]) == ("sms", "sent", None)
    shop.client.cookies.set("session", shop.market.sellers[0].token)
    assert shop.client.get(f"/recalls/{recall['id']}").status_code == 200
    shop.client.cookies.clear()


def test_recalling_again_tells_nobody_again(shop: Shop, db: Database) -> None:
    bought(shop, db, 1)
    _recalled(shop, db)
    before = value(db, "SELECT count(*) FROM notification")
    _recalled(shop, db)
    assert value(db, "SELECT count(*) FROM notification") == before


def test_an_order_that_is_paid_after_the_recall_is_found(shop: Shop, db: Database) -> None:
    from tests.orders.conftest import checkout_body

    shop.done(shop.market.buyer, "/checkouts", checkout_body(cart_id=shop.cart(1)))
    shop.post(shop.market.sellers[0], f"/lots/{_lot(shop)}/recall", {"reason": "农残超标。"})
    drain(db)
    assert value(db, "SELECT count(*) FROM order_alert WHERE kind = 'recalled'") == 1
    assert value(db, "SELECT count(*) FROM notification WHERE template = 'order_recalled' AND channel = 'sms'") == 1


def test_a_drill_lists_everybody_and_changes_nothing(shop: Shop, db: Database) -> None:
    bought(shop, db, 1)
    before, messages = _everything(db), value(db, "SELECT count(*) FROM notification")
    drill = shop.done(shop.market.operator, f"/lots/{_lot(shop)}/recall-drill", {"reason": "演练。"})
    assert (drill["seconds"], drill["buyers"]) == (None, 0)
    drain(db)
    done = shop.get(shop.market.operator, f"/recalls/{drill['id']}").json()
    assert (done["buyers"], done["by_phone"], done["sold"]["grams"]) == (1, 1, 2_500)
    assert done["seconds"] >= 0
    assert _everything(db) == before
    assert value(db, "SELECT count(*) FROM notification") == messages


def test_a_drill_that_is_told_says_that_it_is_one(shop: Shop, db: Database) -> None:
    bought(shop, db, 1)
    before = _everything(db)
    body = {"reason": "演练。", "told": True}
    shop.done(shop.market.operator, f"/lots/{_lot(shop)}/recall-drill", body)
    drain(db)
    assert rows(db, "SELECT params ->> 'drill' FROM notification WHERE template = 'order_recalled'") == [("true",)] * 2
    told = shop.client.get("/v1/notifications", headers={**shop.market.buyer.headers, "accept-language": "zh-Hans"})
    assert "这是召回演练" in told.text
    assert _everything(db) == before


def test_drills_are_operators_alone(shop: Shop, db: Database) -> None:
    bought(shop, db, 1)
    drill = shop.done(shop.market.operator, f"/lots/{_lot(shop)}/recall-drill", {"reason": "演练。"})
    seller = shop.market.sellers[0]
    assert shop.post(seller, f"/lots/{_lot(shop)}/recall-drill", {"reason": "x"}).status_code == 403
    for path in ("", "/buyers"):
        assert shop.get(seller, f"/recalls/{drill['id']}{path}").status_code == 404
    assert shop.get(seller, "/recalls").json()["items"] == []


def test_operators_drill_on_their_page(shop: Shop, db: Database) -> None:
    bought(shop, db, 1)
    with db.transaction() as session:
        operator = _operator(session)
    shop.client.cookies.set("session", operator)
    assert shop.client.get("/desk/recalls").status_code == 200
    form = {"lot": _lot(shop), "reason": "演练。", "_csrf_token": shop.client.cookies["csrftoken"]}
    answer = shop.client.post("/desk/recalls", data=form)
    assert (answer.status_code, "/recalls/rcl_" in str(answer.url)) == (200, True)
    drain(db)
    assert "演练。" in shop.client.get("/desk/recalls").text
    shop.client.cookies.clear()


def _operator(session: Session) -> str:
    return a_person(session, Role.OPERATOR).token
