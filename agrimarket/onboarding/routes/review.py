"""JSON handlers of the review desk; operators only."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from agrimarket.http.handlers import get, post, put
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ApplicationId
from agrimarket.onboarding.schemas.review import (
    ApproveIn,
    AskIn,
    CheckIn,
    RejectIn,
    RevealIn,
    RevealOut,
    ReviewOut,
    SuspendIn,
    WaitingApplicationOut,
)
from agrimarket.onboarding.service import review
from agrimarket.onboarding.service.queues import QUEUE

TAGS = ["review"]
Limit = Annotated[int, QueryParameter(ge=1, le=200)]


@get("/review/applications", tags=TAGS, summary="What waits for a reviewer, most urgent first")
def queue(
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[WaitingApplicationOut]:
    """Waiting applications by urgency = tonnes × hours waited ÷ days left. Held ones are not listed."""
    window = QUEUE.window(cursor, limit)
    with db.reading() as session:
        return window.page(review.queue(session, window.after, window.rows), WaitingApplicationOut.of)


@get("/review/applications/{application_id:str}", tags=TAGS, summary="An application with its checklist")
def read(
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """An application, with names and numbers masked; `reveal` opens one."""
    with db.transaction() as session:
        return ReviewOut.of(review.read(session, application_id), language)


@post("/review/applications/{application_id:str}/claim", tags=TAGS, summary="Hold it for a while", status_code=200)
def hold(
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """Holds an application for half an hour; 409 while someone else holds it. Holding it again prolongs the hold."""
    with db.transaction() as session:
        return ReviewOut.of(review.hold(session, operator, application_id), language)


@post("/review/applications/{application_id:str}/approve", tags=TAGS, summary="Open the seller", status_code=200)
def approve(
    application_id: FromPath[ApplicationId],
    data: JSONBody[ApproveIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """Approves an application: within `exposure_limit` until everything is verified, or by default within the first
    limit."""
    limit = data.exposure_limit.money() if data.exposure_limit else None
    with db.transaction() as session:
        return ReviewOut.of(review.approve(session, operator, application_id, limit, data.fence), language)


@post("/review/applications/{application_id:str}/reject", tags=TAGS, summary="Turn it down", status_code=200)
def reject(
    application_id: FromPath[ApplicationId],
    data: JSONBody[RejectIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """Rejects an application. The applicant reads the reason and can request a second review by someone else."""
    with db.transaction() as session:
        return ReviewOut.of(review.reject(session, operator, application_id, data.reason, data.fence), language)


@post("/review/applications/{application_id:str}/ask", tags=TAGS, summary="Ask for information", status_code=200)
def ask(
    application_id: FromPath[ApplicationId],
    data: JSONBody[AskIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """Asks for information. The applicant reads each item in their language; it re-opens only its own step."""
    questions = [item.question() for item in data.items]
    with db.transaction() as session:
        return ReviewOut.of(review.ask(session, operator, application_id, questions, data.fence), language)


@post("/review/applications/{application_id:str}/suspend", tags=TAGS, summary="Stop a seller", status_code=200)
def suspend(
    application_id: FromPath[ApplicationId],
    data: JSONBody[SuspendIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """Suspends a seller: nothing of theirs is sold until they are reinstated."""
    with db.transaction() as session:
        return ReviewOut.of(review.suspend(session, operator, application_id, data.reason), language)


@post("/review/applications/{application_id:str}/reinstate", tags=TAGS, summary="Let a seller go on", status_code=200)
def reinstate(
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """Reinstates a seller, within the limit that applied before."""
    with db.transaction() as session:
        return ReviewOut.of(review.reinstate(session, operator, application_id), language)


@put("/review/applications/{application_id:str}/checks", tags=TAGS, summary="Note a requirement as seen, or not")
def set_check(
    application_id: FromPath[ApplicationId],
    data: JSONBody[CheckIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ReviewOut:
    """Marks a requirement as met, or as no longer met. Once all are met, approving needs no limit."""
    with db.transaction() as session:
        done = review.set_check(session, operator, application_id, data.requirement, met=data.seen, fence=data.fence)
        return ReviewOut.of(done, language)


@post("/review/applications/{application_id:str}/reveal", tags=TAGS, summary="Open one secret answer", status_code=200)
def reveal(
    application_id: FromPath[ApplicationId],
    data: JSONBody[RevealIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> RevealOut:
    """Opens a secret answer, only for the reviewer who holds the application; each opening is audited."""
    with db.transaction() as session:
        value = review.reveal(session, operator, application_id, data.field, data.fence)
        return RevealOut(field=data.field, value=value)


HANDLERS = [queue, read, hold, approve, reject, ask, set_check, reveal, suspend, reinstate]
