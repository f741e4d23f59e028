"""The review desk over HTTP."""

from typing import Annotated

from pydantic import Field, StringConstraints

from agrimarket.kernel.i18n import t
from agrimarket.kernel.resources import ApplicationId, PersonId
from agrimarket.kernel.wire import Count, Figure, In, Instant, LongText, MoneyIn, Out, Score, Several, Text, WeightOut
from agrimarket.onboarding import rules
from agrimarket.onboarding.rules import Requirement
from agrimarket.onboarding.schemas.applications import ApplicationOut
from agrimarket.onboarding.states import ApplicationKind, ApplicationState
from agrimarket.onboarding.types import Question, Review, WaitingApplication

Reason = Annotated[LongText, StringConstraints(max_length=1_000)]


class WaitingApplicationOut(Out):
    """A waiting application, with the reason for its place: tonnes × hours_waited ÷ days_left."""

    id: ApplicationId
    kind: ApplicationKind
    state: ApplicationState
    product: str
    quantity: WeightOut
    region_code: str
    tonnes: Figure
    days_left: Figure
    hours_waited: Figure
    urgency: Score
    submitted_at: Instant

    @classmethod
    def of(cls, waiting: WaitingApplication) -> "WaitingApplicationOut":
        """An application in the reviewers' queue."""
        return cls(
            id=waiting.id,
            kind=ApplicationKind(waiting.kind),
            state=ApplicationState(waiting.state),
            product=waiting.product,
            quantity=WeightOut(grams=waiting.grams),
            region_code=waiting.region_code,
            tonnes=waiting.grams / 1_000_000,
            days_left=round(waiting.days_left, 2),
            hours_waited=round(waiting.hours_waited, 2),
            urgency=rules.score(waiting.urgency),
            submitted_at=waiting.submitted_at,
        )


class RequirementOut(Out):
    """A line of the checklist; `proof` is computed, attested or verified."""

    name: str
    text: str
    proof: str
    met: bool

    @classmethod
    def of(cls, line: Requirement, language: str) -> "RequirementOut":
        """A line of the checklist, in words."""
        return cls(name=line.name, text=t(f"requirement.{line.name}", language), proof=line.proof, met=line.met)


class ReviewOut(Out):
    """An application as its reviewer sees it. `held_until` and `fence` are those of the newest hold."""

    application: ApplicationOut
    applicant_id: PersonId
    filed_by: PersonId | None
    reviewer_id: PersonId | None
    held_until: Instant | None
    fence: Count
    checklist: Annotated[list[RequirementOut], Several]
    urgency: Score

    @classmethod
    def of(cls, review: Review, language: str) -> "ReviewOut":
        """An application as its reviewer sees it."""
        row = review.dossier.application
        return cls(
            application=ApplicationOut.of(review.dossier, language),
            applicant_id=row.person_id,
            filed_by=row.filed_by,
            reviewer_id=row.reviewer_id,
            held_until=row.held_until,
            fence=row.fence,
            checklist=[RequirementOut.of(line, language) for line in review.checklist],
            urgency=rules.score(review.urgency),
        )


class Fenced(In):
    """A decision under a hold. `fence` guards against acting under a hold that was lost; clients that sleep should send
    it."""

    fence: Count | None = None


class ApproveIn(Fenced):
    """An approval. Without `exposure_limit` a seller not yet fully verified gets the first limit (CNY 20,000)."""

    exposure_limit: MoneyIn | None = None


class RejectIn(Fenced):
    """A rejection. The reason is shown to the applicant as written."""

    reason: Reason


class AskItemIn(In):
    """One thing to ask for. It re-opens `step` and nothing else."""

    step: Annotated[Text, Field(examples=["identity"])]
    reason: Annotated[Text, Field(examples=["id_unreadable"], description="Told in the applicant's language.")]
    note: Reason | None = None

    def question(self) -> Question:
        """The question, for the service."""
        return Question(self.step, self.reason, self.note or "")


class AskIn(Fenced):
    """A request for information from the applicant."""

    items: Annotated[list[AskItemIn], Field(min_length=1, max_length=10)]


class RevealIn(Fenced):
    """The secret answer to open; each opening is audited."""

    field: Annotated[Text, Field(examples=["id_number"])]


class RevealOut(Out):
    """The answer in plain text."""

    field: str
    value: str


class CheckIn(Fenced):
    """A requirement that the reviewer finds met, or no longer met."""

    requirement: Annotated[Text, Field(examples=["identity_seen"])]
    seen: bool


class SuspendIn(In):
    """A suspension. The reason is shown to the seller."""

    reason: Reason
