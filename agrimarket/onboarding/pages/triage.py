"""The appeals desk: left whom to call, right the one appeal at hand with its calls."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields, filled_in, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.problems import STATUS
from agrimarket.http.request import decode_model
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AppealId
from agrimarket.onboarding import rules, views
from agrimarket.onboarding.cursors import QUEUE
from agrimarket.onboarding.errors import AppealNotHeld
from agrimarket.onboarding.pages.reading import desk_weight, weight_words
from agrimarket.onboarding.schemas_triage import BeginIn, CallIn
from agrimarket.onboarding.service import triage
from agrimarket.onboarding.service.triage import AtHand, Opened, Waiting
from agrimarket.onboarding.states import ApplicationKind, CallOutcome

AnyRequest = Request[Any, Any, Any]
SHOWN = 50
DAY = timedelta(days=1)


def _show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    appeal_id: UUID | None,
    *,
    cursor: str | None = None,
    only_late: bool = False,
    error: DomainError | None = None,
    typed: dict[str, str] | None = None,
    opened: Opened | None = None,
) -> Template:
    language = language_of(request)
    window = QUEUE.window(cursor, SHOWN)
    as_of, after = window.after or (None, None)
    with db.transaction() as session:
        moment, waiting = triage.queue(session, as_of, after, window.rows, only_late=only_late)
        standing = triage.standing(session, moment)
        held = triage.held_by(session, operator, moment)
        found = triage.read(session, appeal_id) if appeal_id else None
    shown, more = window.cut([(moment, each) for each in waiting])
    late = "late=true&" if only_late else ""
    return render_page(
        request,
        "appeals_desk.html",
        visitor=operator,
        status_code=STATUS[error.kind] if error else 200,
        held=[
            {
                "id": ids.encode("apl", each.id),
                "title": _title(each.product, each.grams, language),
                "why": t("review.held", language, until=each.held_until),
            }
            for each in held
        ],
        queue=[_row(each, moment, language) for moment, each in shown],
        standing=standing,
        only_late=only_late,
        more=f"/review/appeals?{late}cursor={more}" if more else "",
        assumed=desk_weight(rules.ASSUMED_GRAMS, language),
        item=_item(found, operator, moment, language) if found else None,
        outcomes=[
            (each.value, t(f"triage.outcome.{each}", language), t(f"triage.outcome.{each}.hint", language))
            for each in CallOutcome
        ],
        kinds=[(each.value, t(f"apply.kind.{each}", language)) for each in ApplicationKind],
        errors=errors_of(request, error) if error else {},
        typed=typed or {},
        opened=opened,
    )


def _row(waiting: Waiting, now: datetime, language: str) -> dict[str, Any]:
    shown = views.waiting_appeal(waiting, now)
    reached = shown.call_outcome == CallOutcome.REACHED
    return {
        "id": ids.encode("apl", shown.id),
        "title": _title(waiting.product, waiting.grams, language),
        "late": shown.late,
        "stage": "reached" if reached else "again" if shown.call_outcome else "",
        "why": t(
            "review.why",
            language,
            days=f"{shown.days_left:.1f}",
            hours=f"{shown.hours_waited:.1f}",
            urgency=f"{shown.urgency:.2f}",
        ),
    }


def _title(product: str, grams: int | None, language: str) -> str:
    return f"{product} · {t('appeal.not_said', language) if grams is None else desk_weight(grams, language)}"


def _item(found: AtHand, operator: Principal, now: datetime, language: str) -> dict[str, Any]:
    row, out = found.filed.appeal, views.appeal_review(found, language)
    after = _after(found, operator, now)
    said = {"until": row.held_until, "again": row.call_again_at, "by": row.answer_by}
    return {
        "id": ids.encode("apl", row.id),
        "out": out,
        "free": row.state in triage.WAITING and after != "held",
        "mine": found.held_by(operator),
        "open": found.held_by(operator) and row.held_until is not None and row.held_until > now,
        "owed": row.state in triage.WAITING and rules.call_owed(row.called_at, row.call_again_at),
        "spoken": found.spoken,
        "after": t(f"triage.after.{after}", language, **said) if after else "",
        "tone": "warning" if after == "held" else "",
        "title": _title(row.product, row.grams, language),
        "quantity": weight_words(row.quantity_text, language),
        "photos": [ids.encode("doc", photo) for photo in found.filed.photos] if found.held_by(operator) else [],
        "weight": desk_weight(row.grams, language) if row.grams else "",
        "left": (row.spoils_at - now) / DAY,
        "whole": (row.spoils_at - row.created_at) / DAY,
        "history": _history(found, language),
    }


def _after(found: AtHand, operator: Principal, now: datetime) -> str:
    """Which sentence says how it stands; none while there is a call to be made."""
    row = found.filed.appeal
    if row.state not in triage.WAITING:
        return row.state
    if found.held_by(operator):
        return ""
    if row.held_until is not None and row.held_until > now:
        return "held"
    if row.call_outcome == CallOutcome.REACHED:
        return "reached"
    if row.called_at is None or (row.call_again_at is not None and row.call_again_at <= now):
        return ""
    return "not_reached" if row.call_again_at else "missed"


def _history(found: AtHand, language: str) -> list[dict[str, Any]]:
    """What happened, newest first; a call that came later than promised says so."""
    entries: list[dict[str, Any]] = []
    for call in found.calls:
        kept = call.row.at <= call.row.promised_by
        promise = "" if kept else t("triage.was_promised", language, by=call.row.promised_by)
        entries.append(
            {
                "at": call.row.at,
                "words": " · ".join(
                    part for part in (t(f"triage.outcome.{call.row.outcome}", language), call.operator) if part
                ),
                "more": " · ".join(part for part in (promise, call.row.note) if part),
                "tone": "" if kept else "bad",
            }
        )
    appeal = found.filed.appeal
    filed = {"at": appeal.created_at, "words": t("triage.filed", language), "more": "", "tone": ""}
    return [*entries, filed]


@page("/review/appeals")
def desk(
    request: AnyRequest,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    cursor: Cursor = None,
    late: FromQuery[bool] = False,
) -> Template:
    """The queue, or with `late` only whose promised call is late."""
    return _show(request, db, operator, None, cursor=cursor, only_late=late)


@page("/review/appeals/{appeal_id:str}")
def one(
    request: AnyRequest,
    appeal_id: FromPath[AppealId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    late: FromQuery[bool] = False,
) -> Template:
    """One appeal beside the queue."""
    return _show(request, db, operator, appeal_id, only_late=late)


@form("/review/appeals/{appeal_id:str}/claim")
def claim(
    request: AnyRequest,
    appeal_id: FromPath[AppealId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Response[Any]:
    """Hold it."""
    try:
        with db.transaction() as session:
            triage.claim(session, operator, appeal_id)
    except DomainError as refusal:
        return _show(request, db, operator, appeal_id, error=refusal)
    return see_other(_path(appeal_id))


@form("/review/appeals/{appeal_id:str}/reveal")
def reveal(
    request: AnyRequest,
    appeal_id: FromPath[AppealId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Response[Any]:
    """Name and number, on this answer only."""
    try:
        with db.transaction() as session:
            opened = triage.reveal(session, operator, appeal_id)
    except DomainError as refusal:
        return _show(request, db, operator, appeal_id, error=refusal)
    return _show(request, db, operator, appeal_id, opened=opened)


@form("/review/appeals/{appeal_id:str}/calls")
def record_call(
    request: AnyRequest,
    appeal_id: FromPath[AppealId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Response[Any]:
    """What came of the call; then what comes next."""
    appeal, given = appeal_id, texts(data)
    said = {name: given[name] for name in ("outcome", "note") if given.get(name, "").strip()}
    fence = filled_in(given.get("fence", ""))
    try:
        if fence < 0:
            raise AppealNotHeld
        call = decode_model(CallIn, {**said, "fence": fence})
        with db.transaction() as session:
            triage.record_call(session, operator, appeal, call.fence, call.outcome, call.note or "")
    except DomainError as refusal:
        return _show(request, db, operator, appeal, error=refusal, typed=given)
    return see_other(_path(appeal_id))


@form("/review/appeals/{appeal_id:str}/application")
def begin(
    request: AnyRequest,
    appeal_id: FromPath[AppealId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Response[Any]:
    """Begin their application, and go on to it."""
    appeal, given = appeal_id, texts(data)
    try:
        wanted = decode_model(BeginIn, {"kind": given.get("kind", "")})
        with db.transaction() as session:
            found = triage.begin(session, operator, appeal, wanted.kind)
    except DomainError as refusal:
        return _show(request, db, operator, appeal, error=refusal, typed=given)
    return see_other(f"/applications/{ids.encode('app', found.application.id)}")


def _path(appeal_id: UUID) -> str:
    return f"/review/appeals/{ids.encode('apl', appeal_id)}#at-hand"


HANDLERS: list[ControllerRouterHandler] = [desk, one, claim, reveal, record_call, begin]
