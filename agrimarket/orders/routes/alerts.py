"""Alerts over HTTP, for operators."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AlertId
from agrimarket.orders.models.alerts import OrderAlert
from agrimarket.orders.schemas.alerts import AlertOut, NoteIn
from agrimarket.orders.service import alerts

TAGS = ["orders"]
ALERTS: Paging[OrderAlert, UUID] = by_id("alr")


@get("/order-alerts", tags=TAGS, summary="Orders that an operator has to look at")
def list_alerts(
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],  # the dependency refuses anyone else
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AlertOut]:
    """Open alerts, newest first."""
    window = ALERTS.window(cursor, limit)
    with db.reading() as session:
        found = alerts.page(session, window.after, window.rows)
    return window.page(found, AlertOut.of)


@post("/order-alerts/{alert_id:str}/resolve", tags=TAGS, summary="Close an alert", status_code=200)
def resolve_alert(
    alert_id: FromPath[AlertId],
    data: JSONBody[NoteIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> AlertOut:
    """Closes the alert with a note of what was done about it."""
    with db.transaction() as session:
        return AlertOut.of(alerts.resolve(session, operator, alert_id, data.note))
