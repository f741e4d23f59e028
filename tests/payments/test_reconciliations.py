"""The ledger compared with the provider."""

from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel.principal import Role
from tests.factories.payments import Till, a_settled_sale, somebody


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
