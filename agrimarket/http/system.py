"""Handlers for operators' tools: health, readiness and metrics."""

import hmac
import os
from datetime import timedelta
from typing import Any

from litestar import MediaType, Request, Response
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from pydantic import Field
from sqlalchemy import text

from agrimarket.http.handlers import post, probe
from agrimarket.kernel import clock, deliveries
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import Unauthenticated
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.wire import In, Instant, Out
from agrimarket.settings import Settings


class Health(Out):
    """Health of the service: `ok` with every 200."""

    status: str = "ok"


@probe("/health", tags=["system"], summary="The process is alive")
def health() -> Health:
    """Liveness: answers without touching anything else."""
    return Health()


@probe("/ready", tags=["system"], summary="Requests can be served")
def ready(db: NamedDependency[Database]) -> Health:
    """Readiness: asks the database; 503 while it is unreachable."""
    with db.reading() as session:
        session.connection().execute(text("SELECT 1"))
    return Health()


@probe(
    "/metrics",
    tags=["system"],
    summary="Prometheus metrics",
    media_type=MediaType.TEXT,
    security=[{"metrics": []}, {}],
    statuses=(401,),
)
def metrics(
    request: Request[Any, Any, Any], db: NamedDependency[Database], settings: NamedDependency[Settings]
) -> Response[bytes]:
    """Counters of this service's processes, and the outbox's backlog."""
    token = settings.metrics_token.get_secret_value()
    if token and not hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode()):
        raise Unauthenticated
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    with db.reading() as session:
        backlog = deliveries.backlog(session)
    body = generate_latest(registry) + generate_latest(_Backlog(backlog))  # type: ignore[arg-type]
    return Response(body, media_type=CONTENT_TYPE_LATEST)


class ClockMove(In):
    """The time by which to move the clock forward."""

    advance_seconds: int = Field(ge=0, le=90 * 86_400, examples=[172_800])


class ClockOut(Out):
    """The clock's time."""

    now: Instant


@post("/v1/clock", tags=["system"], summary="Move the clock of an embedded run forward", status_code=200)
def move_clock(
    data: JSONBody[ClockMove], db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> ClockOut:
    """Moves the clock, and with it every lease, expiry and window in every process. It does not exist in production."""
    with db.transaction() as session:
        return ClockOut(now=clock.advance(session, timedelta(seconds=data.advance_seconds)))


class _Backlog:
    """The outbox's figures as gauges; all that `generate_latest` asks of a registry is `collect`."""

    def __init__(self, backlog: deliveries.Backlog) -> None:
        self.backlog = backlog

    def collect(self) -> list[GaugeMetricFamily]:
        return [
            GaugeMetricFamily("agrimarket_outbox_unrelayed", "Messages without deliveries", self.backlog.unrelayed),
            GaugeMetricFamily("agrimarket_deliveries_waiting", "Deliveries not handled", self.backlog.waiting),
            GaugeMetricFamily("agrimarket_deliveries_dead", "Dead letters", self.backlog.dead),
            GaugeMetricFamily("agrimarket_deliveries_lag_seconds", "Age of the oldest", self.backlog.lag),
        ]


EMBEDDED: list[ControllerRouterHandler] = [move_clock]
SYSTEM: list[ControllerRouterHandler] = [health, ready, metrics]
