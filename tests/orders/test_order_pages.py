"""Orders and claims on pages: every text's link leads to where its reader acts, and refusals change nothing."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agrimarket.drive import drive
from agrimarket.http import amounts
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import LANGUAGES
from agrimarket.kernel.principal import Role
from agrimarket.orders.pages import measures, queues
from agrimarket.regions.service import places
from tests.factories.accounts import Somebody, a_buyer, a_person, a_seller
from tests.factories.files import jpeg
from tests.factories.orders import ADDRESS
from tests.orders.conftest import Shop, checkout_body, rows, sweep, value
from tests.orders.test_authentication import ASKS, Buyer
from tests.support.browser import Browser
from workers.inline import drain
from workers.tasks import orders as tasks


@pytest.fixture
def web(shop: Shop) -> Browser:
    return Browser(shop.client)


def _paid(shop: Shop, db: Database, *packs: int) -> str:
    group = shop.done(shop.market.buyer, "/checkouts", checkout_body(cart_id=shop.cart(*packs)))["order_group"]
    drain(db)
    return group["orders"][0]["id"]


@pytest.fixture
def oranges(shop: Shop, db: Database) -> str:
    """A paid order of two packs of 5 jin that are sold by weight."""
    return _paid(shop, db, 0, 2)


@pytest.fixture
def arrived(shop: Shop, db: Database, oranges: str) -> str:
    """The same, delivered, 4.9 kg of it."""
    return _arrive(shop, db, oranges)


def _delivered(shop: Shop, db: Database) -> str:
    return _arrive(shop, db, _paid(shop, db, 0, 2))


def _arrive(shop: Shop, db: Database, oranges: str) -> str:
    seller, path = shop.market.sellers[1], f"/seller-orders/{oranges}"
    shop.done(seller, f"{path}/accept")
    line = shop.get(seller, path).json()["lines"][0]["id"]
    shop.done(seller, f"{path}/pack", {"boxes": 1, "lines": [{"line_id": line, "packed": "4.9 kg"}]})
    drain(db)
    shop.done(seller, f"{path}/dispatch", {})
    shop.done(seller, f"{path}/deliver")
    return oranges


def _field(web: Browser, prefix: str) -> str:
    found = re.search(rf'name="({prefix}[^"]+)"', web.page)
    assert found, web.page
    return found[1]


def _in(web: Browser, who: Somebody) -> Browser:
    return web.become(who.token)


def _links(web: Browser, who: Somebody, button: str) -> str:
    """Address that a button of that person's home leads to."""
    _in(web, who).get("/me")
    found = re.search(rf'<a class="button[^"]*" href="([^"]+)"[^>]*>\s*(?:<[^>]+>)*{button}', web.page)
    assert found, web.words
    return found[1]


def test_a_seller_takes_packs_and_sends_from_their_home(shop: Shop, db: Database, web: Browser, oranges: str) -> None:
    seller, here = shop.market.sellers[1], f"/sell/orders/{oranges}"
    assert _links(web, seller, "Answer") == here
    web.get("/sell/orders?stage=answer")
    assert "To answer 1" in web.words
    assert here in web.page
    assert 'href="/sell/orders?stage=answer" aria-current="page"' in web.page
    assert 'href="/sell/orders" aria-current' not in web.page
    assert "waits for your answer" in web.words
    web.get("/sell/orders")
    assert "<h1>Orders from buyers</h1>" in web.page
    web.get(here)
    assert "王芳" in web.words
    assert "waits for your answer" in web.words
    web.post(f"{here}/accept")
    assert (web.path, web.status) == (here, 200)
    line = _field(web, "orl_")

    def weighed(weight: str) -> dict[str, Any]:
        return {line: weight}

    web.post(f"{here}/pack", boxes="1", unit="kg", **weighed("6 kg"))
    assert web.status == 422
    assert f'href="#{line}"' in web.page
    assert 'value="6 kg"' in web.page
    web.post(f"{here}/pack", boxes="no", unit="kg", **weighed("4.9 kg"))
    assert (web.status, 'href="#boxes"' in web.page) == (422, True)
    assert value(db, "SELECT state FROM seller_order") == "accepted"
    web.post(f"{here}/pack", boxes="一箱", unit="jin", **weighed("9.8"))
    assert web.status == 200, web.words
    assert rows(db, "SELECT state, final - delivery FROM seller_order") == [("packed", 9_780)]
    assert rows(db, "SELECT boxes, grams FROM shipment") == [(1, 4_900)]
    drain(db)
    web.get(here)
    web.post(f"{here}/send", carrier="顺丰", tracking_number="SF1234567890")
    assert "顺丰 SF1234567890" in web.words
    web.post(f"{here}/shipment", state="held_at_checkpoint", place="G15 大丰")
    assert "G15 大丰" in web.words
    web.post(f"{here}/shipment")
    assert (web.status, 'href="#state"' in web.page) == (422, True)
    web.post(f"{here}/delivered")
    assert "Your money is sent after" in web.words
    web.get("/sell/orders?stage=done")
    assert "Done 1" in web.words


def test_a_seller_declines_once_they_have_said_why(shop: Shop, db: Database, web: Browser, oranges: str) -> None:
    here = f"/sell/orders/{oranges}"
    _in(web, shop.market.sellers[1]).get(here)
    assert "You pay nothing for it" in web.words  # what the buyer reads
    web.post(f"{here}/decline", reason=" ")
    assert (web.status, 'href="#reason"' in web.page) == (422, True)
    assert value(db, "SELECT state FROM seller_order") == "placed"
    web.post(f"{here}/decline", reason="冰雹打了")
    assert value(db, "SELECT state FROM seller_order") == "declined"
    drain(db)
    _in(web, shop.market.buyer).get(f"/orders/{oranges}")
    assert "冰雹打了" in web.words
    web.become(shop.market.sellers[1].token).get(here)
    web.post(f"{here}/accept", from_page=False)
    assert web.status == 409


def test_a_buyer_calls_off_until_the_seller_takes_it(shop: Shop, db: Database, web: Browser, oranges: str) -> None:
    here, seller = f"/orders/{oranges}", shop.market.sellers[1]
    _in(web, shop.market.buyer).get(here)
    assert "Held, not charged yet" in web.words
    shop.done(seller, f"/seller-orders/{oranges}/accept")
    web.post(f"{here}/cancel", reason="买错了")
    assert web.status == 409
    assert "买错了" in web.page
    assert value(db, "SELECT state FROM seller_order") == "accepted"
    web.get(here)
    assert f"{here}/cancel" not in web.page
    other = _paid(shop, db, 1)
    web.get(f"/orders/{other}")
    web.post(f"/orders/{other}/cancel", reason="买错了")
    assert "买错了" in web.words
    assert rows(db, "SELECT count(*) FROM seller_order WHERE state = 'cancelled'") == [(1,)]


def test_a_payment_that_waits_is_gone_on_with(shop: Shop, db: Database, web: Browser) -> None:
    buyer = Buyer(shop, db)
    url = buyer.pays(**ASKS).json()["payment"]["redirect_url"]
    here = f"/orders/{buyer.sees()['orders'][0]['id']}"
    assert _links(web, shop.market.buyer, "Look") == here or here in web.page
    web.get(here)
    assert f'href="{url}"' in web.page.replace("&amp;", "&")
    assert "/claim" not in web.page
    web.post(f"{here}/pay")  # not confirmed yet: the page is as it was
    assert (web.status, url in web.page.replace("&amp;", "&")) == (200, True)
    buyer.presses(url)
    web.post(f"{here}/pay")
    assert "waits for the seller’s answer" in web.words.replace("'", "’")
    assert value(db, "SELECT count(*) FROM seller_order WHERE state = 'placed'") == 2


def test_a_refused_card_can_be_replaced_by_alipay(shop: Shop, db: Database, web: Browser) -> None:
    buyer = Buyer(shop, db)
    assert buyer.pays(payment_method="pm_card_chargeDeclined").status_code == 402
    here = f"/orders/{buyer.sees()['orders'][0]['id']}"
    _in(web, shop.market.buyer).get(here)
    web.post(f"{here}/pay", method="alipay")
    found = re.search(r'<a class="button" href="(http[^"]+)"', web.page)
    assert found, web.words
    assert httpx.post(found[1].replace("&amp;", "&"), data={"outcome": "succeed"}, trust_env=False).status_code == 303
    web.post(f"{here}/pay")
    assert value(db, "SELECT count(*) FROM seller_order WHERE state = 'placed'") == 2


def _claim(web: Browser, order: str, photos: int = 0, **fields: Any) -> None:
    """Send the form of a claim with the photos that its page holds and new ones."""
    here = f"/orders/{order}/claim"
    token = re.search(r'name="_csrf_token" value="([^"]+)"', web.page)
    assert token
    kept = re.findall(r'name="kept" value="([^"]+)"', web.page)
    data: dict[str, Any] = {"_csrf_token": token[1], "kept": kept, **fields}
    files = [("photos", (f"{n}.jpg", jpeg(240))) for n in range(photos)] or [("photos", ("", b""))]
    web._keep(web.client.post(here, data=data, files=files, headers=web.headers, follow_redirects=True))  # pyright: ignore[reportPrivateUsage]


WRONG: dict[str, Any] = {
    "reason": "spoiled",
    "affected": "一成",
    "affected_unit": "percent",
    "description": "下面一層壞了",
}


def test_a_buyer_claims_with_a_photo_and_an_operator_decides(
    shop: Shop, db: Database, web: Browser, arrived: str
) -> None:
    buyer, operator = shop.market.buyer, shop.market.operator
    assert _links(web, buyer, "Something wrong") == f"/orders/{arrived}"
    web.get(f"/orders/{arrived}")
    assert "4.9 kg packed, CN¥97.80" in web.words
    with db.reading() as session:
        county = places.called(session, {ADDRESS.region_code}, "en")[ADDRESS.region_code]
    assert county in web.words  # a street alone leads nowhere
    web.get(f"/orders/{arrived}/claim")
    _claim(web, arrived, 1, **{**WRONG, "affected": "a lot"})
    assert (web.status, 'href="#affected"' in web.page) == (422, True)
    assert "下面一層壞了" in web.page
    assert rows(db, "SELECT (SELECT count(*) FROM claim), (SELECT count(*) FROM claim_photo)") == [(0, 0)]
    _claim(web, arrived, 2, **{**WRONG, "affected": ""})
    assert web.status == 422
    assert web.page.count('name="kept"') == 2  # and the photos need not be sent again
    _claim(web, arrived, **WRONG)
    assert web.status == 200, web.words
    claim = web.path
    assert web.page.count("<img") == 2
    assert "CN¥9.78" in web.words
    photo = re.findall(r'src="(/claims/photos/[^"]+)"', web.page)[0]
    assert shop.client.get(photo).headers["content-type"] == "image/webp"
    desk = f"/desk{claim}"
    _in(web, operator).get("/desk")
    assert 'href="/desk/claims"' in web.page
    web.get("/desk/claims")
    assert desk in web.page
    web.post(f"{desk}/ask", question="")
    assert (web.status, 'href="#question"' in web.page) == (422, True)
    web.post(f"{desk}/ask", question="是哪一箱？")
    assert value(db, "SELECT state FROM claim") == "evidence_requested"
    assert _links(web, buyer, "Answer") == claim
    web.get(f"/orders/{arrived}")
    assert ("waits for your answer" in web.words, "waits for the buyer" in web.words) == (True, False)
    web.get(claim)
    assert "是哪一箱？" in web.words
    assert "waits for your answer" in web.words
    token = re.findall(r'name="_csrf_token" value="([^"]+)"', web.page)[0]
    said = {"_csrf_token": token, "description": "第一箱"}
    files = [("photos", ("", b""))]
    web._keep(web.client.post(f"{claim}/answer", data=said, files=files, headers=web.headers, follow_redirects=True))  # pyright: ignore[reportPrivateUsage]
    assert "第一箱" in web.words
    _in(web, operator).get(desk)
    web.post(f"{desk}/approve", amount="0.001")
    assert (web.status, 'href="#amount"' in web.page) == (422, True)
    web.post(f"{desk}/approve", amount="1,000")
    assert web.status == 422  # more than the goods cost
    assert value(db, "SELECT state FROM claim") == "submitted"
    web.post(f"{desk}/approve", amount="5.50元")
    assert rows(db, "SELECT state, awarded FROM claim") == [("approved", 550)]
    drain(db)
    _in(web, buyer).get(f"/orders/{arrived}")
    assert "Comes back to you CN¥5.50" in web.words


def test_what_was_not_granted_is_looked_at_again_once(shop: Shop, db: Database, web: Browser, arrived: str) -> None:
    _in(web, shop.market.buyer).get(f"/orders/{arrived}/claim")
    _claim(web, arrived, 0, **{**WRONG, "affected": "1斤"})
    claim = web.path
    assert rows(db, "SELECT affected_grams FROM claim") == [(500,)]
    _in(web, shop.market.operator).get(f"/desk{claim}")
    web.post(f"/desk{claim}/reject", reason="照片看不清")
    _in(web, shop.market.sellers[1]).get(claim)
    assert "照片看不清" in web.words
    assert f"{claim}/review" not in web.page
    _in(web, shop.market.buyer).get(claim)
    web.post(f"{claim}/review", reason="另有照片")
    assert value(db, "SELECT state FROM claim") == "review_requested"
    _in(web, shop.market.operator).get(f"/desk{claim}")
    assert "另有照片" in web.words
    web.post(f"/desk{claim}/reject", reason="還是看不清")
    assert (web.status, value(db, "SELECT state FROM claim")) == (403, "review_requested"), "a colleague decides"
    with db.transaction() as session:
        colleague = a_person(session, Role.OPERATOR)
    _in(web, colleague).get(f"/desk{claim}")
    web.post(f"/desk{claim}/reject", reason="還是看不清")
    _in(web, shop.market.buyer).get(claim)
    assert f"{claim}/review" not in web.page
    assert "010" in web.words or "talk to the drive" in web.words


def test_claims_whose_buyers_were_asked_stand_behind_those_to_decide(
    shop: Shop, db: Database, web: Browser, arrived: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _in(web, shop.market.buyer).get(f"/orders/{arrived}/claim")
    _claim(web, arrived, **WRONG)
    asked = web.path
    _in(web, shop.market.operator).get(f"/desk{asked}")
    web.post(f"/desk{asked}/ask", question="是哪一箱？")
    assert "waits for the buyer" in web.words
    assert f"/desk{asked}/ask" not in web.page  # once is enough
    drain(db)
    later = _delivered(shop, db)
    _in(web, shop.market.buyer).get(f"/orders/{later}/claim")
    _claim(web, later, **WRONG)
    to_decide = web.path
    _in(web, shop.market.operator).get("/desk/claims")
    queue = re.findall(r'href="/desk(/claims/clm_[^"#]+)#at-hand"', web.page)
    assert queue == [to_decide, asked]
    monkeypatch.setattr(queues, "SHOWN", 1)
    web.get("/desk/claims")
    following = re.search(r'href="(/desk/claims\?cursor=[^"]+)"', web.page)
    assert following
    web.get(following[1])
    assert re.findall(r'href="/desk(/claims/clm_[^"#]+)#at-hand"', web.page) == [asked]
    web.post(f"/desk{asked}/reject", reason="問了沒有答覆")  # who never answers is no dead end
    assert value(db, "SELECT count(*) FROM claim WHERE state = 'rejected'") == 1


def test_what_was_not_paid_in_time_asks_for_no_payment(shop: Shop, db: Database, web: Browser) -> None:
    buyer = Buyer(shop, db)
    buyer.pays(payment_method="pm_card_chargeDeclined")
    here = f"/orders/{buyer.sees()['orders'][0]['id']}"
    _in(web, shop.market.buyer).get(here)
    assert "Pay with Alipay" in web.words
    with db.transaction() as session:
        clock.advance(session, drive().windows.payment)
    web.post(f"{here}/pay", method="alipay")
    assert web.status == 409
    for _ in ("before the sweep", "after it"):
        web.get(here)
        assert web.status == 200
        assert "Pay with Alipay" not in web.words
        assert not re.search("you can pay|waits for you to confirm", web.words)
        web.get("/orders")
        assert "not paid in time" in web.words, web.words
        web.get("/me")
        assert here not in web.page
        sweep(db, timedelta(0), tasks.sweep_unpaid)


def test_a_stuck_order_is_called_off_and_its_alert_closed(shop: Shop, db: Database, web: Browser, oranges: str) -> None:
    seller, path = shop.market.sellers[1], f"/seller-orders/{oranges}"
    shop.done(seller, f"{path}/accept")
    shop.done(seller, f"{path}/pack", {"boxes": 1})
    drain(db)
    shop.done(seller, f"{path}/dispatch", {})
    shop.done(seller, f"{path}/shipment", {"state": "failed", "note": "地址找不到"})
    _in(web, shop.market.operator).get("/desk/orders")
    assert "地址找不到" in web.words
    desk = re.findall(r'href="(/desk/orders/alr_[^"#]+)', web.page)[0]
    web.post(f"{desk}/resolve", note="")
    assert (web.status, 'href="#note"' in web.page) == (422, True)
    web.post(f"{desk}/cancel", reason="送不到")
    assert value(db, "SELECT state FROM seller_order") == "cancelled"
    web.post(f"{desk}/resolve", note="錢退了")
    assert "No order is stuck" in web.words
    web.get(desk)
    assert "錢退了" in web.words
    drain(db)
    _in(web, shop.market.buyer).get(f"/orders/{oranges}")
    assert "Comes back to you" in web.words


def test_other_peoples_orders_are_not_there(shop: Shop, db: Database, web: Browser, arrived: str) -> None:
    market = shop.market
    _in(web, market.buyer).get(f"/orders/{arrived}/claim")
    _claim(web, arrived, 1, **WRONG)
    claim = web.path
    photo = re.findall(r'src="(/claims/photos/[^"]+)"', web.page)[0]
    with db.transaction() as session:
        strangers = (a_buyer(session), a_seller(session, name="別家"), a_person(session))
    bought, sold = f"/orders/{arrived}", f"/sell/orders/{arrived}"
    before = rows(db, "SELECT state FROM seller_order UNION ALL SELECT state FROM claim")
    acts = [
        *(f"{sold}/{act}" for act in ("accept", "decline", "pack", "send", "shipment", "delivered")),
        *(f"{bought}/{act}" for act in ("cancel", "arrived", "pay")),
        f"{claim}/review",
    ]
    filled: dict[str, Any] = {"reason": "x", "boxes": "1", "state": "failed"}
    for who, pages in (
        *((stranger, (bought, f"{bought}/claim", sold, claim, photo)) for stranger in strangers),
        (market.sellers[1], (bought, f"{bought}/claim")),
        (market.buyer, (sold,)),
    ):
        _in(web, who).get("/me")
        for path in pages:
            assert web.client.get(path, headers=web.headers).status_code == 404, path
        for path in acts if who in strangers else ():
            web.get("/me")
            web.post(path, b"x" if path.endswith("/delivered") else None, from_page=False, **filled)
            assert web.status == 404, path
        for path in ("/desk/claims", f"/desk{claim}", "/desk/orders"):
            assert web.client.get(path, headers=web.headers).status_code == 403, path
    assert rows(db, "SELECT state FROM seller_order UNION ALL SELECT state FROM claim") == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_speak_each_language(shop: Shop, web: Browser, arrived: str, language: str) -> None:
    web.headers["Accept-Language"] = language
    _in(web, shop.market.buyer)
    for path in ("/orders", f"/orders/{arrived}", f"/orders/{arrived}/claim"):
        assert not re.search(r"\b(?:order|claim|shipment|alert|claimdesk)\.[a-z_.]+", web.get(path)), path
        assert web.status == 200
    _in(web, shop.market.sellers[1])
    for path in ("/sell/orders", f"/sell/orders/{arrived}"):
        assert not re.search(r"\b(?:order|claim|shipment)\.[a-z_]+", web.get(path)), path


@given(st.text(max_size=12) | st.decimals(-10, 200, places=2).map(lambda n: f"{n}%"), st.text(max_size=6))
def test_how_much_is_a_share_a_weight_or_a_sentence(text: str, unit: str) -> None:
    for chosen in (unit, *measures.CHOICES):
        try:
            found = measures.affected(text, chosen)
        except DomainError as refusal:
            assert refusal.pointer == "/affected" or getattr(refusal, "fields", [("",)])[0][0] == "/affected"
        else:
            assert found.get("affected_bps", 1) in range(1, 10_001)
            assert found.get("affected", {"grams": 1})["grams"] > 0


@pytest.mark.parametrize(
    ("text", "chosen", "expected"),
    [
        ("10", "percent", {"affected_bps": 1_000}),
        ("12.5%", "percent", {"affected_bps": 1_250}),
        ("一成", "percent", {"affected_bps": 1_000}),
        ("一成半", "percent", {"affected_bps": 1_500}),
        ("3斤", "percent", {"affected": {"grams": 1_500}}),
        ("3", "jin", {"affected": {"grams": 1_500}}),
        ("半斤", "percent", {"affected": {"grams": 250}}),
        ("1.5 kg", "kg", {"affected": {"grams": 1_500}}),
    ],
)
def test_a_measure_is_read_as_it_is_written(text: str, chosen: str, expected: dict[str, Any]) -> None:
    assert measures.affected(text, chosen) == expected


@given(st.decimals(Decimal("0.01"), 10**6, places=2))
def test_a_sum_of_yuan_is_read_to_the_fen(sum_: Decimal) -> None:
    assert amounts.money(f"{sum_}", "/amount", "CNY").amount == int(sum_ * 100)
