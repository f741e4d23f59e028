"""README's pictures of selling and of the market, taken with Chromium from what `make run` started: `make shots`.

A demo seller gets two orders through the API: one to answer, and one that is accepted and weighed.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from agrimarket.story.sale import buy
from agrimarket.story.stage import Person, Stage
from agrimarket.story.supply import Drive
from agrimarket.story.waiting import NothingRuns, join_when_ready
from seeds.people import BUYERS, SELLERS
from tests.e2e.conftest import CHROMIUM, FLAGS

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
WIDE, HIGH, GAP = 360, 720, 20
BEHIND = (224, 224, 220)
SELLER, BUYER = SELLERS[1], BUYERS[2]
LOOK = "window.scrollTo(0, {top})"


def main() -> int:
    """Take the pictures into `docs/pictures`; returns 1 where nothing runs."""
    try:
        join_when_ready(None, print)
    except NothingRuns as error:
        print(error, file=sys.stderr)
        return 1

    from agrimarket.settings import get_settings

    settings = get_settings()
    stage = Stage(settings.base_url, settings.mailbox_url, settings.stripe_api_base)
    seller, buyer = Person(stage, "seller", "zh-Hans"), Person(stage, "buyer", "zh-Hans")
    seller.sign_in_by_phone(SELLER.phone)
    buyer.sign_in_by_phone(BUYER.phone)
    mine = list(buyer.get("/v1/listings", params={"q": "徐闻菠萝"})["items"])
    boxed = next(listing["id"] for listing in mine if listing["priced_by"] == "pack")
    weighed = next(listing["id"] for listing in mine if listing["priced_by"] == "weight")
    drive = Drive(stage, seller, seller, seller, seller, seller, buyer, open_county=BUYER.region_code)
    answer, weigh = (buy(drive, buyer, lines, "card")["orders"][0]["id"] for lines in ({boxed: 6}, {weighed: 2}))
    seller.post(f"/v1/seller-orders/{weigh}/accept")
    token = seller.http.headers["Authorization"].removeprefix("Bearer ")
    day = buyer.get("/v1/clearance")["items"][0]["day"]
    selling = [("/sell", 0), (f"/sell/listings/{boxed}", 0), (f"/sell/orders/{answer}", 0),
               (f"/sell/orders/{weigh}/weigh", 0)]  # fmt: skip
    market = [("/", 690), (f"/listings/{boxed}", 0), (f"/clearance/{day}", 0), ("/regions/420102", 0)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        _row("selling.webp", [_shot(browser, settings.base_url, path, top, token) for path, top in selling])
        _row("market.webp", [_shot(browser, settings.base_url, path, top, "") for path, top in market])
        browser.close()
    return 0


def _shot(browser: Browser, site: str, path: str, top: int, token: str) -> Image.Image:
    """A page as a phone shows it, scrolled down by `top`."""
    context = browser.new_context(viewport={"width": WIDE, "height": HIGH}, locale="zh-CN")
    if token:
        context.add_cookies([{"name": "session", "value": token, "url": site}])
    page = context.new_page()
    answer = page.goto(site + path, wait_until="load")
    if answer is None or not answer.ok:
        raise SystemExit(f"{path}: {answer and answer.status}")
    page.evaluate(LOOK.format(top=top))
    page.wait_for_function("[...document.images].every(one => one.complete || one.loading === 'lazy')")
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    context.close()
    return picture.convert("RGB")


def _row(name: str, shots: list[Image.Image]) -> None:
    """Put pages side by side into one picture."""
    whole = Image.new("RGB", (len(shots) * (WIDE + GAP) - GAP, HIGH), BEHIND)
    for place, shot in enumerate(shots):
        whole.paste(shot, (place * (WIDE + GAP), 0))
    whole.save(PICTURES / name, "WEBP", quality=82, method=6)
    print(f"{name}: {(PICTURES / name).stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
