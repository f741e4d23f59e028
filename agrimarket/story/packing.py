"""Acts 9 and 10: a harvest that came in short, and orders that are weighed, labelled, sent, traced and recalled."""

import io
import re
from datetime import timedelta
from typing import Any

from agrimarket.story.sale import buy, yuan
from agrimarket.story.stage import Person
from agrimarket.story.supply import BOX, DONGGANG, PRICE, Drive, lot, new_phone, publish, time_there
from seeds import drawings

ORDERED, CAME_IN = 4, 12_500
"""Boxes that each of two buyers orders beforehand, and grams that come in for both."""
SHARE = CAME_IN // 2
WEIGHED = (2_500, 2_400, SHARE - 5_000)
PLATE = "辽F12345"


def act_harvest(drive: Drive) -> None:
    """Play act 9: two buyers order of a harvest that is to come; it is short, and each gets their share and money."""
    stage = drive.stage
    stage.begin_act("A harvest to come")
    with stage.step("two buyers order strawberries that ripen in four days, and pay at once") as told:
        made = lot(drive, drive.farmer, "草莓", DONGGANG, 40_000, in_days=4)
        drive.early_lot = made["id"]
        stage.check(made["free"]["grams"] == 32_000, "80 % of the harvest on sale")
        listing = publish(drive, drive.farmer, made["id"], "东港草莓预订 5 斤装", PRICE)
        buyers = (drive.buyer, _another(drive))
        drive.early = [(buyer, buy(drive, buyer, {listing: ORDERED}, "card")) for buyer in buyers]
        told.append(
            f"2 × {ORDERED} boxes, {yuan(drive.early[0][1]['ceiling'])} each; {made['free']['grams'] // 1000} kg"
        )
    with stage.step("nothing is packed before it is in") as told:
        order = drive.early[0][1]["orders"][0]["id"]
        drive.farmer.post(f"/v1/seller-orders/{order}/accept")
        box = {"number": 1, "weight": {"grams": BOX}}
        early = drive.farmer.post(f"/v1/seller-orders/{order}/boxes", box, expect=409)
        told.append(f"409 {early['code']}")
    with stage.step("frost: 12.5 kg come in of 20 kg sold; it is shared out pro rata, the rest is refunded") as told:
        told.append(_short(drive))


def _another(drive: Drive) -> Person:
    buyer = Person(drive.stage, "second buyer")
    buyer.sign_in_by_phone(new_phone())
    buyer.post("/v1/buyers", {"kind": "household", "display_name": "陈先生", "region_code": drive.open_county})
    return buyer


def _short(drive: Drive) -> str:
    stage = drive.stage
    drive.farmer.post(f"/v1/lots/{drive.early_lot}/harvest", {"quantity": {"grams": CAME_IN}})
    for buyer, group in drive.early:
        order = group["orders"][0]["id"]

        def shared(who: Person = buyer, order_id: str = order) -> Any:
            return who.get(f"/v1/seller-orders/{order_id}")["lines"][0]["allotted"]

        stage.check(stage.until(shared, "a share")["grams"] == SHARE, f"{SHARE} g for each")
    less = ORDERED * PRICE * (ORDERED * BOX - SHARE) // (ORDERED * BOX)
    for buyer, group in drive.early:
        split = buyer.get(f"/v1/payments/{group['payment_id']}")["splits"][0]
        stage.check(split["refunded"]["amount"] == less, f"{less} fen back, and not {split['refunded']}")
    texts = stage.until(lambda: _told_of(drive, "6.25"), "a message that tells the share")
    return f"{SHARE / 1000:g} kg of {ORDERED * BOX / 1000:g} kg each, CNY {less / 100:.2f} back at once; {texts}"


def _told_of(drive: Drive, word: str) -> str:
    items = drive.buyer.get("/v1/notifications")["items"]
    return next((text for item in items if word in (text := str(item.get("body") or item.get("text")))), "")


def act_packing(drive: Drive) -> None:
    """Play act 10: one seller declines, boxes are weighed and labelled, an order goes out and arrives; then a drill."""
    stage = drive.stage
    stage.begin_act("Boxes on a truck")
    with stage.step("of a purchase from two sellers one declines: that part alone comes back") as told:
        told.append(_declined(drive))
    orders = [group["orders"][0]["id"] for _, group in drive.early]
    with stage.step("the boxes of the short harvest are weighed one by one, up to its share") as told:
        drive.farmer.post(f"/v1/seller-orders/{orders[1]}/accept")
        told.append(_weighed(drive, orders[0]))
        drive.farmer.post(f"/v1/seller-orders/{orders[1]}/pack", {"boxes": 3})
    with stage.step("labels of A6 for each box, and a packing slip") as told:
        told.append(_printed(drive, orders[0]))
    with stage.step("dispatched with carrier, number and transport pass; held at a checkpoint, then on") as told:
        told.append(_sent(drive, orders))
    with stage.step("delivered, with a photo that proves it") as told:
        told.append(_arrived(drive, orders))
    with stage.step("who bought of that lot, and a drill of its recall") as told:
        told.append(_traced(drive, orders))


def _declined(drive: Drive) -> str:
    stage, farmer = drive.stage, drive.farmer
    group = buy(drive, drive.buyer, {drive.listing_id: 1, drive.agents_id: 1}, "card")
    theirs = {order["seller_id"]: order for order in group["orders"]}
    mine = theirs.pop(farmer.get("/v1/me")["seller"]["id"])
    other = next(iter(theirs.values()))
    drive.neighbour.post(f"/v1/seller-orders/{other['id']}/decline", {"reason": "夜里下雹子，这批都坏了。"})
    seen = drive.buyer.get(f"/v1/seller-orders/{other['id']}")
    stage.check((seen["state"], seen["final"]["amount"]) == ("declined", 0), "nothing to pay for what is declined")
    instead = {each["listing_id"] for each in seen["alternatives"]}
    stage.check(bool(instead - {drive.agents_id}), "like lots in place of what was declined")
    stage.check(drive.agents_id not in instead, "other lots than the one that was declined")
    stage.check(drive.buyer.get(f"/v1/seller-orders/{mine['id']}")["state"] == "placed", "the other part as it was")
    farmer.post(f"/v1/seller-orders/{mine['id']}/accept")
    packed = farmer.post(f"/v1/seller-orders/{mine['id']}/pack", {"boxes": 1})
    payment = f"/v1/payments/{group['payment_id']}"
    stage.until(lambda: drive.buyer.get(payment)["settled_at"], "a settled payment")
    taken = drive.buyer.get(payment)["captured"]
    stage.check(taken == packed["final"], "the captured sum to be what is sent")
    _away(drive, [mine["id"]])
    offered = seen["alternatives"][0]
    like = f"{offered['title']}, {yuan(offered['price'])}"
    return f"{yuan(taken)} of {yuan(group['ceiling'])} taken; offered instead: {like}"


def _weighed(drive: Drive, order: str) -> str:
    stage, farmer, path = drive.stage, drive.farmer, f"/v1/seller-orders/{order}/boxes"
    before = farmer.get(path)
    stage.check(before["packs_missing"] == len(WEIGHED), "three boxes for two and a half")
    for number, grams in enumerate(WEIGHED, 1):
        body = {"number": number, "weight": {"grams": grams}}
        farmer.post(path, body)
        stage.check(farmer.post(path, body, expect=409)["code"] in {"box.weighed"}, "one box, weighed once")
    packed = farmer.post(f"{path}/finish", {})
    final, grams = packed["final"]["amount"] - packed["delivery"]["amount"], sum(WEIGHED)
    stage.check(packed["lines"][0]["packed"]["grams"] == grams, f"{grams} g")
    stage.check(final == (2 * PRICE * grams + BOX) // (2 * BOX), f"the price of {grams} g, and not {final}")
    return f"{' + '.join(str(each) for each in WEIGHED)} g: CNY {final / 100:.2f}"


def _printed(drive: Drive, order: str) -> str:
    stage, path = drive.stage, f"/v1/seller-orders/{order}"
    label, slip = (drive.farmer.read(f"{path}/{name}.pdf").content for name in ("label", "slip"))
    pages = len(re.findall(rb"/Type ?/Page\b", label))
    stage.check(label.startswith(b"%PDF") and slip.startswith(b"%PDF"), "two PDFs")
    stage.check(pages == len(WEIGHED), f"a label for each box, and not {pages}")
    number = drive.farmer.get(path)["number"]
    return f"order {number}: {pages} labels, {len(label) // 1000} kB; slip, {len(slip) // 1000} kB"


def _sent(drive: Drive, orders: list[str]) -> str:
    stage, farmer = drive.stage, drive.farmer
    today = (time_there(drive) + timedelta(hours=8)).date()
    held = {
        "number": f"LN{today:%Y%m%d}0001",
        "issuer": "辽宁省交通运输厅",
        "plate": PLATE,
        "from_code": "210000",
        "to_code": drive.open_county,
        "valid_from": today.isoformat(),
        "valid_until": (today + timedelta(days=3)).isoformat(),
    }
    for number, order in enumerate(orders, 1):
        stage.until(lambda o=order: farmer.get(f"/v1/seller-orders/{o}")["settled"], "a settled payment")
        way = {"carrier": "顺丰", "tracking_number": f"SF139000000{number}", "vehicle_plate": PLATE}
        farmer.post(f"/v1/seller-orders/{order}/dispatch", {**way, "transport_pass": held})
    path = f"/v1/seller-orders/{orders[0]}/shipment"
    farmer.post(path, {"state": "held_at_checkpoint", "place": "G15 沈海高速 大丰检查站"})
    seen = drive.buyer.get(f"/v1/seller-orders/{orders[0]}")["shipment"]
    stage.check(seen["state"] == "held_at_checkpoint", "a shipment that is held")
    farmer.post(path, {"state": "in_transit"})
    held_by = seen["transport_pass"]["number"]
    return f"{seen['carrier']} {seen['tracking_number']}, {PLATE}, pass {held_by}; {seen['held_place']}"


def _arrived(drive: Drive, orders: list[str]) -> str:
    farmer, path = drive.farmer, f"/v1/seller-orders/{orders[0]}"
    picture = {"data": ("door.jpg", drawings.jpeg("strawberry"), "image/jpeg")}
    photo = farmer.call("POST", f"{path}/delivery-photos", files=picture)
    for order in orders:
        farmer.post(f"/v1/seller-orders/{order}/deliver")
    seen = drive.buyer.get(path)
    drive.stage.check([each["id"] for each in seen["delivery_photos"]] == [photo["id"]], "the photo at the order")
    size = len(drive.buyer.read(photo["url"]).content)
    return (
        f"order {seen['number']} {seen['state']}, WebP of {size / 1000:.0f} kB; claims until {seen['claim_until'][:16]}"
    )


def _away(drive: Drive, orders: list[str]) -> None:
    """Dispatch and deliver orders whose money is captured."""
    for order in orders:
        path = f"/v1/seller-orders/{order}"
        drive.stage.until(lambda p=path: drive.farmer.get(p)["settled"], "a settled payment")
        drive.farmer.post(f"{path}/dispatch", {"carrier": "顺丰"})
        drive.farmer.post(f"{path}/deliver")


def _traced(drive: Drive, orders: list[str]) -> str:
    stage, path = drive.stage, f"/v1/lots/{drive.early_lot}"
    lines = drive.farmer.get(f"{path}/trace")["items"]
    stage.check({line["order_id"] for line in lines} == set(orders), "both orders in the trace")
    stage.check(sum(line["packed"]["grams"] for line in lines) == sum(WEIGHED) + SHARE, "what was packed of the lot")
    file = drive.farmer.read(f"{path}/trace.csv").text
    stage.check(len(io.StringIO(file).readlines()) == 1 + len(lines), "a line each in the file")
    stock = drive.farmer.get("/v1/lots")["items"]
    pressed = drive.operator.post(f"{path}/recall-drill", {"reason": "Yearly drill of the county."})

    def listed() -> Any:
        found = drive.operator.get(f"/v1/recalls/{pressed['id']}")
        return found if found["listed_at"] else None

    drill = stage.until(listed, "a complete list")
    stage.check((drill["orders"], drill["buyers"], drill["unreachable"]) == (2, 2, 0), "two buyers who can be reached")
    stage.check(drive.farmer.get("/v1/lots")["items"] == stock, "no stock changed by a drill")
    kilograms = drill["sold"]["grams"] / 1000
    return (
        f"{drill['buyers']} buyers, {kilograms:g} kg, listed in {drill['seconds']:.1f} s, {drill['by_phone']} by phone"
    )
