"""JSON handlers of the appeals desk; operators only."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AppealId
from agrimarket.onboarding import views
from agrimarket.onboarding.cursors import QUEUE
from agrimarket.onboarding.routes.review import TAGS
from agrimarket.onboarding.schemas import ApplicationOut
from agrimarket.onboarding.schemas_triage import AppealReviewOut, BeginIn, CallIn, ContactOut, WaitingAppealOut
from agrimarket.onboarding.service import triage


@get("/review/appeals", tags=TAGS, summary="Appeals that wait for a call, most urgent first")
def queue(
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],  # asking for it keeps others out
    cursor: Cursor = None,
    late: FromQuery[bool] = False,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> Page[WaitingAppealOut]:
    """Urgency = tonnes × hours waited ÷ days left; `late=true` lists only those whose promised call is late.

    What someone holds is not listed, and who was not reached only once it is time to call again. Who was reached waits
    anew, for an application.
    """
    window = QUEUE.window(cursor, limit)
    as_of, after = window.after or (None, None)
    with db.reading() as session:
        moment, waiting = triage.queue(session, as_of, after, window.rows, only_late=late)
    return window.page([(moment, each) for each in waiting], lambda row: views.waiting_appeal(row[1], row[0]))


@get("/review/appeals/{appeal_id:str}", tags=TAGS, summary="An appeal with every call about it")
def read(
    appeal_id: FromPath[AppealId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],  # asking for it keeps others out
    language: NamedDependency[str],
) -> AppealReviewOut:
    """Name and phone are masked; `reveal` opens them."""
    with db.transaction() as session:
        return views.appeal_review(triage.read(session, appeal_id), language)


@post("/review/appeals/{appeal_id:str}/claim", tags=TAGS, summary="Hold an appeal for half an hour", status_code=200)
def claim(
    appeal_id: FromPath[AppealId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> AppealReviewOut:
    """409 while someone else holds it. Claiming again holds it longer."""
    with db.transaction() as session:
        return views.appeal_review(triage.claim(session, operator, appeal_id), language)


@post("/review/appeals/{appeal_id:str}/reveal", tags=TAGS, summary="Open name and phone", status_code=200)
def reveal(
    appeal_id: FromPath[AppealId], db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> ContactOut:
    """Only for who holds the appeal; each opening is written to the audit log."""
    with db.transaction() as session:
        opened = triage.reveal(session, operator, appeal_id)
        return ContactOut(name=opened.name, phone=opened.phone)


@post("/review/appeals/{appeal_id:str}/calls", tags=TAGS, summary="Record what came of a call", status_code=200)
def record_call(
    appeal_id: FromPath[AppealId],
    data: JSONBody[CallIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> AppealReviewOut:
    """It ends the claim. The same call twice is recorded once; with a fence that was lost, 409 and nothing changes."""
    with db.transaction() as session:
        appeal = appeal_id
        found = triage.record_call(session, operator, appeal, data.fence, data.outcome, data.note or "")
        return views.appeal_review(found, language)


@post("/review/appeals/{appeal_id:str}/application", tags=TAGS, summary="Begin the application for them")
def begin(
    appeal_id: FromPath[AppealId],
    data: JSONBody[BeginIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ApplicationOut:
    """Once they were reached. It is theirs, filed by the operator, and another operator reviews it."""
    with db.transaction() as session:
        return views.application(triage.begin(session, operator, appeal_id, data.kind), language)


HANDLERS = [queue, read, claim, reveal, record_call, begin]
