"""JSON handlers of the review desk; operators only."""

from datetime import datetime, timedelta
from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from agrimarket.http.handlers import get, post, put
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ApplicationId
from agrimarket.kernel.wire import WeightOut
from agrimarket.onboarding import rules, views
from agrimarket.onboarding.cursors import QUEUE
from agrimarket.onboarding.schemas import (
    ApproveIn,
    AskIn,
    CheckIn,
    QueueItem,
    ReasonIn,
    RejectIn,
    RevealIn,
    RevealOut,
    ReviewOut,
)
from agrimarket.onboarding.service import review
from agrimarket.onboarding.service.review import Asked, Waiting
from agrimarket.onboarding.states import ApplicationKind, ApplicationState

TAGS = ["review"]


@get("/review/applications", tags=TAGS, summary="What waits for a reviewer, most urgent first")
def queue(
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],  # asking for it keeps others out
    cursor: Cursor = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> Page[QueueItem]:
    """Urgency = tonnes × hours waited ÷ days left. What someone holds is not listed."""
    window = QUEUE.window(cursor, limit)
    as_of, after = window.after or (None, None)
    with db.reading() as session:
        moment, waiting = review.queue(session, as_of, after, window.rows)
    return window.page([(moment, each) for each in waiting], lambda row: _item(row[1], row[0]))


def _item(waiting: Waiting, now: datetime) -> QueueItem:
    return QueueItem(
        id=waiting.id,
        kind=ApplicationKind(waiting.kind),
        state=ApplicationState(waiting.state),
        product=waiting.product,
        quantity=WeightOut(grams=waiting.grams),
        region_code=waiting.region_code,
        tonnes=waiting.grams / 1_000_000,
        days_left=round(rules.days_left(waiting.spoils_at, now), 2),
        hours_waited=round((now - waiting.submitted_at) / timedelta(hours=1), 2),
        urgency=round(waiting.urgency, 3),
        submitted_at=waiting.submitted_at,
    )


@get("/review/applications/{application_id:str}", tags=TAGS, summary="An application with its checklist")
def read(
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],  # asking for it keeps others out
    language: NamedDependency[str],
) -> ReviewOut:
    """Names and numbers are masked; `reveal` opens one."""
    with db.transaction() as session:
        return views.review(review.read(session, application_id), language)


@post("/review/applications/{application_id:str}/claim", tags=TAGS, summary="Hold it for half an hour", status_code=200)
def claim(
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """409 while someone else holds it. Claiming again holds it longer."""
    with db.transaction() as session:
        return views.review(review.claim(session, operator, application_id), language)


@post("/review/applications/{application_id:str}/approve", tags=TAGS, summary="Open the seller", status_code=200)
def approve(
    application_id: FromPath[ApplicationId],
    data: JSONBody[ApproveIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """Within `exposure_limit` before everything is verified; without one the first limit holds until then."""
    limit = data.exposure_limit.money() if data.exposure_limit else None
    with db.transaction() as session:
        found = review.approve(session, operator, application_id, limit, data.fence)
        return views.review(found, language)


@post("/review/applications/{application_id:str}/reject", tags=TAGS, summary="Turn it down", status_code=200)
def reject(
    application_id: FromPath[ApplicationId],
    data: JSONBody[RejectIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """The applicant reads the reason and can have someone else look again."""
    with db.transaction() as session:
        found = review.reject(session, operator, application_id, data.reason, data.fence)
        return views.review(found, language)


@post("/review/applications/{application_id:str}/ask", tags=TAGS, summary="Ask for information", status_code=200)
def ask(
    application_id: FromPath[ApplicationId],
    data: JSONBody[AskIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """Each item is told in the applicant's language, and re-opens its step only."""
    items = [Asked(item.step, item.reason, item.note or "") for item in data.items]
    with db.transaction() as session:
        found = review.ask(session, operator, application_id, items, data.fence)
        return views.review(found, language)


@post("/review/applications/{application_id:str}/suspend", tags=TAGS, summary="Stop a seller", status_code=200)
def suspend(
    application_id: FromPath[ApplicationId],
    data: JSONBody[ReasonIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """Nothing of theirs is sold until they are reinstated."""
    with db.transaction() as session:
        found = review.suspend(session, operator, application_id, data.reason)
        return views.review(found, language)


@post("/review/applications/{application_id:str}/reinstate", tags=TAGS, summary="Let a seller go on", status_code=200)
def reinstate(
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """Within the limit that held before."""
    with db.transaction() as session:
        return views.review(review.reinstate(session, operator, application_id), language)


@put("/review/applications/{application_id:str}/checks", tags=TAGS, summary="Note a requirement as seen, or not")
def see(
    application_id: FromPath[ApplicationId],
    data: JSONBody[CheckIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """Once all are met, approving needs no limit."""
    with db.transaction() as session:
        found = review.see(session, operator, application_id, data.requirement, met=data.seen, fence=data.fence)
        return views.review(found, language)


@post("/review/applications/{application_id:str}/reveal", tags=TAGS, summary="Open one secret answer", status_code=200)
def reveal(
    application_id: FromPath[ApplicationId],
    data: JSONBody[RevealIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> RevealOut:
    """Only for who holds the application; each opening is written to the audit log."""
    with db.transaction() as session:
        value = review.reveal(session, operator, application_id, data.field, data.fence)
        return RevealOut(field=data.field, value=value)


HANDLERS = [queue, read, claim, approve, reject, ask, see, reveal, suspend, reinstate]
