"""Act 5: what a listing can do: photos, an edit, a price that falls, an agent, papers, a file, a county's word."""

import csv
import io
from datetime import timedelta
from typing import Any

from PIL import Image

from agrimarket.story.sale import yuan
from agrimarket.story.stage import Person
from agrimarket.story.supply import BOX, DONGGANG, PRICE, Drive, lot, new_phone, publish, time_there
from seeds import drawings

HELD, SOLD_OUT_DAYS = 20_000, 5
"""Grams of the neighbour's lot whose price falls, and on how many of its last days."""
FLOOR = 30_00
OFFICE = "东港市农业农村局"
TITLE = "东港红颜草莓 5 斤装，当天采当天发"
COLUMNS = ("编号", "品名", "产地", "采收日期", "数量（斤）", "标题", "规格（斤）", "价格", "上架")


def act_selling(drive: Drive) -> None:
    """Play act 5: the listing gets photos and a better title; others sell by a falling price, an agent and a file."""
    stage = drive.stage
    stage.begin_act("A shelf that sells")
    with stage.step("the farmer's phone sends two photos; they are kept in three sizes, the close one first") as told:
        told.append(_photos(drive))
    with stage.step("the coach proposes a better title, the farmer accepts it with one tap") as told:
        told.append(_proposal(drive))
    with stage.step("the neighbour's price falls over the last days, never below the floor") as told:
        told.append(_markdown(drive))
    with stage.step("the neighbour lets the village agent sell for them, and ends it again") as told:
        told.append(_mandate(drive))
    with stage.step("a card to share in chats and a price label") as told:
        told.append(_papers(drive))
    with stage.step("a file of three listings: a dry run names what is wrong, then it is loaded") as told:
        told.append(_file(drive))
    with stage.step("the county's office vouches for the farmer's stock: it stands on today's clearance list") as told:
        told.append(_clearance(drive))
    with stage.step("buyers narrow their search; other platforms read the Data Food Consortium's feed") as told:
        told.append(_found(drive))


def _photos(drive: Drive) -> str:
    stage, farmer, path = drive.stage, drive.farmer, f"/v1/listings/{drive.listing_id}/photos"
    sent = [
        farmer.call("POST", path, files={"data": ("IMG.jpg", drawings.jpeg("strawberry", view), "image/jpeg")})
        for view in ("crate", "close")
    ]
    order = [{"id": photo["id"], "alt": alt} for photo, alt in zip(sent[::-1], ("三颗草莓", "一筐草莓"), strict=True)]
    farmer.call("PUT", path, {"photos": order})
    shown = drive.buyer.get(f"/v1/listings/{drive.listing_id}")["photos"]
    stage.check([photo["alt"] for photo in shown] == ["三颗草莓", "一筐草莓"], "the photos in the farmer's order")
    bytes_ = [len(drive.buyer.read(shown[0][size]).content) for size in ("small", "medium", "large")]
    with Image.open(io.BytesIO(drive.buyer.read(shown[0]["small"]).content)) as small:
        stage.check((small.format, max(small.size)) == ("WEBP", 320), "a small WebP")
    return f"{shown[0]['width']} × {shown[0]['height']}; {', '.join(f'{size / 1000:.1f}' for size in bytes_)} kB"


def _proposal(drive: Drive) -> str:
    stage = drive.stage
    body = {"listing_id": drive.listing_id, "title": TITLE, "note": "说清楚是哪天采的，买家更放心。"}
    made = drive.coach.post(f"/v1/coaching/cases/{drive.case_id}/proposals", body)
    waits = drive.farmer.get("/v1/listing-proposals")["items"][0]
    stage.check((waits["id"], waits["state"]) == (made["id"], "open"), "the coach's proposal")
    stage.check(drive.buyer.get(f"/v1/listings/{drive.listing_id}")["title"] != TITLE, "the old title until then")
    listing = drive.farmer.post(f"/v1/listing-proposals/{made['id']}/accept")
    stage.check(listing["title"] == TITLE, "the new title")
    again = drive.farmer.post(f"/v1/listing-proposals/{made['id']}/accept", expect=409)
    return f"{waits['coach']}: {waits['before']['title']} → {listing['title']}; twice is {again['code']}"


def _markdown(drive: Drive) -> str:
    stage, neighbour = drive.stage, drive.neighbour
    made = lot(drive, neighbour, "草莓", DONGGANG, HELD)
    drive.falling_id = publish(drive, neighbour, made["id"], "草莓，越晚越便宜", PRICE - 800, "pack")
    listing = neighbour.get(f"/v1/listings/{drive.falling_id}")
    rule = {"markdown": {"floor": {"amount": FLOOR, "currency": "CNY"}, "from_days": SOLD_OUT_DAYS}}
    neighbour.patch(f"/v1/listings/{drive.falling_id}", rule, headers={"If-Match": listing.etag})
    seen = drive.buyer.get(f"/v1/listings/{drive.falling_id}")
    full, now = seen["full_price"]["amount"], seen["price"]["amount"]
    stage.check(FLOOR < now < full == PRICE - 800, f"a price between the floor and the full one, and not {now}")
    stage.check(bool(seen["price_changes_at"]), "when it falls next")
    body = {"lines": [{"listing_id": drive.falling_id, "packs": 1}]}
    cart = drive.buyer.post("/v1/carts", body)
    stage.check(cart["lines"][0]["listing_id"] == drive.falling_id, "the listing in a cart")
    return f"{yuan(seen['full_price'])} → {yuan(seen['price'])} today, CNY {FLOOR / 100:.2f} at the end"


def _mandate(drive: Drive) -> str:
    stage, neighbour, agent = drive.stage, drive.neighbour, Person(drive.stage, "agent", "zh-Hans")
    phone = new_phone()
    agent.sign_in_by_phone(phone)
    seller = neighbour.get("/v1/me")["seller"]["id"]
    given = neighbour.post("/v1/mandates", {"phone": phone})
    stage.check([one["seller_id"] for one in agent.get("/v1/mandates")["held"]] == [seller], "the mandate")
    agent.http.headers["Agrimarket-Seller"] = seller
    made = lot(drive, agent, "草莓", DONGGANG, BOX * 4)
    listing = drive.agents_id = publish(drive, agent, made["id"], "村代理代卖的草莓", PRICE, "pack")
    stage.check(drive.buyer.get(f"/v1/listings/{listing}")["seller_id"] == seller, "the grower as its seller")
    money = agent.call("GET", "/v1/payouts", expect=(200, 403, 404))
    stage.check(not money.get("items"), "the money for the grower's eyes alone")
    neighbour.call("DELETE", f"/v1/mandates/{given['id']}", expect=204)
    ended = agent.call("POST", f"/v1/listings/{listing}/pause", expect=(401, 403, 404))
    del agent.http.headers["Agrimarket-Seller"]
    return f"4 boxes on sale as {given['grower'] or 'the grower'}; afterwards {ended['code']}"


def _papers(drive: Drive) -> str:
    stage = drive.stage
    card = drive.buyer.read(f"/listings/{drive.listing_id}/card.png").content
    with Image.open(io.BytesIO(card)) as picture:
        stage.check(picture.format == "PNG", "a PNG")
        across = f"{picture.width} × {picture.height}"
    label = drive.farmer.read(f"/listings/{drive.listing_id}/label.pdf").content
    stage.check(label.startswith(b"%PDF"), "a PDF")
    return f"PNG of {across} with a QR code, {len(card) / 1000:.0f} kB; PDF of A6, {len(label) / 1000:.0f} kB"


def _file(drive: Drive) -> str:
    stage, neighbour, home = drive.stage, drive.neighbour, "/v1/listings/imports"
    day = time_there(drive).date().isoformat()
    rows = [[f"S-{n}", "草莓", DONGGANG, day, "20", f"第 {n} 棚草莓", "5", "58", "是"] for n in (1, 2)]
    wrong = ["S-3", "草莓", DONGGANG, day, "很多", "第 3 棚草莓", "5", "58", "是"]
    checked = neighbour.call("POST", home, files={"file": ("货.csv", _csv([*rows, wrong]), "text/csv")})
    counts = (checked["counts"]["ready"], checked["counts"]["error"])
    stage.check(counts == (2, 1), f"two rows that are right and one that is not, and not {counts}")
    stage.check(checked["state"] == "checked", "a dry run that does nothing")
    row = neighbour.get(f"{home}/{checked['id']}/rows", params={"state": "error"})["items"][0]
    fault = next(cell["error"]["detail"] for cell in row["cells"] if cell["error"])
    neighbour.post(f"{home}/{checked['id']}/load")

    def loaded() -> Any:
        file = neighbour.get(f"{home}/{checked['id']}")
        return file if file["state"] == "loaded" else None

    done = stage.until(loaded, "a loaded file")["counts"]
    stage.check((done["loaded"], done["failed"]) == (2, 0), f"two listings, and not {done}")
    again = neighbour.call("POST", home, files={"file": ("货.csv", _csv(rows), "text/csv")})
    stage.check(again["counts"]["known"] == 2, "the same file again to change nothing")
    return f"row {row['number']}: {fault}; 2 loaded, the same again: 2 known"


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, *rows])
    return text.getvalue().encode()


def _clearance(drive: Drive) -> str:
    today = (time_there(drive) + timedelta(hours=8)).date().isoformat()
    said = {"verified": True, "office": OFFICE, "officer": "老赵", "words": "到棚里看过。", "given_on": today}
    drive.operator.call("POST", f"/v1/lots/{drive.lot_id}/opinions", said, expect=204)
    made = drive.operator.post("/v1/clearance", {"why": "东港又有一批核实过的草莓。"})
    line: Any = None
    page = drive.buyer.get(f"/v1/clearance/{made['day']}", params={"product": "strawberry"})
    line = next((each for each in page["items"] if each["listing_id"] == drive.listing_id), None)
    drive.stage.check(line is not None, "the farmer's stock on the list")
    sheet = drive.buyer.read(f"/clearance/{made['day']}.csv").text if made else ""
    drive.stage.check(OFFICE in sheet, "the office in the file")
    tonnes = made["weight"]["grams"] / 1_000_000
    return (
        f"edition {made['edition']} of {made['day']}: {made['lines']} lines, {tonnes:,.1f} t; "
        f"{line['product']}, {line['weight']['grams'] // 1000} kg, by {line['verified_by']}"
    )


def _found(drive: Drive) -> str:
    stage = drive.stage
    facets = drive.buyer.get("/v1/listings/facets", params={"q": "caomei"})
    listed = drive.buyer.get("/v1/listings", params={"q": "caomei", "limit": 50})["items"]
    stage.check(facets["total"] == len(listed) > 2, f"as many hits as are counted, and not {facets['total']}")
    feed = drive.buyer.get("/v1/feeds/dfc", params={"limit": 100})
    told = sum(drive.listing_id in str(node.get("@id")) for node in feed["@graph"])
    stage.check(told > 0, "the farmer's listing in the feed")
    prices = ", ".join(f"{band['value'] or 'more'}: {band['count']}" for band in facets["prices"])
    return f"caomei: {facets['total']} listings, by fen a kilogram {prices}; the feed has {len(feed['@graph'])} nodes"
