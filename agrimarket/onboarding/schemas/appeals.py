"""Appeals over HTTP."""

from typing import Annotated, Any, cast

from pydantic import BeforeValidator, Field, StringConstraints

from agrimarket.kernel.errors import Invalid
from agrimarket.kernel.i18n import t
from agrimarket.kernel.numbers import MAX_TEXT
from agrimarket.kernel.quantity import MAX_GRAMS, parse_weight
from agrimarket.kernel.resources import AppealId, ApplicationId, DocumentId
from agrimarket.kernel.wire import (
    Count,
    Counted,
    Grams,
    In,
    Instant,
    LongText,
    Mobile,
    Out,
    RegionCode,
    Several,
    Text,
    WeightOut,
    WeightText,
    unread,
)
from agrimarket.onboarding import rules
from agrimarket.onboarding.models.appeals import Appeal
from agrimarket.onboarding.states import AppealState, CallOutcome, TruckAccess
from agrimarket.onboarding.types import FiledAppeal
from agrimarket.regions.types.bulletins import MAX_ENTRIES
from agrimarket.regions.types.restrictions import RegionStatus

COMMUNITIES_SHOWN = 20
"""Number of closed communities that a region's status names at most."""
FIRST_STEPS = ("shade", "sort", "photograph", "count")
"""Steps that keep a harvest saleable; each is a sentence `appeal.first.…`."""
_CLOSING = (CallOutcome.SOLD_MEANWHILE, CallOutcome.WRONG_NUMBER)


class Quantity(In):
    """A weight, with the text that was typed."""

    grams: Annotated[int, Field(strict=True, gt=0, le=MAX_GRAMS, examples=[250_000])]
    text: Annotated[str, Field(max_length=MAX_TEXT)]


def _quantity(value: Any) -> Any:
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        return {**given, "text": f"{given.get('grams')} g"} if set(given) == {"grams"} else given
    if not isinstance(value, str):
        return value
    try:
        return {"grams": parse_weight(value).grams, "text": value.strip()}
    except Invalid as error:
        raise unread(error) from error


QuantityIn = Annotated[
    Quantity,
    BeforeValidator(_quantity, json_schema_input_type=WeightText | Grams),
]
"""`"500斤"`, `"2.5 kg"`, `"3吨"`, or `{"grams": 250000}`."""
ShortText = Annotated[Text, StringConstraints(max_length=60)]
"""A line of text, 1 to 60 characters."""


class AppealIn(In):
    """A harvest that finds no buyer. With `code`, no account is needed: the code signs for `phone`."""

    phone: Annotated[Mobile | None, Field(examples=["+8613800138000"])] = None
    code: Annotated[Text | None, Field(description="From the message that `POST /v1/auth/codes` sent.")] = None
    name: Annotated[ShortText, Field(examples=["王大姐"])]
    region_code: Annotated[RegionCode | None, Field(examples=["210681"])] = None
    region: Annotated[Text | None, Field(description="As typed, instead of `region_code`.", examples=["东港"])] = None
    product: Annotated[ShortText, Field(examples=["草莓"])]
    quantity: Annotated[QuantityIn | None, Field(description="Leave it out where nobody can say yet.")] = None
    spoils_in_days: Annotated[int, Field(strict=True, ge=0, le=365, examples=[3]), Counted("day")]
    truck_access: TruckAccess = TruckAccess.UNKNOWN
    note: LongText | None = None


class AppealRestrictionOut(Out):
    """What an official notice closed."""

    level: str
    region_code: str
    region_name: str
    community_count: Count
    communities: Annotated[list[str], Field(max_length=COMMUNITIES_SHOWN, description="At most the first twenty.")]
    since: Instant
    bulletin_number: str
    source: str


class AppealRegionOut(Out):
    """Where it is, and what is in force there."""

    code: Annotated[str, Field(examples=["210681"])]
    name: Annotated[str, Field(examples=["辽宁省丹东市东港市"])]
    verdict: Annotated[str, Field(examples=["open"], description="open, partial or closed")]
    bulletin_number: str | None
    restrictions: Annotated[list[AppealRestrictionOut], Field(max_length=MAX_ENTRIES)]

    @classmethod
    def of(cls, status: RegionStatus, language: str) -> "AppealRegionOut":
        """A region and what is in force there."""
        return cls(
            code=status.code,
            name=status.region.in_full(language),
            verdict=status.verdict,
            bulletin_number=status.bulletin_number,
            restrictions=[
                AppealRestrictionOut(
                    level=entry.level,
                    region_code=entry.region_code,
                    region_name=entry.region_name,
                    community_count=entry.community_count,
                    communities=entry.communities[:COMMUNITIES_SHOWN],
                    since=entry.since,
                    bulletin_number=entry.bulletin_number,
                    source=entry.source,
                )
                for entry in status.restrictions
            ],
        )


class NextStep(Out):
    """The next step, in the caller's language."""

    text: str
    by: Instant | None = None
    path: Annotated[str | None, Field(description="Where the caller goes on.", examples=["/v1/applications"])] = None


class AppealOut(Out):
    """An appeal as its farmer sees it. `joined`: the same had been filed days before and was updated."""

    id: AppealId
    number: Annotated[str, Field(max_length=20, examples=["A100001-7"])]
    state: AppealState
    joined: bool = False
    product: str
    quantity: WeightOut | None
    quantity_text: str
    truck_access: TruckAccess
    region: AppealRegionOut
    spoils_at: Instant
    created_at: Instant
    application_id: ApplicationId | None
    photos: Annotated[list[DocumentId], Several, Field(description="Uploaded to `/v1/documents`; at most six.")]
    next: NextStep
    first_steps: Annotated[
        list[str], Field(max_length=len(FIRST_STEPS), description="What keeps a harvest saleable until someone calls.")
    ]

    @classmethod
    def of(cls, filed: FiledAppeal, language: str) -> "AppealOut":
        """An appeal as its farmer sees it."""
        row = filed.appeal
        return cls(
            id=row.id,
            number=rules.appeal_number(row.number),
            state=AppealState(row.state),
            joined=filed.joined,
            product=row.product,
            quantity=None if row.grams is None else WeightOut(grams=row.grams),
            quantity_text=row.quantity_text,
            truck_access=TruckAccess(row.truck_access),
            region=AppealRegionOut.of(filed.status, language),
            spoils_at=row.spoils_at,
            created_at=row.created_at,
            application_id=row.application_id,
            photos=list(filed.photos),
            next=_next(row, language),
            first_steps=[t(f"appeal.first.{name}", language) for name in FIRST_STEPS],
        )


def _next(row: Appeal, language: str) -> NextStep:
    if row.state == AppealState.CLOSED:
        key = f"appeal.next.{row.call_outcome}" if row.call_outcome in _CLOSING else "appeal.next.closed"
        return NextStep(text=t(key, language, at=row.called_at))
    if row.state == AppealState.LINKED:
        return NextStep(text=t("appeal.next.linked", language), path="/v1/applications")
    if not rules.call_owed(row.called_at, row.call_again_at):
        over = "reached" if row.call_outcome == CallOutcome.REACHED else "missed"
        return NextStep(text=t(f"appeal.next.{over}", language, at=row.called_at), path="/v1/applications")
    key = "appeal.next.received" if row.called_at is None else "appeal.next.not_reached"
    text = t(key, language, number=rules.appeal_number(row.number), at=row.called_at, by=row.answer_by)
    return NextStep(text=text, by=row.answer_by, path="/v1/applications")
