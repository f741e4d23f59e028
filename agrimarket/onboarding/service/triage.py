"""The appeals desk: who calls whom, and what came of it. The promise of `answer_by` is kept here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.rules import masked_phone
from agrimarket.accounts.service import audit, people
from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding import queries_triage as queries
from agrimarket.onboarding import rules
from agrimarket.onboarding.errors import AppealHeld, AppealNotHeld, AppealNotReached, AppealOver
from agrimarket.onboarding.events import AppealMissed
from agrimarket.onboarding.formats import masked
from agrimarket.onboarding.models import Appeal, AppealCall
from agrimarket.onboarding.service import appeals, applications, holds
from agrimarket.onboarding.service.appeals import Filed
from agrimarket.onboarding.service.applications import Full
from agrimarket.onboarding.states import APPEAL, AppealState, ApplicationKind, CallOutcome

WAITING = (AppealState.RECEIVED, AppealState.TRIAGED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An appeal in the queue, and why it stands where it does. `since`: see `rules.waiting_since`."""

    id: UUID
    number: int
    state: str
    product: str
    grams: int | None
    region_code: str
    spoils_at: datetime
    created_at: datetime
    answer_by: datetime
    called_at: datetime | None
    call_outcome: str | None
    call_again_at: datetime | None
    since: datetime
    late: bool
    urgency: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How many appeals wait, and for how many of them the promised call is late."""

    waiting: int
    late: int


@dataclass(frozen=True, slots=True)
class Called:
    """A call, and what its operator is called."""

    row: AppealCall
    operator: str


@dataclass(frozen=True, slots=True)
class AtHand:
    """An appeal as operators see it, with every call about it, newest first. Name and phone are masked."""

    filed: Filed
    calls: list[Called]
    name: str
    phone: str
    urgency: float
    late: bool

    @property
    def spoken(self) -> bool:
        """Whether they were reached, so that an operator may begin their application."""
        return any(call.row.outcome == CallOutcome.REACHED for call in self.calls)

    def held_by(self, who: Principal) -> bool:
        """Whether `who` may record a call now."""
        return self.filed.appeal.state in WAITING and holds.stands(self.filed.appeal, who.person_id, None)


@dataclass(frozen=True, slots=True)
class Opened:
    """Whom to call. A person who signed in by e-mail alone has no phone."""

    name: str
    phone: str | None


def queue(
    session: Session, as_of: datetime | None, after: tuple[float, UUID] | None, limit: int, *, only_late: bool = False
) -> tuple[datetime, list[Waiting]]:
    """What waits for a call, or for an application after one, and nobody holds; most urgent first.

    Who was not reached comes back at `call_again_at`; who was reached waits anew from then, until their harvest is
    past. The urgency is that of `as_of`, so that pages do not shift.
    """
    moment = as_of or clock.read(session)
    urgency, last = after or (None, None)
    rows = queries.queue(
        session,
        {
            "as_of": moment,
            "shortest": rules.SHORTEST_LEFT.total_seconds(),
            "assumed": rules.ASSUMED_GRAMS,
            "only_late": only_late,
            "urgency": urgency,
            "id": last,
            "limit": limit,
        },
    )
    return moment, [Waiting(**row._mapping) for row in rows]  # pyright: ignore[reportPrivateUsage]  # SQLAlchemy's name


def standing(session: Session, as_of: datetime) -> Standing:
    """How the queue stands at that moment; one statement."""
    return Standing(**queries.standing(session, as_of)._mapping)  # pyright: ignore[reportPrivateUsage]  # SQLAlchemy's name


def held_by(session: Session, operator: Principal, now: datetime) -> Sequence[Appeal]:
    """What this operator holds and has not yet called about, the claim that ends first on top."""
    return queries.held_by(session, operator.person_id, now)


def read(session: Session, appeal_id: UUID) -> AtHand:
    """Any appeal."""
    appeal = queries.any_appeal(session, appeal_id)
    if appeal is None:
        raise NotFound
    return _at_hand(session, appeal)


def _at_hand(session: Session, appeal: Appeal) -> AtHand:
    session.flush()  # what is shown is what is stored
    calls = queries.calls(session, appeal.id)
    contacts = people.contacts(session, {appeal.person_id, *(call.operator_id for call in calls)})
    phone = contacts[appeal.person_id].phone
    now = clock.read(session)
    since = rules.waiting_since(appeal.created_at, appeal.called_at, appeal.call_outcome)
    return AtHand(
        filed=appeals.filed(session, appeal),
        calls=[Called(call, contacts[call.operator_id].display_name) for call in calls],
        name=masked(appeals.name_of(appeal), "name"),
        phone=masked_phone(phone) if phone else "",
        urgency=rules.appeal_urgency(appeal.grams, appeal.spoils_at, since, now),
        late=appeal.state in WAITING and rules.late(appeal.answer_by, appeal.called_at, appeal.call_again_at, now),
    )


def _lock(session: Session, appeal_id: UUID) -> Appeal:
    appeal = queries.any_appeal(session, appeal_id, lock=True)
    if appeal is None:
        raise NotFound
    return appeal


def _lock_waiting(session: Session, appeal_id: UUID) -> Appeal:
    appeal = _lock(session, appeal_id)
    if appeal.state not in WAITING:
        raise AppealOver
    return appeal


def claim(session: Session, operator: Principal, appeal_id: UUID) -> AtHand:
    """Hold it for half an hour; who holds it already holds it longer. Each new claim raises the fence.

    `AppealHeld` while someone else does; `AppealOver` once it is closed or has become an application.
    """
    appeal = _lock_waiting(session, appeal_id)
    holds.take(appeal, operator.person_id, clock.read(session), AppealHeld)
    return _at_hand(session, appeal)


def reveal(session: Session, operator: Principal, appeal_id: UUID) -> Opened:
    """Name and phone in plain text, while this operator holds the appeal (`AppealNotHeld`). Each opening is audited."""
    appeal = _lock_waiting(session, appeal_id)
    lapsed = appeal.held_until is None or appeal.held_until <= clock.read(session)
    if lapsed or not holds.stands(appeal, operator.person_id, None):
        raise AppealNotHeld
    audit.record(session, operator, "appeal.contact_opened", _subject(appeal), {})
    return Opened(appeals.name_of(appeal), people.contact(session, appeal.person_id).phone)


def record_call(
    session: Session, operator: Principal, appeal_id: UUID, fence: int, outcome: CallOutcome, note: str
) -> AtHand:
    """Note what came of a call, and let the appeal go. Recording the same call twice is the same as once.

    Reached: triaged, and they, or an operator for them (`begin`), apply next. Not reached: it comes back, and
    `AppealMissed` tells them by when. Sold meanwhile, or a wrong number: closed. `AppealNotHeld` if the claim of
    `fence` has been lost or used, `AppealOver`; then nothing is changed.
    """
    appeal = _lock(session, appeal_id)
    made = queries.call_under(session, appeal_id, fence)
    if made and (made.operator_id, made.outcome, made.note) == (operator.person_id, outcome, note):
        return _at_hand(session, appeal)
    if appeal.state not in WAITING:
        raise AppealOver
    if not holds.stands(appeal, operator.person_id, fence):
        raise AppealNotHeld
    now = clock.read(session)
    call = AppealCall(
        id=new_id(),
        appeal_id=appeal.id,
        operator_id=operator.person_id,
        outcome=outcome,
        note=note,
        fence=fence,
        promised_by=appeal.answer_by,
        at=now,
    )
    session.add(call)
    appeal.held_until = appeal.call_again_at = None
    appeal.called_at, appeal.call_outcome = now, outcome
    _move(session, appeal, outcome, now)
    audit.record(session, operator, "appeal.called", _subject(appeal), {"outcome": outcome})
    return _at_hand(session, appeal)


def _move(session: Session, appeal: Appeal, outcome: CallOutcome, now: datetime) -> None:
    if outcome == CallOutcome.NOT_REACHED:
        following = rules.call_again(now, appeal.spoils_at)
        if following is not None:
            appeal.call_again_at, appeal.answer_by = following
            missed = AppealMissed(
                appeal_id=appeal.id, person_id=appeal.person_id, product=appeal.product, answer_by=appeal.answer_by
            )
            outbox.record(session, missed)
        return
    if appeal.state == AppealState.RECEIVED:
        states.move(appeal, AppealState.TRIAGED, APPEAL)
    if outcome != CallOutcome.REACHED:
        states.move(appeal, AppealState.CLOSED, APPEAL)


def begin(session: Session, operator: Principal, appeal_id: UUID, kind: ApplicationKind) -> Full:
    """Begin the application of someone who was reached, as a village agent does: it is theirs, filed by the operator.

    Another operator reviews it (`OwnApplication`). Beginning twice is the same as once. `AppealNotReached` before they
    have spoken, `AppealHeld` while someone else calls them, `AppealOver`, and what `applications.begin` refuses.
    """
    appeal = _lock(session, appeal_id)
    if appeal.application_id is not None:
        filed = applications.find(session, operator, appeal.application_id)
        if filed is not None:
            return filed
    if appeal.state not in WAITING:
        raise AppealOver
    holds.require_free(appeal, operator.person_id, clock.read(session), AppealHeld)
    if not _at_hand(session, appeal).spoken:
        raise AppealNotReached
    language = people.contact(session, appeal.person_id).language
    found = applications.begin_from(session, operator, kind, appeal, language)
    details = {"application": encode("app", found.application.id)}
    audit.record(session, operator, "appeal.application_begun", _subject(appeal), details)
    return found


def _subject(appeal: Appeal) -> str:
    return encode("apl", appeal.id)
