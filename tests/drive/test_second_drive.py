"""A county's own file is seen in everything: pages, API, quotes, orders, texts and the statement."""

import re
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts.rules import RESEND_AFTER
from agrimarket.accounts.service import people, sellers, staff
from agrimarket.accounts.states import SellerKind
from agrimarket.catalog.service import lots, products
from agrimarket.catalog.types.lots import NewLot
from agrimarket.drive import Drive
from agrimarket.integrations.email import FakeEmail
from agrimarket.integrations.sms import FakeSms, sms_sender
from agrimarket.kernel import clock
from agrimarket.kernel.calling import awake, call_by
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import InvalidFields
from agrimarket.kernel.i18n import PEOPLES_ZONE, spoken
from agrimarket.kernel.ids import decode, encode, new_id, short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Role
from agrimarket.notifications.flows import sending
from agrimarket.notifications.flows.sending import Senders
from agrimarket.onboarding.errors import LimitTooHigh
from agrimarket.onboarding.service import review
from agrimarket.payments.events import PayoutPaid
from agrimarket.payments.service import bank_accounts
from agrimarket.regions.errors import OriginNotServed
from tests.drive.conftest import DONGGANG
from tests.factories import catalog
from tests.factories import imports as member_files
from tests.factories import onboarding as make
from tests.factories.accounts import a_person, a_seller, new_phone
from tests.factories.bank_accounts import DETAILS, seller_id_of
from tests.factories.orders import a_purchase, authorise, order_of
from tests.factories.payments import money_set_aside
from tests.orders.conftest import Shop, checkout_body, rows, value
from tests.support.browser import Browser
from tests.support.drives import driving
from workers.inline import drain

Client = TestClient[Litestar]

TELEPHONE = "+86\N{NO-BREAK SPACE}415\N{NO-BREAK SPACE}712\N{NO-BREAK SPACE}3456"


def _title(page: str) -> str:
    found = re.search(r"<title>(.*?)</title>", page)
    assert found
    return found[1]


def _footer(page: str) -> str:
    return page.partition("<footer")[2]


def test_pages_carry_its_name_its_terms_and_whom_to_call(client: Client, db: Database, donggang: Drive) -> None:
    browser = Browser(client)
    home = browser.get("/")
    assert _title(home) == "Market · Donggang Direct"
    assert "Growers pay 5% of what the buyer pays" in browser.words
    assert f"{TELEPHONE} (weekdays, 9 to 5)" in _footer(home)
    assert 'href="/about"' in _footer(home)
    about = browser.get("/about")
    assert _title(about) == "About us, fees and terms · Donggang Direct"
    for told in (
        "Donggang&#39;s farm bureau runs Donggang Direct.", "between 09:00 and 11:30", "5% of what the buyer pays",
        "CN¥30.50", "CN¥7.00", "72 hours", "25 minutes", "CN¥1,000.00", "CN¥1,500.00", "Liaoning", "Hubei", "5 kg",
    ):  # fmt: skip
        assert told in about, told
    assert "agrimarket" not in about.lower()


def test_two_languages_are_offered_and_the_third_is_not(client: Client, db: Database, donggang: Drive) -> None:
    browser = Browser(client, language="zh-TW")
    home = browser.get("/")
    assert 'lang="zh-Hans"' in home
    assert re.findall(r'name="language" value="([^"]+)"', home) == ["zh-Hans", "en"]
    assert 'lang="zh-Hans"' in Browser(client, language="fr").get("/"), "the first for who asks for neither"
    browser.post("/language", language="zh-Hant", next="/")
    assert client.cookies.get("language") is None
    with db.transaction() as session:
        who = a_person(session)
    before = client.get("/v1/me", headers=who.headers).json()
    refused = client.patch("/v1/me", json={"language": "zh-Hant"}, headers=who.headers | {"accept-language": "en"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "language_not_offered")
    assert "zh-Hans, en" in refused.json()["errors"][0]["detail"]
    assert client.get("/v1/me", headers=who.headers).json() == before


def test_who_chose_a_language_that_is_not_offered_is_told_in_the_nearest_and_by_whom(
    db: Database, donggang: Drive
) -> None:
    assert [spoken(language) for language in ("zh-Hant", "zh-Hans", "en")] == ["zh-Hans", "zh-Hans", "en"]
    senders = Senders(FakeSms(), FakeEmail())
    with db.transaction() as session:
        phone = new_phone()
        grower = people.with_phone(session, phone, "zh-Hant")
        by_text = sellers.register(session, grower, SellerKind.FARMER, "李家果园", "210681")
        coach = staff.enrol(session, "chen@example.org", "Chen", "en", [Role.COACH]).person_id
        by_mail = sellers.register(session, coach, SellerKind.ENTERPRISE, "Chen", "210681")
    for seller_id in (by_text, by_mail):
        event = PayoutPaid(payout_id=new_id(), seller_id=seller_id, amount=125_000, currency="CNY")
        sending.tell(db, senders, event)
    assert isinstance(senders.sms, FakeSms)
    assert isinstance(senders.email, FakeEmail)
    ((to, body, language),) = senders.sms.sent
    assert (to, language, body.startswith("【东港助农】")) == (phone, "zh-Hans", True)
    ((_, subject, letter, _),) = senders.email.sent
    assert subject == "Donggang Direct"
    assert letter.endswith("\n\nDonggang's farm bureau\n+86 415 712 3456 (weekdays, 9 to 5)")


def test_programs_read_the_same_facts(client: Client, db: Database, donggang: Drive) -> None:
    told = client.get("/v1/drive").json()
    assert told["name"] == {"zh-Hans": "东港助农", "en": "Donggang Direct"}
    assert told["languages"] == ["zh-Hans", "en"]
    assert (told["contact"]["telephone"], told["contact"]["called_from"]) == ("+86 415 712 3456", "09:00")
    assert (told["growers"], told["buyers"]) == (
        [{"code": "210000", "name": "辽宁省"}], [{"code": "420000", "name": "湖北省"}],
    )  # fmt: skip
    assert told["fees"]["commission_bps"] == 500
    assert told["fees"]["across_provinces"]["base"] == {"amount": 3_050, "currency": "CNY"}
    assert (told["windows"]["claim"], told["windows"]["lease"]) == (72 * 3600, 20 * 60)
    assert told["limits"]["first_exposure"]["amount"] == 100_000


def test_a_quote_has_its_fees_its_window_and_its_places(shop: Shop, db: Database, donggang: Drive) -> None:
    cart = shop.cart(3)
    with db.transaction() as session:
        now = clock.read(session)
    quote = shop.quote(cart)
    assert quote["delivery"]["amount"] == 3_050 + 3 * 700, "7.5 kg: 5 kg and three kilograms begun"
    stands = datetime.fromisoformat(quote["expires_at"]) - now
    assert timedelta(minutes=4) < stands <= timedelta(minutes=6)
    refused = shop.post(shop.market.buyer, "/quotes", {"cart_id": cart, "region_code": "310115"})
    assert (refused.status_code, refused.json()["code"]) == (409, "delivery.not_served")
    assert "湖北省" in refused.json()["detail"]
    assert value(db, "SELECT count(*) FROM quote") == 1
    ways = "/v1/serviceability?origin=210681&destination="
    there, elsewhere = (shop.client.get(f"{ways}{code}").json() for code in ("420102", "310115"))
    assert (there["served"], there["verdict"], elsewhere["served"], elsewhere["verdict"]) == (
        True, "open", False, "closed",
    )  # fmt: skip
    assert "Hubei" in Browser(shop.client).get("/regions/310115")
    body = checkout_body(cart_id=cart)
    body["address"] |= {"region_code": "310115", "community": "花木街道"}
    assert shop.post(shop.market.buyer, "/checkouts", body).json()["code"] == "delivery.not_served"
    assert value(db, "SELECT count(*) FROM order_group") == 0


def _delivered(shop: Shop, db: Database) -> str:
    market = shop.market
    group = shop.done(market.buyer, "/checkouts", checkout_body(cart_id=shop.cart(2)))["order_group"]
    order = group["orders"][0]["id"]
    shop.done(market.sellers[0], f"/seller-orders/{order}/accept")
    shop.done(market.sellers[0], f"/seller-orders/{order}/pack", {"boxes": 2})
    drain(db)
    shop.done(market.sellers[0], f"/seller-orders/{order}/dispatch", {})
    shop.done(market.sellers[0], f"/seller-orders/{order}/deliver")
    drain(db)
    return order


def test_an_order_bears_its_commission_and_windows_and_the_statement_tells_it(
    shop: Shop, db: Database, donggang: Drive
) -> None:
    seller = shop.market.sellers[0]
    listing = shop.client.get(f"/v1/listings/{encode('lst', shop.market.listings[0].id)}").json()
    assert listing["commission_bps"] == 500
    page = Browser(shop.client, session=seller.token)
    page.get(f"/listings/{listing['id']}")
    assert "5% is the drive's commission" in page.words
    order = _delivered(shop, db)
    ((bps, placed, answer_by, claim),) = rows(
        db, "SELECT commission_bps, placed_at, answer_by, claim_until - delivered_at FROM seller_order"
    )
    assert answer_by == awake(placed + timedelta(hours=6), donggang.calling)
    assert (bps, claim) == (500, timedelta(hours=72))
    paid = 2 * 6_800 + 3_050
    (line,) = shop.get(seller, "/statements").json()["items"]
    kept = round(paid * 0.05 + 1e-9)
    assert line["orders"] == [
        {
            "id": order,
            "number": short_number(decode("sor", order)),
            "commission_bps": 500,
            "commission": {"amount": kept, "currency": "CNY"},
        }
    ]
    assert (line["commission"]["amount"], line["amount"]["amount"]) == (kept, paid - kept)
    page.get("/payout-account/statement")
    assert f"Order {line['orders'][0]['number']}" in page.words
    assert f"Commission of 5%: CN¥{kept / 100:.2f}" in page.words
    assert "Donggang Direct, Donggang's farm bureau · +86 415 712 3456" in page.words
    sender = sms_sender()
    assert isinstance(sender, FakeSms)
    assert all(body.startswith(("【东港助农】", "[Donggang Direct] ")) for _, body, _ in sender.sent[-3:])


def test_what_an_order_was_promised_stays_when_the_file_changes(shop: Shop, db: Database, tmp_path: Path) -> None:
    with db.transaction() as session:
        group = a_purchase(session, shop.market, (2, 0))
        authorise(session, group)
    order_id = order_of(group, shop.market.sellers[0])
    drain(db)
    told = "SELECT commission_bps, answer_by, (SELECT expires_at FROM order_group) FROM seller_order"
    promised = rows(db, told)
    assert promised[0][0] == 300
    with driving(tmp_path, DONGGANG):
        assert rows(db, told) == promised
        order = encode("sor", order_id)
        seen = shop.get(shop.market.sellers[0], f"/seller-orders/{order}").json()
        assert datetime.fromisoformat(seen["answer_by"]) == promised[0][1]
        assert value(db, "SELECT commission_bps FROM payment_split") == 300
        second = shop.done(shop.market.buyer, "/checkouts", checkout_body(cart_id=shop.cart(1)))["order_group"]
        later = decode("sor", second["orders"][0]["id"])
        assert value(db, f"SELECT commission_bps FROM seller_order WHERE id = '{later}'") == 500
        assert value(db, f"SELECT commission_bps FROM seller_order WHERE id = '{order_id}'") == 300


def test_a_claim_deadline_stays_when_the_file_changes(
    shop: Shop, db: Database, donggang: Drive, tmp_path: Path
) -> None:
    order = _delivered(shop, db)
    until = value(db, "SELECT claim_until FROM seller_order")
    with db.transaction() as session:
        clock.advance(session, timedelta(hours=50))
    with driving(tmp_path, "[windows]\nclaim_hours = 1\n"):
        seen = shop.get(shop.market.buyer, f"/seller-orders/{order}").json()
        assert datetime.fromisoformat(seen["claim_until"]) == until
        complaint = {"seller_order_id": order, "reason": "spoiled", "description": "壞了", "affected_bps": 1_000}
        assert shop.post(shop.market.buyer, "/claims", complaint).status_code == 201


def test_growers_from_elsewhere_are_told_so(client: Client, db: Database, donggang: Drive) -> None:
    farmer = make.sign_in(db, 0)
    refused = client.post(
        "/v1/appeals", json=make.appeal_body(region_code="420525"), headers=farmer.headers | {"accept-language": "en"}
    )
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "region.origin_not_served")
    assert "辽宁省" in problem["detail"]
    assert TELEPHONE in problem["detail"]
    assert value(db, "SELECT count(*) FROM appeal") == 0
    taken = client.post("/v1/appeals", json=make.appeal_body(region_code="210681"), headers=farmer.headers)
    assert taken.status_code == 201, taken.text


def test_applications_imports_and_lots_from_elsewhere_are_refused_too(
    client: Client, db: Database, donggang: Drive
) -> None:
    farmer, coop = make.sign_in(db, 0), member_files.cooperative(db)
    answers = make.farmer_answers(place={"region_code": "420525"})
    step = next(name for name, given in answers.items() if "region_code" in given)
    with pytest.raises(InvalidFields) as refused, db.transaction() as session:
        make.draft(session, farmer.principal, {step: answers[step] | {"region_code": "420525"}})
    assert refused.value.fields == [("/region_code", "origin_not_served", {"places": "辽宁省"})]
    assert value(db, "SELECT count(*) FROM application") == 0
    upload = member_files.upload(client, coop, member_files.csv_of(member_files.lines(2, row_2={"region": "420525"})))
    assert upload.json()["counts"]["error"] == 1
    rows_of = client.get(
        f"/v1/imports/{upload.json()['id']}/rows?state=error", headers=coop.headers | {"accept-language": "en"}
    )
    assert "东港助农只接辽宁省的农产品" in rows_of.text
    with db.transaction() as session:
        kind = catalog.product(session).id
        today = catalog.today(session)
    with pytest.raises(OriginNotServed), db.transaction() as session:
        lots.add(session, coop.principal, NewLot(kind, "420525", today, 1_000))
    assert value(db, "SELECT count(*) FROM harvest_lot") == 0


def test_limits_and_holds_are_its_own(client: Client, db: Database, donggang: Drive) -> None:
    farmer, reviewer = make.sign_in(db, 0), make.sign_in(db, 1, Role.OPERATOR)
    with db.transaction() as session:
        application_id = make.submitted(session, farmer.principal).application.id
        now = clock.read(session)
        held = review.hold(session, reviewer.principal, application_id).dossier.application.held_until
        assert held is not None
        assert held - now == timedelta(minutes=5)
    with pytest.raises(LimitTooHigh), db.transaction() as session:
        review.approve(session, reviewer.principal, application_id, Money(150_001))
    with db.transaction() as session:
        found = review.approve(session, reviewer.principal, application_id, None)
        assert found.dossier.application.exposure_limit == 100_000


def test_promised_calls_fall_into_calling_hours(client: Client, db: Database, donggang: Drive) -> None:
    farmer = make.sign_in(db, 0)
    for hours in (0, 5, 6, 7):
        with db.transaction() as session:
            clock.advance(session, timedelta(hours=hours))
        body = make.appeal_body(region_code="210681", product=f"草莓{hours}")
        filed = client.post("/v1/appeals", json=body, headers=farmer.headers).json()
        there = datetime.fromisoformat(filed["next"]["by"]).astimezone(PEOPLES_ZONE).time()
        assert time(9) <= there <= time(11, 30)


def test_a_phone_is_sent_as_many_codes_as_it_says(client: Client, db: Database, donggang: Drive) -> None:
    phone = new_phone()
    answers: list[int] = []
    for _ in range(3):
        answers.append(client.post("/v1/auth/codes", json={"phone": phone}).status_code)
        with db.transaction() as session:
            clock.advance(session, RESEND_AFTER)
    assert answers == [202, 202, 429]


def test_its_own_kinds_of_produce_are_sold(db: Database, tmp_path: Path) -> None:
    with db.transaction() as session:
        columns = list(products.taxonomy()[0])
    row = dict.fromkeys(columns, "") | products.taxonomy()[0] | {"code": "sea_cucumber", "name_en": "Sea cucumber"}
    table = ",".join(columns) + "\n" + ",".join(row[name] for name in columns) + "\n"
    (tmp_path / "kinds.csv").write_text(table, encoding="utf-8")
    with driving(tmp_path, '[taxonomy]\nfile = "kinds.csv"\n'):
        assert [kind["code"] for kind in products.taxonomy()] == ["sea_cucumber"]
        with db.transaction() as session:
            assert products.load(session, products.taxonomy()) == 1
    assert value(db, "SELECT name_en FROM product WHERE code = 'sea_cucumber'") == "Sea cucumber"


def test_what_a_seller_was_promised_about_their_bank_stays(
    client: Client, db: Database, donggang: Drive, tmp_path: Path
) -> None:
    with db.transaction() as session:
        seller = a_seller(session)
        bank_accounts.give(session, None, seller_id_of(seller), DETAILS)
        money_set_aside(session, seller_id_of(seller), 9_500)
    told = "SELECT created_at, promised_by FROM bank_account UNION ALL SELECT created_at, promised_by FROM payout"
    for hours, (given, promised) in zip((24, 48), rows(db, told), strict=True):
        assert promised == call_by(given, given + timedelta(hours=hours), donggang.calling)
    page = Browser(client, session=seller.token)
    page.get("/payout-account")
    by = re.search(r"one after the other, by ([^.]*)\.", page.words)
    assert by
    with driving(tmp_path, "[windows]\nbank_verified_hours = 1\nbank_sent_hours = 1\n"):
        page.get("/payout-account")
        assert f"by {by[1]}." in page.words
