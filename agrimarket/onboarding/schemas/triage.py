"""The triage desk over HTTP."""

from typing import Annotated

from pydantic import Field, StringConstraints

from agrimarket.kernel.resources import AppealId, CallId, PersonId
from agrimarket.kernel.wire import Count, Figure, In, Instant, LongText, Out, Score, Several, WeightOut
from agrimarket.onboarding import rules
from agrimarket.onboarding.models.appeals import AppealCall
from agrimarket.onboarding.schemas.appeals import AppealOut
from agrimarket.onboarding.states import AppealState, ApplicationKind, CallOutcome
from agrimarket.onboarding.types import AppealRecord, WaitingAppeal


class WaitingAppealOut(Out):
    """A waiting appeal, with the reason for its place: tonnes × hours_waited ÷ days_left."""

    id: AppealId
    number: Annotated[str, Field(max_length=20, examples=["A100001-7"])]
    state: AppealState
    product: str
    quantity: WeightOut | None
    region_code: str
    tonnes: Annotated[Figure, Field(description="1 where nobody said how much.")]
    days_left: Figure
    hours_waited: Annotated[Figure, Field(description="Since it came, or since they were reached.")]
    urgency: Score
    answer_by: Instant
    late: Annotated[bool, Field(description="The call that was promised by `answer_by` has not been made.")]
    call_outcome: Annotated[CallOutcome | None, Field(description="Of the newest call.")]
    created_at: Instant

    @classmethod
    def of(cls, waiting: WaitingAppeal) -> "WaitingAppealOut":
        """An appeal in the operators' queue."""
        grams = waiting.grams
        return cls(
            id=waiting.id,
            number=rules.appeal_number(waiting.number),
            state=AppealState(waiting.state),
            product=waiting.product,
            quantity=None if grams is None else WeightOut(grams=grams),
            region_code=waiting.region_code,
            tonnes=(rules.ASSUMED_GRAMS if grams is None else grams) / 1_000_000,
            days_left=round(waiting.days_left, 2),
            hours_waited=round(waiting.hours_waited, 2),
            urgency=rules.score(waiting.urgency),
            answer_by=waiting.answer_by,
            late=waiting.late,
            call_outcome=CallOutcome(waiting.call_outcome) if waiting.call_outcome else None,
            created_at=waiting.created_at,
        )


class CallOut(Out):
    """A call about an appeal. Notes are erased with the appeal's personal data."""

    id: CallId
    operator_id: PersonId
    outcome: CallOutcome
    note: str
    at: Instant
    promised_by: Instant

    @classmethod
    def of(cls, row: AppealCall) -> "CallOut":
        """A call as operators see it."""
        return cls(
            id=row.id,
            operator_id=row.operator_id,
            outcome=CallOutcome(row.outcome),
            note=row.note,
            at=row.at,
            promised_by=row.promised_by,
        )


class AppealRecordOut(Out):
    """An appeal as operators see it; calls newest first. `held_until` and `fence` are those of the newest hold."""

    appeal: AppealOut
    name: Annotated[str, Field(description="Masked; `reveal` opens it.", examples=["王＊＊"])]
    phone: Annotated[str, Field(description="Masked; `reveal` opens it.", examples=["+86138****0001"])]
    note: str
    reports: Count
    urgency: Score
    answer_by: Instant
    late: bool
    call_again_at: Annotated[Instant | None, Field(description="When who was not reached is back in the queue.")]
    reviewer_id: PersonId | None
    held_until: Instant | None
    fence: Count
    calls: Annotated[list[CallOut], Several]

    @classmethod
    def of(cls, record: AppealRecord, language: str) -> "AppealRecordOut":
        """An appeal as operators see it."""
        row = record.filed.appeal
        return cls(
            appeal=AppealOut.of(record.filed, language),
            name=record.name,
            phone=record.phone,
            note=row.note,
            reports=row.reports,
            urgency=rules.score(record.urgency),
            answer_by=row.answer_by,
            late=record.late,
            call_again_at=row.call_again_at,
            reviewer_id=row.reviewer_id,
            held_until=row.held_until,
            fence=row.fence,
            calls=[CallOut.of(call.row) for call in record.calls],
        )


class CallIn(In):
    """The outcome of a call. `fence` is that of the call's hold; each hold takes one call."""

    fence: Annotated[int, Field(strict=True, ge=0, lt=2**31)]
    outcome: CallOutcome
    note: Annotated[LongText | None, StringConstraints(max_length=1_000)] = None


class ContactOut(Out):
    """Name and phone of a farmer to call."""

    name: str
    phone: str | None


class BeginIn(In):
    """The kind of application to begin for a farmer."""

    kind: ApplicationKind
