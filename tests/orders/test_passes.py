"""Transport passes at dispatch: needed where a region asks, and good for one vehicle on one route in its days."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES, PEOPLES_ZONE
from agrimarket.orders.errors import PassRefused
from agrimarket.orders.rules import NewPass, check_pass, within
from agrimarket.orders.states import PassKind
from tests.factories.regions import a_requirement
from tests.orders.conftest import Shop, bought, checkout_body, value
from tests.support.browser import Browser
from workers.inline import drain

PLATE, OTHER_PLATE = "辽F12345", "粤AD12345"


def _packed(shop: Shop, db: Database, seller: int = 0) -> str:
    group = bought(shop, db, *([0] * seller), 1)
    order, who = group["orders"][0]["id"], shop.market.sellers[seller]
    shop.done(who, f"/seller-orders/{order}/accept")
    shop.done(who, f"/seller-orders/{order}/pack", {"boxes": 1})
    drain(db)
    return order


def _asked_for(db: Database) -> date:
    """Have Hubei, where deliveries go, ask for passes; returns today."""
    with db.transaction() as session:
        a_requirement(session, "420000")
        return clock.read(session).astimezone(PEOPLES_ZONE).date()


def _pass(today: date, **changed: Any) -> dict[str, Any]:
    held = {
        "number": "tx 2022-1120",
        "issuer": "辽宁省交通运输厅",
        "plate": "遼F·12345",
        "from_code": "210000",
        "to_code": "420100",
        "valid_from": str(today),
        "valid_until": str(today),
        "kind": "paper",
    }
    return {"carrier": "顺丰", "vehicle_plate": PLATE, "transport_pass": {**held, **changed}}


def _refused(shop: Shop, db: Database, order: str, body: Any, code: str, status: int = 409) -> Any:
    said: dict[str, Any] = {}
    for language in LANGUAGES:
        headers = {**shop.market.sellers[0].headers, "accept-language": language}
        answer = shop.client.post(f"/v1/seller-orders/{order}/dispatch", json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        said[answer.json()["detail"]] = answer.json()
    assert len(said) == len(LANGUAGES)
    assert shop.get(shop.market.sellers[0], f"/seller-orders/{order}").json()["shipment"]["state"] == "ready"
    return said.popitem()[1]


def test_none_is_needed_where_neither_end_asks(shop: Shop, db: Database) -> None:
    order = _packed(shop, db)
    sent = shop.done(shop.market.sellers[0], f"/seller-orders/{order}/dispatch", {"vehicle_plate": "辽f 12345"})
    assert (sent["shipment"]["vehicle_plate"], sent["shipment"]["transport_pass"]) == (PLATE, None)


def test_without_one_the_seller_is_told_who_gives_it_out(shop: Shop, db: Database) -> None:
    order = _packed(shop, db)
    _asked_for(db)
    told = _refused(shop, db, order, {}, "pass.missing")
    (needed,) = told["details"]["requirements"]
    assert (needed["region_code"], needed["issued_by"]) == ("420000", "省交通运输厅")


def test_a_good_pass_goes_with_the_shipment(shop: Shop, db: Database) -> None:
    order = _packed(shop, db)
    body = _pass(_asked_for(db))
    shop.done(shop.market.sellers[0], f"/seller-orders/{order}/dispatch", body)
    seen = shop.get(shop.market.buyer, f"/seller-orders/{order}").json()["shipment"]
    held = seen["transport_pass"]
    assert (held["number"], held["plate"], held["kind"]) == ("TX20221120", PLATE, "paper")
    assert value(db, "SELECT count(*) FROM transport_pass") == 1


def test_passes_that_are_not_good_today_here_or_for_this_vehicle(shop: Shop, db: Database) -> None:
    order = _packed(shop, db)
    today, day = _asked_for(db), timedelta(days=1)
    over = _pass(today, valid_from=str(today - day), valid_until=str(today - day))
    _refused(shop, db, order, over, "pass.expired")
    later = _pass(today, valid_from=str(today + day), valid_until=str(today + day))
    _refused(shop, db, order, later, "pass.not_yet_valid")
    _refused(shop, db, order, _pass(today, to_code="310000"), "pass.other_route")
    _refused(shop, db, order, _pass(today, plate=OTHER_PLATE), "pass.other_vehicle")
    _refused(shop, db, order, {**_pass(today), "vehicle_plate": None}, "pass.plate_needed", 422)
    _refused(shop, db, order, _pass(today, valid_until=str(today - day)), "pass.period", 422)
    _refused(shop, db, order, _pass(today, plate="F12345"), "invalid_fields", 422)
    assert value(db, "SELECT count(*) FROM transport_pass") == 0


def test_two_vehicles_do_not_drive_under_one_pass_and_one_vehicle_carries_several_orders(
    shop: Shop, db: Database
) -> None:
    first, second, third = (_packed(shop, db) for _ in range(3))
    today, farmer = _asked_for(db), shop.market.sellers[0]
    shop.done(farmer, f"/seller-orders/{first}/dispatch", _pass(today))
    shop.done(farmer, f"/seller-orders/{second}/dispatch", _pass(today))
    copied = {**_pass(today, plate=OTHER_PLATE), "vehicle_plate": OTHER_PLATE}
    told = _refused(shop, db, third, copied, "pass.in_use")
    assert told["details"]["plate"] == PLATE
    for order in (first, second):
        shop.done(farmer, f"/seller-orders/{order}/deliver")
    shop.done(farmer, f"/seller-orders/{third}/dispatch", copied)


def test_the_page_says_that_a_pass_is_needed_and_takes_it(shop: Shop, db: Database) -> None:
    order, farmer = _packed(shop, db), shop.market.sellers[0]
    path, today = f"/sell/orders/{order}", _asked_for(db)
    web = Browser(shop.client).become(farmer.token)
    web.get(path)
    assert "省交通运输厅" in web.words
    assert "货运通行证小程序" in web.words
    typed: dict[str, Any] = {
        "vehicle_plate": PLATE,
        "number": "TX1",
        "issuer": "省交通运输厅",
        "plate": PLATE,
        "route": "other",
        "valid_from": str(today),
        "valid_until": str(today),
        "kind": "paper",
    }
    web.post(f"{path}/send", **typed)
    assert (web.status, "for another route" in web.words) == (409, True), web.words
    assert 'value="TX1"' in web.page
    typed["route"] = "provinces"
    web.post(f"{path}/send", **typed)
    assert (web.status, web.path) == (200, path), web.words
    held = shop.get(farmer, f"/seller-orders/{order}").json()["shipment"]["transport_pass"]
    assert (held["from_code"], held["to_code"], held["kind"]) == ("210000", "420000", "paper")


codes = st.from_regex(r"^[1-9][0-9]{5}$", fullmatch=True)
TODAY = date(2022, 12, 2)


@settings(deadline=None)
@given(codes, codes, st.integers(-3, 3), st.integers(0, 3), st.booleans(), st.sampled_from([2, 4, 6]))
def test_a_pass_is_good_for_its_vehicle_on_its_route_in_its_days_alone(
    origin: str, destination: str, starts: int, lasts: int, own: bool, digits: int
) -> None:
    begins = TODAY + timedelta(days=starts)
    begin, end = (code[:digits].ljust(6, "0") for code in (origin, destination))
    held = NewPass("1", "", PLATE, begin, end, begins, begins + timedelta(days=lasts), PassKind.PAPER)
    good = own and starts <= 0 <= starts + lasts
    try:
        check_pass(held, PLATE if own else OTHER_PLATE, origin, destination, TODAY)
    except PassRefused:
        assert not good
    else:
        assert good


@settings(deadline=None)
@given(codes)
def test_a_place_lies_in_itself_in_its_prefecture_and_in_its_province(code: str) -> None:
    assert all(within(code, region) for region in (code, code[:4] + "00", code[:2] + "0000"))
    assert not within(code, str(int(code[0]) % 9 + 1) + "10000")


def test_who_fetches_the_goods_pays_no_delivery_and_needs_no_pass_of_the_sellers(shop: Shop, db: Database) -> None:
    mode = "pick_up"
    with db.transaction() as session:
        session.connection().exec_driver_sql("UPDATE listing SET modes = ARRAY['truck', 'pick_up']")
    cart = shop.cart(1)
    quote = shop.done(
        shop.market.buyer,
        "/quotes",
        {"cart_id": cart, "region_code": "420102", "community": "上海街道", "mode": mode},
    )
    assert (quote["mode"], quote["delivery"]["amount"]) == (mode, 0)
    group = shop.done(shop.market.buyer, "/checkouts", checkout_body(quote_id=quote["id"]))["order_group"]
    drain(db)
    assert group["mode"] == mode
    order, who = group["orders"][0]["id"], shop.market.sellers[0]
    shop.done(who, f"/seller-orders/{order}/accept")
    shop.done(who, f"/seller-orders/{order}/pack", {"boxes": 1})
    drain(db)
    _asked_for(db)
    shop.done(who, f"/seller-orders/{order}/dispatch", {})
