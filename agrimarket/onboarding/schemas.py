"""What goes in and out over HTTP."""

from typing import Annotated, Any, cast

from pydantic import BeforeValidator, Field, JsonValue, RootModel, StringConstraints
from pydantic_core import PydanticCustomError

from agrimarket.kernel.quantity import (
    MAX_GRAMS,
    QuantityOutOfRange,
    QuantityUnreadable,
    parse_weight,
)
from agrimarket.kernel.resources import AppealId, ApplicationId, DocumentId, PersonId, SellerId
from agrimarket.kernel.wire import In, Instant, LongText, MoneyIn, MoneyOut, Out, RegionCode, Text, WeightOut
from agrimarket.onboarding.states import AppealState, ApplicationKind, ApplicationState, DocumentState, TruckAccess


class Quantity(In):
    """A weight, with what was typed."""

    grams: Annotated[int, Field(strict=True, gt=0, le=MAX_GRAMS, examples=[250_000])]
    text: str


def _quantity(value: Any) -> Any:
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        return {**given, "text": f"{given.get('grams')} g"} if set(given) == {"grams"} else given
    if not isinstance(value, str):
        return value
    try:
        return {"grams": parse_weight(value).grams, "text": value.strip()}
    except QuantityUnreadable as error:
        raise PydanticCustomError("quantity_unreadable", "not a weight") from error
    except QuantityOutOfRange as error:
        raise PydanticCustomError("quantity_out_of_range", "out of range") from error


QuantityIn = Annotated[
    Quantity,
    BeforeValidator(
        _quantity, json_schema_input_type=Annotated[str, Field(examples=["500斤", "2.5 t"])] | dict[str, int]
    ),
]
"""`"500斤"`, `"2.5 kg"`, `"3吨"`, or `{"grams": 250000}`."""
ShortText = Annotated[Text, StringConstraints(max_length=60)]


class AppealIn(In):
    """A harvest that nobody fetches. With `code`, no account is needed: it signs for `phone`."""

    phone: Annotated[Text | None, Field(examples=["+8613800138000"])] = None
    code: Annotated[Text | None, Field(description="From the message that `POST /v1/auth/codes` sent.")] = None
    name: Annotated[ShortText, Field(examples=["王大姐"])]
    region_code: Annotated[RegionCode | None, Field(examples=["210681"])] = None
    region: Annotated[Text | None, Field(description="As typed, instead of `region_code`.", examples=["东港"])] = None
    product: Annotated[ShortText, Field(examples=["草莓"])]
    quantity: Annotated[QuantityIn | None, Field(description="Leave it out where nobody can say yet.")] = None
    spoils_in_days: Annotated[int, Field(ge=0, le=365, examples=[3])]
    truck_access: TruckAccess = TruckAccess.UNKNOWN
    note: LongText | None = None


class RestrictionOut(Out):
    """What an official notice closed."""

    level: str
    region_code: str
    region_name: str
    community_count: int
    communities: Annotated[list[str], Field(description="At most the first twenty.")]
    since: Instant
    bulletin_number: str
    source: str


class RegionOut(Out):
    """Where it is, and what is in force there."""

    code: Annotated[str, Field(examples=["210681"])]
    name: Annotated[str, Field(examples=["辽宁省丹东市东港市"])]
    verdict: Annotated[str, Field(examples=["open"], description="open, partial or closed")]
    bulletin_number: str | None
    restrictions: list[RestrictionOut]


class NextStep(Out):
    """What happens next, in the caller's language."""

    text: str
    by: Instant | None = None
    path: Annotated[str | None, Field(description="Where the caller goes on.", examples=["/v1/applications"])] = None


class AppealOut(Out):
    """An appeal as its farmer sees it. `joined`: the same had been filed days before and was brought up to date."""

    id: AppealId
    number: Annotated[str, Field(examples=["A100001-7"])]
    state: AppealState
    joined: bool = False
    product: str
    quantity: WeightOut | None
    quantity_text: str
    truck_access: TruckAccess
    region: RegionOut
    spoils_at: Instant
    created_at: Instant
    application_id: ApplicationId | None
    photos: Annotated[list[DocumentId], Field(description="Uploaded to `/v1/documents`; at most six.")]
    next: NextStep
    first_steps: Annotated[list[str], Field(description="What keeps a harvest saleable until someone calls.")]


class ApplicationIn(In):
    """Begin an application, best from an appeal: what it said is filled in."""

    kind: ApplicationKind
    appeal_id: AppealId | None = None


class StepIn(RootModel[dict[str, JsonValue]]):
    """Answers of one step by field, as its JSON Schema says; null takes an answer back."""


class StepOut(Out):
    """A step, its answers (secrets masked), and what is still missing."""

    name: str
    title: str
    open: Annotated[bool, Field(description="Whether it can be changed now.")]
    complete: bool
    missing: list[str]
    answers: dict[str, JsonValue]


class InfoRequestOut(Out):
    """Something the reviewer asked for."""

    step: str
    reason: str
    text: Annotated[str, Field(description="In the caller's language.")]
    note: str
    asked_at: Instant
    answered: bool


class ApplicationOut(Out):
    """An application as the applicant sees it. `version` is also the entity tag."""

    id: ApplicationId
    kind: ApplicationKind
    state: ApplicationState
    version: int
    form_version: int
    appeal_ids: list[AppealId]
    previous_id: ApplicationId | None
    seller_id: SellerId | None
    steps: list[StepOut]
    done: int
    requests: list[InfoRequestOut]
    reason: str
    exposure_limit: MoneyOut | None
    next: NextStep
    created_at: Instant
    submitted_at: Instant | None


class RequirementOut(Out):
    """A line of the checklist; `proof` is computed, attested or verified."""

    name: str
    text: str
    proof: str
    met: bool


class QueueItem(Out):
    """An application that waits, with why it stands where it does: urgency = tonnes × hours_waited ÷ days_left."""

    id: ApplicationId
    kind: ApplicationKind
    state: ApplicationState
    product: str
    quantity: WeightOut
    region_code: str
    tonnes: float
    days_left: float
    hours_waited: float
    urgency: float
    submitted_at: Instant


class ReviewOut(Out):
    """An application as its reviewer sees it. `held_until` and `fence` are of the newest claim."""

    application: ApplicationOut
    applicant_id: PersonId
    filed_by: PersonId | None
    reviewer_id: PersonId | None
    held_until: Instant | None
    fence: int
    checklist: list[RequirementOut]
    urgency: float


class Fenced(In):
    """`fence` from the claim guards against acting on one that was lost since; a client that sleeps should send it."""

    fence: int | None = None


class ApproveIn(Fenced):
    """Without `exposure_limit` a seller who is not yet fully verified gets the first limit (CNY 20,000)."""

    exposure_limit: MoneyIn | None = None


class RejectIn(Fenced):
    """The reason is shown to the applicant as it is written."""

    reason: Annotated[LongText, StringConstraints(max_length=1_000)]


class AskReason(In):
    """One thing to ask for. It re-opens `step` and nothing else."""

    step: Annotated[Text, Field(examples=["identity"])]
    reason: Annotated[Text, Field(examples=["id_unreadable"], description="Told in the applicant's language.")]
    note: Annotated[LongText | None, StringConstraints(max_length=1_000)] = None


class AskIn(Fenced):
    """What the applicant is asked for."""

    items: Annotated[list[AskReason], Field(min_length=1, max_length=10)]


class RevealIn(Fenced):
    """Which secret answer to open; each opening is audited."""

    field: Annotated[Text, Field(examples=["id_number"])]


class RevealOut(Out):
    """The answer in plain text."""

    field: str
    value: str


class CheckIn(Fenced):
    """A requirement that the reviewer has seen met, or no longer."""

    requirement: Annotated[Text, Field(examples=["identity_seen"])]
    seen: bool


class ReasonIn(In):
    """Why."""

    reason: Annotated[LongText, StringConstraints(max_length=1_000)]


class DocumentOut(Out):
    """An upload. Once `stored`, its id can stand as an answer; `refused` says why in `reason` (an error's code)."""

    id: DocumentId
    application_id: ApplicationId | None
    appeal_id: AppealId | None
    name: str
    state: DocumentState
    reason: str
    media_type: str
    pages: int
    length: int
    received: int
