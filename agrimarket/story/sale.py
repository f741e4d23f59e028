"""Acts 5 to 7: an official notice, one payment for two sellers, and boxes on the road."""

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PIL import Image

from agrimarket.story.stage import Person, Stage
from agrimarket.story.supply import BOX, DONGGANG, PRICE, Drive, lot, new_phone, publish

NOTICE = "2022120208"
DAY = "2022-12-02"
COUNTIES = ("420102", "110105", "210102", "500103", "440105", "130102", "140105", "370102", "610103")
"""Counties of which some have communities in the notice."""
RUSH = 20
"""Buyers who want the last box."""
CANDIDATES = ("460203", "350203", "330106", "532901", "310115", "440305", "520102", "630102", "540102", "340103")
"""Counties of which at least one has no restriction."""


def _address(region_code: str) -> dict[str, Any]:
    return {"recipient": "刘女士", "phone": "+8613900000201", "region_code": region_code, "street": "解放大道 1 号"}


def _cart(buyer: Person, lines: dict[str, int]) -> str:
    body = {"lines": [{"listing_id": listing, "packs": packs} for listing, packs in lines.items()]}
    return buyer.post("/v1/carts", body)["id"]


def act_notice(drive: Drive) -> None:
    """Play act 5: the notice of 2 December 2022 is in force; one county is open, in another communities are closed."""
    stage, buyer = drive.stage, drive.buyer
    stage.begin_act("An official notice is in force")
    with stage.step("the notice of 2022-12-02") as told:
        notices = buyer.get("/v1/bulletins")["items"]
        notice = next(entry for entry in notices if entry["number"] == NOTICE)
        closed = sum(count["parsed"] for level, count in notice["counts"].items() if level != "low")
        told.append(
            f"no. {notice['number']}, {notice['entries']} areas, {closed} closed communities; {notice['source']}"
        )
    with stage.step("a buyer in a county without restrictions gets a quote") as told:
        statuses = {code: buyer.get(f"/v1/regions/{code}/status") for code in CANDIDATES}
        drive.open_county = next(code for code, status in statuses.items() if status["verdict"] == "open")
        cart = _cart(buyer, {drive.listing_id: 2})
        quote = buyer.post("/v1/quotes", {"cart_id": cart, "region_code": drive.open_county})
        name = statuses[drive.open_county]["region"]["full_name"]
        told.append(f"{name}: {yuan(quote['total'])} with delivery, until {quote['expires_at'][11:16]} UTC")
    with stage.step("a buyer in a closed community's county is told what is closed") as told:
        told.append(_refused(drive, cart))
    with stage.step("the same is asked by mode, and for the day of the notice") as told:
        told.append(_asked(drive))


def _refused(drive: Drive, cart: str) -> str:
    county, closed = _closed_county(drive)
    body = {"cart_id": cart, "region_code": county}
    for place in ({}, {"community": closed}):
        refusal = drive.buyer.post("/v1/quotes", body | place, expect=(409, 422))
        drive.stage.check(
            refusal["code"].startswith("delivery."), f"a refusal by the notice, and not {refusal['code']}"
        )
        text = str(refusal["details"]) + refusal["detail"]
        drive.stage.check(NOTICE in text, "the notice's number in the refusal")
    return refusal["detail"]


def _asked(drive: Drive) -> str:
    """Ask by mode and day about a community at high risk and one where people stay in, if the notice has one."""
    said: list[str] = []
    for risk, least in (("high", ("closed",)), ("middle", ("essential_only", "closed"))):
        place = _listed(drive, risk)
        if place is None:
            continue
        ask = {"origin": DONGGANG, "destination": place[0], "community": place[1]}
        truck, point = (_answer(drive, {**ask, "mode": mode}) for mode in ("truck", "contactless_point"))
        day = _answer(drive, {**ask, "date": DAY})
        drive.stage.check(truck["verdict"] == day["verdict"] == "closed", "no truck to a listed community")
        drive.stage.check(day["basis"] in {"history", "in_force"}, "an answer from what was in force on that day")
        drive.stage.check(truck["level"] in least, f"a level of {least} where the risk is {risk}")
        came = point["verdict"] == "open"
        drive.stage.check(came == (truck["level"] == "essential_only"), "a contactless point only where people stay in")
        said.append(f"{place[1][:20]}: {truck['level']}. {truck['instead'][0]['text']}")
    drive.stage.check(bool(said), "a community that the notice lists")
    return " · ".join(said)


def _answer(drive: Drive, asked: dict[str, str]) -> Any:
    return drive.buyer.get("/v1/serviceability", params=asked)


def _listed(drive: Drive, level: str) -> tuple[str, str] | None:
    """A county with a community that the notice lists at that level, and its name."""
    for code in COUNTIES:
        for entry in drive.buyer.get(f"/v1/regions/{code}/status")["restrictions"]:
            if entry["level"] == level and entry["region_code"] == code and entry["communities"]:
                return code, entry["communities"][0]
    return None


def _closed_county(drive: Drive) -> tuple[str, str]:
    for code in COUNTIES:
        status = drive.buyer.get(f"/v1/regions/{code}/status")
        for entry in status["restrictions"]:
            if entry["level"] != "low" and entry["region_code"] == code and entry["communities"]:
                return code, entry["communities"][0]
    drive.stage.check(False, "a county with closed communities")
    return "", ""


def act_checkout(drive: Drive) -> None:
    """Play act 6: a cart of two sellers' goods is bought by card, then by Alipay; twenty buyers want the last box."""
    stage, buyer = drive.stage, drive.buyer
    stage.begin_act("Checkout")
    with stage.step("a cart of two sellers' goods, one card payment") as told:
        group = buy(drive, buyer, {drive.listing_id: 2, drive.neighbour_listing_id: 1}, "card")
        drive.groups["card"] = group
        told.append(
            f"one group {group['id'][:12]}…, {len(group['orders'])} seller orders, {yuan(group['ceiling'])} held"
        )
        stage.check(len(group["orders"]) == 2, "two seller orders")
    with stage.step("the same checkout again gives the same group") as told:
        body = {"cart_id": group["cart_id"], "address": _address(drive.open_county), "method": "card"}
        again = buyer.post("/v1/checkouts", body)["order_group"]
        stage.check(again["id"] == group["id"], "the same group")
        told.append(again["id"][:12] + "…")
    with stage.step("another with Alipay: redirected, paid, back") as told:
        group = buy(drive, buyer, {drive.listing_id: 1, drive.neighbour_listing_id: 1}, "alipay")
        drive.groups["alipay"] = group
        told.append(f"{yuan(group['ceiling'])} captured")
    with stage.step(f"{RUSH} buyers fight over the last box") as told:
        told.append(_rush(drive))


def buy(drive: Drive, buyer: Person, lines: dict[str, int], method: str) -> Any:
    """Buy packs of listings for the open county, paid by card or Alipay; returns the group once it is placed."""
    cart = _cart(buyer, lines)
    quote = buyer.post("/v1/quotes", {"cart_id": cart, "region_code": drive.open_county})
    body: dict[str, Any] = {"quote_id": quote["id"], "address": _address(drive.open_county), "method": method}
    if method == "card":
        body["payment_method"] = "pm_card_visa"
    bought = buyer.post("/v1/checkouts", body)
    if method == "alipay":
        stage = drive.stage
        page = bought["payment"]["redirect_url"]
        stage.check(bool(page), "a page of Alipay to go to")
        stage.sandbox.get(page).raise_for_status()
        stage.check(stage.sandbox.post(page, data={"outcome": "succeed"}).has_redirect_location, "the way back")
    return placed(drive.stage, buyer, bought["order_group"]["id"])


def placed(stage: Stage, buyer: Person, group_id: str) -> Any:
    """The order group once all its orders are placed, since its payment has succeeded."""

    def look() -> Any:
        group = buyer.get(f"/v1/order-groups/{group_id}")
        return group if all(order["state"] == "placed" for order in group["orders"]) else None

    return stage.until(look, "a placed order")


def _rush(drive: Drive) -> str:
    stage = drive.stage
    listing = publish(drive, drive.neighbour, _one_box_lot(drive), "最后一箱草莓", PRICE, "pack")
    people = [Person(stage, f"buyer {number}") for number in range(RUSH)]
    for person in people:
        person.sign_in_by_phone(new_phone())
        body = {"kind": "household", "display_name": person.name, "region_code": drive.open_county}
        person.post("/v1/buyers", body)
    carts = [_cart(person, {listing: 1}) for person in people]

    def buy(person: Person, cart: str) -> Any:
        body = {
            "cart_id": cart,
            "address": _address(drive.open_county),
            "method": "card",
            "payment_method": "pm_card_visa",
        }
        return person.post("/v1/checkouts", body | {"payment_method": "pm_card_visa"}, expect=(200, 201, 409, 422))

    with ThreadPoolExecutor(RUSH) as pool:
        answers = list(pool.map(buy, people, carts))
    refusals = {answer["code"] for answer in answers if "code" in answer}
    sold = [answer for answer in answers if "order_group" in answer]
    stage.check(len(sold) == 1, f"one sale, and not {len(sold)}")
    stage.check(all("sold_out" in code for code in refusals), f"clear refusals, and not {refusals}")
    said = next(answer["detail"] for answer in answers if "code" in answer)
    return f"sold once; {RUSH - 1} were told: {said}"


def _one_box_lot(drive: Drive) -> str:
    return lot(drive, drive.neighbour, "草莓", DONGGANG, BOX)["id"]


def act_fulfilment(drive: Drive) -> None:
    """Play act 7: orders are accepted, packed (one box lighter), dispatched, delivered; a buyer claims for a tenth."""
    stage = drive.stage
    stage.begin_act("On the road")
    orders = [
        (seller, order["id"]) for seller in (drive.farmer, drive.neighbour) for order in _orders_of(drive, seller)
    ]
    with stage.step("the sellers accept") as told:
        for seller, order in orders:
            seller.post(f"/v1/seller-orders/{order}/accept")
        told.append(f"{len(orders)} orders")
    with stage.step("they pack; one box weighs 100 g less, and the buyer pays the packed weight") as told:
        told.append(_pack(drive, orders))
    with stage.step("they dispatch and deliver") as told:
        for seller, order in orders:
            stage.until(lambda s=seller, o=order: s.get(f"/v1/seller-orders/{o}")["settled"], "a settled payment")
            seller.post(f"/v1/seller-orders/{order}/dispatch", {"carrier": "顺丰"})
            seller.post(f"/v1/seller-orders/{order}/deliver")
        told.append("delivered; the claim window is open")
    with stage.step("a claim for 10 % spoilage, with a photo, is approved and refunded") as told:
        told.append(_claim(drive))


def _orders_of(drive: Drive, seller: Person) -> list[Any]:
    mine = {group["id"] for group in drive.groups.values()}
    listed = seller.get("/v1/seller-orders", params={"limit": 50})["items"]
    return [order for order in listed if order["order_group_id"] in mine]


def _pack(drive: Drive, orders: list[tuple[Person, str]]) -> str:
    lighter = ""
    for seller, order_id in orders:
        order = seller.get(f"/v1/seller-orders/{order_id}")
        line = order["lines"][0]
        body: dict[str, Any] = {"boxes": line["packs"]}
        if seller is drive.farmer and order["order_group_id"] == drive.groups["card"]["id"]:
            grams = line["packs"] * BOX - 100
            body["lines"] = [{"line_id": line["id"], "packed": {"grams": grams}}]
            packed = seller.post(f"/v1/seller-orders/{order_id}/pack", body)
            final = packed["lines"][0]["final"]
            drive.stage.check(final["amount"] == PRICE * grams // BOX, "the price of the packed weight")
            lighter = f"{grams} g of {line['packs'] * BOX} g: {yuan(final)} instead of {yuan(line['unit_price'], 2)}"
        else:
            seller.post(f"/v1/seller-orders/{order_id}/pack", body)
    return lighter


def _claim(drive: Drive) -> str:
    stage, buyer = drive.stage, drive.buyer
    order = next(o for o in _orders_of(drive, drive.farmer) if o["order_group_id"] == drive.groups["card"]["id"])
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), (140, 30, 40)).save(picture, "JPEG")
    photo = buyer.call("POST", "/v1/claims/photos", files={"file": ("box.jpg", picture.getvalue(), "image/jpeg")})
    claim = buyer.post(
        "/v1/claims",
        {
            "seller_order_id": order["id"],
            "reason": "spoiled",
            "description": "About a tenth of the berries had gone soft.",
            "affected_bps": 1_000,
            "photos": [photo["id"]],
        },
    )
    drive.operator.post(f"/v1/claims/{claim['id']}/approve", {})

    def settled() -> Any:
        found = buyer.get(f"/v1/claims/{claim['id']}")
        return found if found["state"] == "settled" else None

    return f"{yuan(stage.until(settled, 'a settled claim')['awarded'])} back to the buyer"


def yuan(money: dict[str, Any], times: int = 1) -> str:
    """An amount as people read it, so many times."""
    return f"{money['currency']} {money['amount'] * times / 100:,.2f}"
