"""JSON handlers of the triage desk; operators only."""

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AppealId
from agrimarket.onboarding.routes.review import TAGS, Limit
from agrimarket.onboarding.schemas.applications import ApplicationOut
from agrimarket.onboarding.schemas.triage import AppealRecordOut, BeginIn, CallIn, ContactOut, WaitingAppealOut
from agrimarket.onboarding.service import triage
from agrimarket.onboarding.service.queues import QUEUE


@get("/review/appeals", tags=TAGS, summary="Appeals that wait for a call, most urgent first")
def queue(
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    cursor: Cursor = None,
    late: FromQuery[bool] = False,
    limit: Limit = 50,
) -> Page[WaitingAppealOut]:
    """Waiting appeals by urgency = tonnes × hours waited ÷ days left; with `late=true` only those with a late call.

    Held ones are not listed, and a farmer who was not reached only once it is time to call again. The wait of one who
    was reached starts again, for an application.
    """
    window = QUEUE.window(cursor, limit)
    with db.reading() as session:
        return window.page(triage.queue(session, window.after, window.rows, only_late=late), WaitingAppealOut.of)


@get("/review/appeals/{appeal_id:str}", tags=TAGS, summary="An appeal with every call about it")
def read(
    appeal_id: FromPath[AppealId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> AppealRecordOut:
    """An appeal with its calls; name and phone are masked, `reveal` opens them."""
    with db.transaction() as session:
        return AppealRecordOut.of(triage.read(session, appeal_id), language)


@post("/review/appeals/{appeal_id:str}/claim", tags=TAGS, summary="Hold an appeal for a while", status_code=200)
def hold(
    appeal_id: FromPath[AppealId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> AppealRecordOut:
    """Holds an appeal for half an hour; 409 while someone else holds it. Holding it again prolongs the hold."""
    with db.transaction() as session:
        return AppealRecordOut.of(triage.hold(session, operator, appeal_id), language)


@post("/review/appeals/{appeal_id:str}/reveal", tags=TAGS, summary="Open name and phone", status_code=200)
def reveal(
    appeal_id: FromPath[AppealId], db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> ContactOut:
    """Opens name and phone, only for the operator who holds the appeal; each opening is audited."""
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
) -> AppealRecordOut:
    """Records a call and ends the hold. The same call twice is recorded once; 409 for a lost fence, with no change."""
    with db.transaction() as session:
        record = triage.record_call(session, operator, appeal_id, data.fence, data.outcome, data.note or "")
        return AppealRecordOut.of(record, language)


@post("/review/appeals/{appeal_id:str}/application", tags=TAGS, summary="Begin the application for them")
def begin(
    appeal_id: FromPath[AppealId],
    data: JSONBody[BeginIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ApplicationOut:
    """Begins the application of a farmer who was reached: it is theirs, filed by the operator, and another
    operator reviews it."""
    with db.transaction() as session:
        return ApplicationOut.of(triage.begin(session, operator, appeal_id, data.kind), language)


HANDLERS = [queue, read, hold, reveal, record_call, begin]
