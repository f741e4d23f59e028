"""Payments over HTTP: who sees what, and what they see."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.principal import Role
from agrimarket.payments.flows import payouts as payout_flows
from tests.factories import accounts as people
from tests.factories.accounts import Somebody
from tests.factories.payments import Till, a_payout_account, a_sale, a_settled_sale, pay, settle, transfer

Client = TestClient[Litestar]


def somebody(till: Till, *roles: Role) -> Somebody:
    with till.db.transaction() as session:
        return people.a_person(session, *roles)


def a_seller(till: Till) -> Somebody:
    with till.db.transaction() as session:
        return people.a_seller(session)


def test_a_payment_is_for_its_payer_and_for_operators(till: Till, desk: Client) -> None:
    payer, other, operator = somebody(till), somebody(till), somebody(till, Role.OPERATOR)
    sale = a_sale(till, [6_000, 4_000], payer_id=payer.person_id)
    pay(till, sale)
    settle(till, sale, [5_000, 0])
    path = f"/v1/payments/{encode('pay', sale.payment_id)}"
    body = desk.get(path, headers=payer.headers).json()
    assert body["state"] == "settled"
    assert (body["amount"], body["captured"]) == (
        {"amount": 10_000, "currency": "CNY"},
        {"amount": 5_000, "currency": "CNY"},
    )
    assert [part["reference"] for part in body["splits"]] == [encode("sor", each) for each in sale.references]
    assert "client_secret" not in body
    assert desk.get(path, headers=operator.headers).json() == body
    assert desk.get(path, headers=other.headers).status_code == 404
    assert desk.get(path).status_code == 401
    assert desk.get(f"/v1/payments/{encode('pay', new_id())}", headers=payer.headers).status_code == 404
    assert desk.get("/v1/payments/pay_nonsense", headers=payer.headers).status_code == 404


def test_operators_read_the_ledger(till: Till, desk: Client) -> None:
    operator = somebody(till, Role.OPERATOR)
    a_settled_sale(till, [10_000])
    ledger = desk.get("/v1/ledger", headers=operator.headers).json()
    assert ledger["sums"] == {"CNY": 0}
    assert {line["kind"]: line["balance"] for line in ledger["accounts"]} == {
        "provider_balance": 10_000,
        "buyer_funds": 0,
        "seller_payable": -9_500,
        "commission_revenue": -500,
    }
    first = desk.get("/v1/ledger/entries?limit=1", headers=operator.headers).json()
    second = desk.get(f"/v1/ledger/entries?limit=1&cursor={first['next']}", headers=operator.headers).json()
    assert [page["items"][0]["kind"] for page in (first, second)] == ["settlement", "capture"]
    assert second["next"] is None
    assert desk.get("/v1/ledger/entries?cursor=nonsense", headers=operator.headers).status_code == 422


def test_an_operator_compares_with_the_provider(till: Till, desk: Client) -> None:
    operator = somebody(till, Role.OPERATOR)
    a_settled_sale(till, [10_000])
    run = desk.post("/v1/reconciliations", headers=operator.headers)
    assert (run.status_code, run.json()["balanced"], run.json()["differences"]) == (201, True, [])
    till.sandbox.client().v1.payment_intents.create(
        {
            "amount": 700,
            "currency": "cny",
            "confirm": True,
            "payment_method": "pm_card_visa",
            "allowed_payment_method_types": ["card"],
        }
    )
    found = desk.post("/v1/reconciliations", headers=operator.headers).json()
    assert found["differences"] == [{"account": "platform", "currency": "CNY", "ledger": 10_000, "provider": 10_700}]
    listed = desk.get("/v1/reconciliations", headers=operator.headers).json()
    assert [item["balanced"] for item in listed["items"]] == [False, True]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/ledger"),
        ("GET", "/v1/ledger/entries"),
        ("GET", "/v1/reconciliations"),
        ("POST", "/v1/reconciliations"),
    ],
)
def test_the_books_are_for_operators_only(till: Till, desk: Client, method: str, path: str) -> None:
    assert desk.request(method, path, headers=a_seller(till).headers).status_code == 403
    assert desk.request(method, path).status_code == 401
    assert till.all("SELECT id FROM reconciliation") == []


def test_a_seller_opens_an_account_and_is_paid(till: Till, desk: Client) -> None:
    seller, other = a_seller(till), a_seller(till)
    assert desk.get("/v1/payout-account", headers=seller.headers).json()["state"] == "none"
    urls = {"return_url": "https://shop.example/ok", "refresh_url": "https://shop.example/again"}
    opened = desk.post("/v1/payout-account", json=urls, headers=seller.headers)
    assert opened.status_code == 201
    assert opened.json()["url"].startswith(till.sandbox.url)
    assert desk.get("/v1/payout-account", headers=seller.headers).json()["state"] == "incomplete"
    assert seller.principal.seller_id is not None
    a_payout_account(till, seller.principal.seller_id)
    assert desk.get("/v1/payout-account", headers=seller.headers).json()["state"] == "enabled"
    sale = a_settled_sale(till, [10_000], sellers=[seller.principal.seller_id])
    transfer(till, sale)
    payout_flows.pay_out(till.db, till.gateway)
    (payout,) = desk.get("/v1/payouts", headers=seller.headers).json()["items"]
    assert (payout["state"], payout["amount"]) == ("in_transit", {"amount": 9_500, "currency": "CNY"})
    (line,) = desk.get("/v1/statements", headers=seller.headers).json()["items"]
    assert (line["kind"], line["amount"]["amount"]) == ("settlement", 9_500)
    for path in ("/v1/payouts", "/v1/statements"):
        assert desk.get(path, headers=other.headers).json() == {"items": [], "next": None}
        assert desk.get(path, headers=somebody(till).headers).status_code == 403


def test_a_payout_account_is_refused_with_a_reason(till: Till, desk: Client) -> None:
    seller = a_seller(till)
    till.sandbox.control("POST", "settings", {"unsupported_countries": ["CN"]})
    urls = {"return_url": "https://shop.example/ok", "refresh_url": "https://shop.example/again"}
    refused = desk.post("/v1/payout-account", json=urls, headers=seller.headers | {"accept-language": "zh-TW"})
    assert (refused.status_code, refused.json()["code"]) == (422, "payout_account.refused")
    assert "收款帳戶" in refused.json()["detail"]
    bad = [urls | {"return_url": "javascript:alert(1)"}, urls | {"seller_id": "x"}, urls | {"country": "China"}, {}]
    for body in bad:
        assert desk.post("/v1/payout-account", json=body, headers=seller.headers).status_code == 422
    till.fault("error_before", "/v1/accounts")
    away = desk.post("/v1/payout-account", json=urls | {"country": "HK"}, headers=seller.headers)
    assert (away.status_code, away.json()["code"], away.headers["retry-after"]) == (503, "payment.provider_away", "5")
    till.resolve()
    assert desk.post("/v1/payout-account", json=urls | {"country": "HK"}, headers=seller.headers).status_code == 201
    assert till.sandbox.control("GET", "summary")["objects"]["account"] == 1
