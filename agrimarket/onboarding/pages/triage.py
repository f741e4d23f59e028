"""The triage desk: on the left the queue of calls, on the right the chosen appeal with its calls."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http import weights
from agrimarket.http.formdata import Fields, filled, filled_in, texts, typed
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.request import decode_model
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AppealId, reference
from agrimarket.onboarding import rules
from agrimarket.onboarding.errors import AppealNotHeld
from agrimarket.onboarding.models.appeals import Appeal
from agrimarket.onboarding.pages import urgency
from agrimarket.onboarding.pages.applications import path_of as application_path
from agrimarket.onboarding.schemas.triage import AppealRecordOut, BeginIn, CallIn
from agrimarket.onboarding.service import opinions, triage
from agrimarket.onboarding.service.queues import QUEUE
from agrimarket.onboarding.states import WAITING, ApplicationKind, CallOutcome
from agrimarket.onboarding.types import AppealRecord, LoggedCall, RevealedContact, WaitingAppeal

AnyRequest = Request[Any, Any, Any]
SHOWN = 50
DAY = timedelta(days=1)


@page("/review/appeals")
def queue(
    request: AnyRequest,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    cursor: Cursor = None,
    late: FromQuery[bool] = False,
) -> Template:
    """The desk with its queue; with `late` only the appeals whose promised call is late."""
    return _desk(request, db, operator, None, cursor=cursor, only_late=late)


@page("/review/appeals/{appeal_id:str}")
def show(
    request: AnyRequest,
    appeal_id: FromPath[AppealId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    late: FromQuery[bool] = False,
) -> Template:
    """The desk with an appeal beside the queue."""
    return _desk(request, db, operator, appeal_id, only_late=late)


def show_again(
    request: AnyRequest, appeal_id: UUID, data: dict[str, Any], db: Database, operator: Principal, refusal: DomainError
) -> Template:
    """The desk with that appeal, what was typed, and why it was refused."""
    return _desk(request, db, operator, appeal_id, refusal=refusal, typed=texts(data))


def _desk(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    appeal_id: UUID | None,
    *,
    cursor: str | None = None,
    only_late: bool = False,
    refusal: DomainError | None = None,
    typed: dict[str, str] | None = None,
    contact: RevealedContact | None = None,
) -> Template:
    """The desk; `contact` is shown only now."""
    language, window = language_of(request), QUEUE.window(cursor, SHOWN)
    with db.transaction() as session:
        desk = triage.desk(session, operator, window.after, window.rows, only_late=only_late)
        record = triage.read(session, appeal_id) if appeal_id else None
        said = opinions.about(session, appeal_id) if appeal_id else ()
    shown, following = window.cut(desk.waiting)
    late = "late=true&" if only_late else ""
    return render_page(
        request,
        "triage.html",
        visitor=operator,
        refusal=refusal,
        held=[_held(each, language) for each in desk.held],
        queue=[_waiting(each, language) for each in shown],
        counts=desk.counts,
        only_late=only_late,
        more=f"/review/appeals?{late}cursor={following}" if following else "",
        assumed=weights.on_desk(rules.ASSUMED_GRAMS, language),
        item=_at_hand(record, operator, desk.as_of, language) if record else None,
        outcomes=[(each.value, *_words(each, language)) for each in CallOutcome],
        kinds=[(each.value, t(f"apply.kind.{each}", language)) for each in ApplicationKind],
        opinions=said,
        units=weights.choices(language),
        typed=typed or {},
        opened=contact,
    )


def _words(outcome: CallOutcome, language: str) -> tuple[str, str]:
    return t(f"triage.outcome.{outcome}", language), t(f"triage.outcome.{outcome}.hint", language)


def _held(row: Appeal, language: str) -> dict[str, Any]:
    return {
        "id": reference("appeal", row.id),
        "title": _title(row.product, row.grams, language),
        "why": t("review.held", language, until=row.held_until),
    }


def _waiting(row: WaitingAppeal, language: str) -> dict[str, Any]:
    reached = row.call_outcome == CallOutcome.REACHED
    return {
        "id": reference("appeal", row.id),
        "title": _title(row.product, row.grams, language),
        "late": row.late,
        "stage": "reached" if reached else "again" if row.call_outcome else "",
        "why": urgency.why(row, language),
    }


def _title(product: str, grams: int | None, language: str) -> str:
    return f"{product} · {t('appeal.not_said', language) if grams is None else weights.on_desk(grams, language)}"


def _at_hand(record: AppealRecord, operator: Principal, now: datetime, language: str) -> dict[str, Any]:
    """The chosen appeal; its photos only for the operator who holds it."""
    row, mine = record.filed.appeal, triage.is_held(record.filed.appeal, operator)
    after = _after(row, now, mine=mine)
    said = {"until": row.held_until, "again": row.call_again_at, "by": row.answer_by}
    return {
        "id": reference("appeal", row.id),
        "out": AppealRecordOut.of(record, language),
        "free": row.state in WAITING and after != "held",
        "mine": mine,
        "open": mine and row.held_until is not None and row.held_until > now,
        "owed": row.state in WAITING and rules.call_owed(row.called_at, row.call_again_at),
        "reached": record.reached,
        "after": t(f"triage.after.{after}", language, **said) if after else "",
        "tone": "warning" if after == "held" else "",
        "title": _title(row.product, row.grams, language),
        "quantity": weights.said_on_desk(row.quantity_text, language),
        "photos": [reference("document", photo) for photo in record.filed.photos] if mine else [],
        "weight": weights.on_desk(row.grams, language) if row.grams else "",
        "left": (row.spoils_at - now) / DAY,
        "whole": (row.spoils_at - row.created_at) / DAY,
        "history": _history(record, language),
    }


def _after(row: Appeal, now: datetime, *, mine: bool) -> str:
    """Key of the sentence `triage.after.…` about the appeal's state; "" while there is a call to make."""
    if row.state not in WAITING:
        return row.state
    if mine:
        return ""
    if row.held_until is not None and row.held_until > now:
        return "held"
    if row.call_outcome == CallOutcome.REACHED:
        return "reached"
    if row.called_at is None or (row.call_again_at is not None and row.call_again_at <= now):
        return ""
    return "not_reached" if row.call_again_at else "missed"


def _history(record: AppealRecord, language: str) -> list[dict[str, Any]]:
    """Timeline of the appeal, newest first."""
    filed = {"at": record.filed.appeal.created_at, "words": t("triage.filed", language), "more": "", "tone": ""}
    return [*(_call(call, language) for call in record.calls), filed]


def _call(call: LoggedCall, language: str) -> dict[str, Any]:
    """Entry of a call in the timeline; it says if the call came later than promised."""
    kept = call.row.at <= call.row.promised_by
    promise = "" if kept else t("triage.was_promised", language, by=call.row.promised_by)
    return {
        "at": call.row.at,
        "words": " · ".join(filter(None, (t(f"triage.outcome.{call.row.outcome}", language), call.operator))),
        "more": " · ".join(filter(None, (promise, call.row.note))),
        "tone": "" if kept else "bad",
    }


def _path(appeal_id: UUID) -> str:
    return f"/review/appeals/{reference('appeal', appeal_id)}#at-hand"


@form("/review/appeals/{appeal_id:str}/claim", again=show_again)
def hold(
    request: AnyRequest,
    appeal_id: FromPath[AppealId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Hold it for a while."""
    with db.transaction() as session:
        triage.hold(session, operator, appeal_id)
    return see_other(_path(appeal_id))


@form("/review/appeals/{appeal_id:str}/reveal", again=show_again)
def reveal(
    request: AnyRequest,
    appeal_id: FromPath[AppealId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """Reveal name and number, on this page only."""
    with db.transaction() as session:
        contact = triage.reveal(session, operator, appeal_id)
    return _desk(request, db, operator, appeal_id, contact=contact)


@form("/review/appeals/{appeal_id:str}/calls", again=show_again)
def record_call(
    request: AnyRequest,
    appeal_id: FromPath[AppealId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Record the outcome of a call; then show what comes next."""
    call = _read_call(data)
    with db.transaction() as session:
        triage.record_call(session, operator, appeal_id, call.fence, call.outcome, call.note or "")
    return see_other(_path(appeal_id))


def _read_call(data: dict[str, Any]) -> CallIn:
    """Call from the form's fields; `AppealNotHeld` if no hold can have its fence."""
    fence = filled_in(typed(data, "fence")["fence"])
    if fence < 0:
        raise AppealNotHeld
    return decode_model(CallIn, {**filled(data, "outcome", "note"), "fence": fence})


@form("/review/appeals/{appeal_id:str}/application", again=show_again)
def begin(
    request: AnyRequest,
    appeal_id: FromPath[AppealId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Begin the farmer's application; redirects to it."""
    wanted = decode_model(BeginIn, {"kind": texts(data).get("kind", "")})
    with db.transaction() as session:
        theirs = triage.begin(session, operator, appeal_id, wanted.kind)
    return see_other(application_path(theirs.application.id))


HANDLERS: list[ControllerRouterHandler] = [queue, show, hold, reveal, record_call, begin]
