"""The triage desk: calls about appeals, and their outcomes. The promise of `answer_by` is kept here."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.rules import masked_phone
from agrimarket.accounts.service import audit, people
from agrimarket.drive import drive
from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.calling import call_by, next_call
from agrimarket.kernel.errors import found
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.onboarding import rules
from agrimarket.onboarding.errors import AppealHeld, AppealNotHeld, AppealNotReached, AppealOver
from agrimarket.onboarding.events import AppealMissed
from agrimarket.onboarding.forms.formats import masked
from agrimarket.onboarding.models.appeals import Appeal, AppealCall
from agrimarket.onboarding.queries import appeals as appeal_queries
from agrimarket.onboarding.queries import applications as application_queries
from agrimarket.onboarding.queries import triage as queries
from agrimarket.onboarding.service import appeals, applications, holds, opinions, queues
from agrimarket.onboarding.service.queues import Position
from agrimarket.onboarding.states import APPEAL_TRANSITIONS, WAITING, AppealState, ApplicationKind, CallOutcome
from agrimarket.onboarding.types import (
    AppealRecord,
    Dossier,
    LoggedCall,
    QueueCounts,
    RevealedContact,
    TriageQueue,
    WaitingAppeal,
)


def queue(session: Session, after: Position | None, limit: int, *, only_late: bool = False) -> list[WaitingAppeal]:
    """Appeals that wait for a call, or for an application after one, and that nobody holds; most urgent first.

    A farmer who was not reached comes back at `call_again_at`; the wait of one who was reached starts again then, until
    the harvest has spoiled. The urgency is that of `after.as_of`, or of now.
    """
    return _queue(session, after.as_of if after else clock.read(session), after, limit, only_late=only_late)


def _queue(
    session: Session, as_of: datetime, after: Position | None, limit: int, *, only_late: bool
) -> list[WaitingAppeal]:
    own = {"assumed": rules.ASSUMED_GRAMS, "only_late": only_late}
    rows = queries.queue(session, {**queues.parameters(as_of, after, limit), **own})
    return [WaitingAppeal(as_of=as_of, **row._mapping) for row in rows]  # pyright: ignore[reportPrivateUsage]  # SQLAlchemy's name


def counts(session: Session, as_of: datetime) -> QueueCounts:
    """Counts of the queue at that moment; one statement."""
    return QueueCounts(**queries.counts(session, as_of)._mapping)  # pyright: ignore[reportPrivateUsage]  # SQLAlchemy's name


def desk(
    session: Session, operator: Principal, after: Position | None, limit: int, *, only_late: bool = False
) -> TriageQueue:
    """The queue, its counts, and the appeals that this operator holds and has not called about yet."""
    as_of = after.as_of if after else clock.read(session)
    waiting = _queue(session, as_of, after, limit, only_late=only_late)
    held = queries.held_by(session, operator.person_id, as_of)
    return TriageQueue(as_of, waiting, counts(session, as_of), held)


def read(session: Session, appeal_id: UUID) -> AppealRecord:
    """Any appeal as operators see it."""
    return _record(session, found(appeal_queries.one(session, appeal_id)))


def _record(session: Session, appeal: Appeal) -> AppealRecord:
    session.flush()  # the record shows what is stored
    calls = queries.calls(session, appeal.id)
    known = people.contacts(session, {appeal.person_id, *(call.operator_id for call in calls)})
    phone = known[appeal.person_id].phone
    now = clock.read(session)
    since = rules.waiting_since(appeal.created_at, appeal.called_at, appeal.call_outcome)
    return AppealRecord(
        filed=appeals.filed(session, appeal),
        calls=[LoggedCall(call, known[call.operator_id].display_name) for call in calls],
        name=masked(appeals.name_of(appeal), "name"),
        phone=masked_phone(phone) if phone else "",
        urgency=rules.appeal_urgency(appeal.grams, appeal.spoils_at, since, now),
        late=appeal.state in WAITING and rules.late(appeal.answer_by, appeal.called_at, appeal.call_again_at, now),
    )


def is_held(appeal: Appeal, operator: Principal) -> bool:
    """Whether this operator's hold stands, so that they may record a call."""
    return appeal.state in WAITING and holds.stands(appeal, operator.person_id, None)


def _lock(session: Session, appeal_id: UUID) -> Appeal:
    return found(appeal_queries.one(session, appeal_id, lock=True))


def _lock_waiting(session: Session, appeal_id: UUID) -> Appeal:
    appeal = _lock(session, appeal_id)
    if appeal.state not in WAITING:
        raise AppealOver
    return appeal


def hold(session: Session, operator: Principal, appeal_id: UUID) -> AppealRecord:
    """Hold an appeal for the drive's hold length, or for longer if the operator holds it already.

    `AppealHeld` while someone else does; `AppealOver` once it is closed or has become an application.
    """
    appeal = _lock_waiting(session, appeal_id)
    holds.take(appeal, operator.person_id, clock.read(session), AppealHeld)
    return _record(session, appeal)


def reveal(session: Session, operator: Principal, appeal_id: UUID) -> RevealedContact:
    """Name and phone in plain text, until this operator's hold ends (`AppealNotHeld`). Each opening is audited."""
    appeal = _lock_waiting(session, appeal_id)
    lapsed = appeal.held_until is None or appeal.held_until <= clock.read(session)
    if lapsed or not is_held(appeal, operator):
        raise AppealNotHeld
    audit.record(session, operator, "appeal.contact_opened", _subject(appeal), {})
    return RevealedContact(appeals.name_of(appeal), people.contact(session, appeal.person_id).phone)


def record_call(
    session: Session, operator: Principal, appeal_id: UUID, fence: int, outcome: CallOutcome, note: str
) -> AppealRecord:
    """Record the outcome of a call, and end the hold. Recording the same call twice is the same as once.

    Reached: triaged, and the farmer, or an operator for them (`begin`), applies next. Not reached: the appeal comes
    back, and `AppealMissed` tells them by when. Sold meanwhile, or a wrong number: closed. `AppealNotHeld` if the
    hold of `fence` has been lost or used, `AppealOver`; then nothing is changed.
    """
    appeal = _lock(session, appeal_id)
    made = queries.call_under(session, appeal_id, fence)
    if made and (made.operator_id, made.outcome, made.note) == (operator.person_id, outcome, note):
        return _record(session, appeal)
    if appeal.state not in WAITING:
        raise AppealOver
    if not holds.stands(appeal, operator.person_id, fence):
        raise AppealNotHeld
    now = clock.read(session)
    session.add(_call(appeal, operator, fence, outcome, note, now))
    appeal.held_until = appeal.call_again_at = None
    appeal.called_at, appeal.call_outcome = now, outcome
    _follow(session, appeal, outcome, now)
    audit.record(session, operator, "appeal.called", _subject(appeal), {"outcome": outcome})
    return _record(session, appeal)


def _call(
    appeal: Appeal, operator: Principal, fence: int, outcome: CallOutcome, note: str, now: datetime
) -> AppealCall:
    return AppealCall(
        id=new_id(),
        appeal_id=appeal.id,
        operator_id=operator.person_id,
        outcome=outcome,
        note=note,
        fence=fence,
        promised_by=appeal.answer_by,
        at=now,
    )


def _follow(session: Session, appeal: Appeal, outcome: CallOutcome, now: datetime) -> None:
    """Apply the outcome: the next promise, or the next state."""
    if outcome == CallOutcome.NOT_REACHED:
        following = rules.call_again(now, appeal.spoils_at)
        if following is not None:
            hours = drive().calling
            appeal.call_again_at, appeal.answer_by = (
                next_call(following[0], hours),
                call_by(now, following[1], hours),
            )
            missed = AppealMissed(
                appeal_id=appeal.id,
                person_id=appeal.person_id,
                product=appeal.product,
                answer_by=appeal.answer_by,
                number=rules.appeal_number(appeal.number),
            )
            outbox.record(session, missed)
        return
    if appeal.state == AppealState.RECEIVED:
        states.move(appeal, AppealState.TRIAGED, APPEAL_TRANSITIONS)
    if outcome != CallOutcome.REACHED:
        states.move(appeal, AppealState.CLOSED, APPEAL_TRANSITIONS)
        opinions.end(session, appeal)


def begin(session: Session, operator: Principal, appeal_id: UUID, kind: ApplicationKind) -> Dossier:
    """Begin the application of someone who was reached, as a village agent does: it is theirs, filed by the operator.

    Another operator reviews it (`OwnApplication`). Beginning twice is the same as once. `AppealNotReached` before they
    were reached, `AppealHeld` while someone else calls them, `AppealOver`, and what `applications.begin` refuses.
    """
    appeal = _lock(session, appeal_id)
    if appeal.application_id is not None:
        begun = application_queries.mine(session, operator.person_id, appeal.application_id)
        if begun is not None:
            return applications.dossier(session, begun)
    if appeal.state not in WAITING:
        raise AppealOver
    holds.require_free(appeal, operator.person_id, clock.read(session), AppealHeld)
    if not _record(session, appeal).reached:
        raise AppealNotReached
    language = people.contact(session, appeal.person_id).language
    theirs = applications.begin_from(session, operator, kind, appeal, language)
    details = {"application": reference("application", theirs.application.id)}
    audit.record(session, operator, "appeal.application_begun", _subject(appeal), details)
    return theirs


def _subject(appeal: Appeal) -> str:
    return reference("appeal", appeal.id)
