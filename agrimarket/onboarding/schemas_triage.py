"""What goes in and out of the appeals desk over HTTP."""

from typing import Annotated

from pydantic import Field, StringConstraints

from agrimarket.kernel.resources import CallId
from agrimarket.kernel.wire import In, Instant, LongText, Out, WeightOut
from agrimarket.onboarding.schemas import AppealId, AppealOut, PersonId
from agrimarket.onboarding.states import AppealState, ApplicationKind, CallOutcome


class WaitingAppealOut(Out):
    """An appeal that waits, with why it stands where it does: urgency = tonnes × hours_waited ÷ days_left."""

    id: AppealId
    number: Annotated[str, Field(examples=["A100001-7"])]
    state: AppealState
    product: str
    quantity: WeightOut | None
    region_code: str
    tonnes: Annotated[float, Field(description="1 where nobody said how much.")]
    days_left: float
    hours_waited: Annotated[float, Field(description="Since it came, or since they were reached.")]
    urgency: float
    answer_by: Instant
    late: Annotated[bool, Field(description="The call that was promised by `answer_by` has not been made.")]
    call_outcome: Annotated[CallOutcome | None, Field(description="Of the newest call.")]
    created_at: Instant


class CallOut(Out):
    """A call about an appeal. Notes are erased with what is personal in the appeal."""

    id: CallId
    operator_id: PersonId
    outcome: CallOutcome
    note: str
    at: Instant
    promised_by: Instant


class AppealReviewOut(Out):
    """An appeal as operators see it; calls newest first. `held_until` and `fence` are of the newest claim."""

    appeal: AppealOut
    name: Annotated[str, Field(description="Masked; `reveal` opens it.", examples=["王＊＊"])]
    phone: Annotated[str, Field(description="Masked; `reveal` opens it.", examples=["+86138****0001"])]
    note: str
    reports: int
    urgency: float
    answer_by: Instant
    late: bool
    call_again_at: Annotated[Instant | None, Field(description="When who was not reached is back in the queue.")]
    reviewer_id: PersonId | None
    held_until: Instant | None
    fence: int
    calls: list[CallOut]


class CallIn(In):
    """What came of a call. `fence` is of the claim it was made under; one call a claim."""

    fence: Annotated[int, Field(ge=0, lt=2**31)]
    outcome: CallOutcome
    note: Annotated[LongText | None, StringConstraints(max_length=1_000)] = None


class ContactOut(Out):
    """Whom to call."""

    name: str
    phone: str | None


class BeginIn(In):
    """Which application to begin for them."""

    kind: ApplicationKind
