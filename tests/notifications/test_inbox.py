"""The inbox: everybody reads their own and nobody else's."""

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import short_number
from agrimarket.notifications.flows import sending as flows
from agrimarket.notifications.flows.sending import Senders
from tests.factories.notifications import an_order_placed


def test_the_inbox_is_ones_own(client: TestClient[Litestar], db: Database, outside: Senders) -> None:
    with db.transaction() as session:
        event, seller, buyer = an_order_placed(session)
    flows.tell(db, outside, event)
    english = seller.headers | {"accept-language": "en"}
    (mine,) = client.get("/v1/notifications", headers=english).json()["items"]
    assert (mine["template"], mine["read_at"]) == ("order_placed", None)
    assert mine["text"].startswith(f"Order {short_number(event.seller_order_id)}: You have an order")
    assert mine["path"] == f"/sell/orders/{ids.encode('sor', event.seller_order_id)}"
    path = f"/v1/notifications/{mine['id']}/read"
    assert client.post(path, headers=buyer.headers).status_code == 404
    assert client.get("/v1/notifications", headers=english).json()["items"][0]["read_at"] is None
    assert client.post(path, headers=seller.headers).status_code == 204
    assert client.get("/v1/notifications", headers=english).json()["items"][0]["read_at"]
    statement = text("SELECT id FROM notification WHERE channel = 'sms'")
    with db.transaction() as session:
        sms_id = session.connection().execute(statement).scalar_one()
    assert client.post(f"/v1/notifications/{ids.encode('ntf', sms_id)}/read", headers=seller.headers).status_code == 404
    assert client.get("/v1/notifications").status_code == 401
