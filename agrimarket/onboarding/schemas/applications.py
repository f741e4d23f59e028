"""Applications over HTTP."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.i18n import t
from agrimarket.kernel.money import Money
from agrimarket.kernel.resources import AppealId, ApplicationId, SellerId
from agrimarket.kernel.wire import Count, In, Instant, MoneyOut, Out, Several
from agrimarket.onboarding import rules
from agrimarket.onboarding.models.applications import InfoRequest
from agrimarket.onboarding.schemas.appeals import NextStep
from agrimarket.onboarding.schemas.steps import StepOut
from agrimarket.onboarding.states import ApplicationKind, ApplicationState
from agrimarket.onboarding.types import Dossier


class ApplicationIn(In):
    """A new application, best with an appeal, whose answers are filled in."""

    kind: ApplicationKind
    appeal_id: AppealId | None = None


class InfoRequestOut(Out):
    """A reviewer's request for information."""

    step: str
    reason: str
    text: Annotated[str, Field(description="In the caller's language.")]
    note: str
    asked_at: Instant
    answered: bool

    @classmethod
    def of(cls, row: InfoRequest, language: str) -> "InfoRequestOut":
        """A request for information, in words."""
        return cls(
            step=row.step,
            reason=row.reason,
            text=t(f"ask.{row.reason}", language),
            note=row.note,
            asked_at=row.asked_at,
            answered=row.answered_at is not None,
        )


class ApplicationOut(Out):
    """An application as the applicant sees it. `version` is also the entity tag."""

    id: ApplicationId
    kind: ApplicationKind
    state: ApplicationState
    version: Count
    form_version: Count
    appeal_ids: Annotated[list[AppealId], Several]
    previous_id: ApplicationId | None
    seller_id: SellerId | None
    steps: Annotated[list[StepOut], Several]
    done: Count
    requests: Annotated[list[InfoRequestOut], Several]
    reason: str
    exposure_limit: MoneyOut | None
    next: NextStep
    created_at: Instant
    submitted_at: Instant | None

    @classmethod
    def of(cls, dossier: Dossier, language: str) -> "ApplicationOut":
        """An application as the applicant sees it."""
        row = dossier.application
        steps = [StepOut.of(dossier, step, language) for step in dossier.form.steps]
        return cls(
            id=row.id,
            kind=ApplicationKind(row.kind),
            state=ApplicationState(row.state),
            version=row.version,
            form_version=row.form_version,
            appeal_ids=[appeal.id for appeal in dossier.appeals],
            previous_id=row.previous_id,
            seller_id=row.seller_id,
            steps=steps,
            done=sum(step.complete for step in steps),
            requests=[InfoRequestOut.of(request, language) for request in dossier.requests],
            reason=row.reason,
            exposure_limit=None if row.exposure_limit is None else MoneyOut.of(Money(row.exposure_limit)),
            next=_next(dossier, language),
            created_at=row.created_at,
            submitted_at=row.submitted_at,
        )


_PATHS = {"draft": "/submit", "info_requested": "/submit", "rejected": "/review-request"}
"""Path of the applicant's next step, below the application's own address."""


def _next(dossier: Dossier, language: str) -> NextStep:
    row = dossier.application
    if row.state != ApplicationState.APPROVED:
        return NextStep(text=t(f"application.next.{row.state}", language), path=_PATHS.get(row.state))
    path = "/v1/payout-account/bank" if rules.chose_bank_transfer(row.answers) else "/v1/payout-account"
    return NextStep(text=t(f"application.next.approved.{dossier.payout}", language), path=path)
