"""The ledger compared with the provider."""

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.principal import Role
from agrimarket.payments.service import ledger, reconciliations
from agrimarket.payments.service.ledger import Line
from agrimarket.payments.states import LedgerKind
from tests.factories.payments import Till, a_paid_seller, a_settled_sale, somebody


def test_an_operator_compares_with_the_provider(till: Till, desk: TestClient[Litestar]) -> None:
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


def test_a_sellers_account_that_differs_goes_by_their_id(till: Till, desk: TestClient[Litestar]) -> None:
    operator, seller = somebody(till, Role.OPERATOR), a_paid_seller(till)
    with till.db.transaction() as session:
        lines = [Line(LedgerKind.CONNECTED_BALANCE, 500, seller), Line(LedgerKind.BUYER_FUNDS, -500)]
        ledger.post(session, "transfer", ("transfer", new_id()), lines, "CNY")
    body = desk.post("/v1/reconciliations", headers=operator.headers).json()
    assert body["differences"] == [{"account": encode("sel", seller), "currency": "CNY", "ledger": 500, "provider": 0}]
    assert desk.get("/v1/reconciliations", headers=operator.headers).json()["items"] == [body]


MANY = """
    WITH numbered AS (SELECT gen_random_uuid() AS id, n FROM generate_series(1, 501) AS n), people AS (
        INSERT INTO person (id, phone, display_name, language)
        SELECT id, '+86139' || lpad(n::text, 8, '0'), '', 'en' FROM numbered
    ), sellers AS (
        INSERT INTO seller (id, person_id, kind, display_name, region_code, standing, currency)
        SELECT id, id, 'farmer', '', '420525', 'approved', 'CNY' FROM numbered
    )
    INSERT INTO payout_account (id, seller_id, provider, provider_id, country, currency, details_submitted,
        transfers_enabled, payouts_enabled, has_funds, requirements)
    SELECT id, id, 'stripe', 'acct_' || n, 'CN', 'CNY', true, true, true, false, '{}' FROM numbered
"""


def test_every_account_is_compared_however_many_there_are(db: Database) -> None:
    with db.transaction() as session:
        session.connection().execute(text(MANY))
        assert len(reconciliations.connected_accounts(session)) == 501
