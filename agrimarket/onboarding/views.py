"""What people are shown: rows with their words."""

from datetime import datetime, timedelta

from agrimarket.kernel.i18n import catalogue, t
from agrimarket.kernel.money import Money
from agrimarket.kernel.wire import MoneyOut, WeightOut
from agrimarket.onboarding import rules
from agrimarket.onboarding.models import Appeal, Application, Document, InfoRequest
from agrimarket.onboarding.numbers import appeal_number
from agrimarket.onboarding.schemas import (
    AppealOut,
    ApplicationOut,
    DocumentOut,
    InfoRequestOut,
    NextStep,
    RegionOut,
    RequirementOut,
    RestrictionOut,
    ReviewOut,
    StepOut,
)
from agrimarket.onboarding.schemas_triage import AppealReviewOut, CallOut, WaitingAppealOut
from agrimarket.onboarding.service import payouts
from agrimarket.onboarding.service.appeals import Filed
from agrimarket.onboarding.service.applications import Full
from agrimarket.onboarding.service.review import Reviewed
from agrimarket.onboarding.service.triage import AtHand, Waiting
from agrimarket.onboarding.states import (
    AppealState,
    ApplicationKind,
    ApplicationState,
    CallOutcome,
    DocumentState,
    TruckAccess,
)
from agrimarket.regions.types import RegionStatus

SHOWN = 20
"""How many closed communities a region's status names."""
FIRST_STEPS = ("shade", "sort", "photograph", "count")


def appeal(filed: Filed, language: str) -> AppealOut:
    """An appeal as its farmer sees it."""
    row = filed.appeal
    return AppealOut(
        id=row.id,
        number=appeal_number(row.number),
        state=AppealState(row.state),
        joined=filed.joined,
        product=row.product,
        quantity=None if row.grams is None else WeightOut(grams=row.grams),
        quantity_text=row.quantity_text,
        truck_access=TruckAccess(row.truck_access),
        region=region(filed.status),
        spoils_at=row.spoils_at,
        created_at=row.created_at,
        application_id=row.application_id,
        photos=list(filed.photos),
        next=_next_for_appeal(row, language),
        first_steps=[t(f"appeal.first.{name}", language) for name in FIRST_STEPS],
    )


def _next_for_appeal(row: Appeal, language: str) -> NextStep:
    if row.state == AppealState.CLOSED:
        key = f"appeal.next.{row.call_outcome}" if row.call_outcome in _CLOSING else "appeal.next.closed"
        return NextStep(text=t(key, language, at=row.called_at))
    if row.state == AppealState.LINKED:
        return NextStep(text=t("appeal.next.linked", language), path="/v1/applications")
    if not rules.call_owed(row.called_at, row.call_again_at):
        over = "reached" if row.call_outcome == CallOutcome.REACHED else "missed"
        return NextStep(text=t(f"appeal.next.{over}", language, at=row.called_at), path="/v1/applications")
    key = "appeal.next.received" if row.called_at is None else "appeal.next.not_reached"
    number = appeal_number(row.number)
    text = t(key, language, number=number, at=row.called_at, by=row.answer_by)
    return NextStep(text=text, by=row.answer_by, path="/v1/applications")


_CLOSING = (CallOutcome.SOLD_MEANWHILE, CallOutcome.WRONG_NUMBER)


def region(status: RegionStatus) -> RegionOut:
    """A region and what is in force there."""
    return RegionOut(
        code=status.code,
        name=status.region.full_name,
        verdict=status.verdict,
        bulletin_number=status.bulletin_number,
        restrictions=[
            RestrictionOut(
                level=entry.level,
                region_code=entry.region_code,
                region_name=entry.region_name,
                community_count=entry.community_count,
                communities=entry.communities[:SHOWN],
                since=entry.since,
                bulletin_number=entry.bulletin_number,
                source=entry.source,
            )
            for entry in status.restrictions
        ],
    )


def application(found: Full, language: str) -> ApplicationOut:
    """An application as the applicant sees it."""
    row = found.application
    steps = [_step(found, name, language) for name in (step.name for step in found.form.steps)]
    return ApplicationOut(
        id=row.id,
        kind=ApplicationKind(row.kind),
        state=ApplicationState(row.state),
        version=row.version,
        form_version=row.form_version,
        appeal_ids=[each.id for each in found.appeals],
        previous_id=row.previous_id,
        seller_id=row.seller_id,
        steps=steps,
        done=sum(step.complete for step in steps),
        requests=[_request(each, language) for each in found.requests],
        reason=row.reason,
        exposure_limit=None if row.exposure_limit is None else MoneyOut.of(Money(row.exposure_limit)),
        next=_next_for_application(row, language),
        created_at=row.created_at,
        submitted_at=row.submitted_at,
    )


def _step(found: Full, name: str, language: str) -> StepOut:
    step = found.form.step(name)
    missing = found.missing(step)
    return StepOut(
        name=name,
        title=t(f"form.step.{name}", language),
        open=name in found.open_steps(),
        complete=not missing,
        missing=missing,
        answers=found.answers(step),
    )


def _request(row: InfoRequest, language: str) -> InfoRequestOut:
    return InfoRequestOut(
        step=row.step,
        reason=row.reason,
        text=t(f"ask.{row.reason}", language),
        note=row.note,
        asked_at=row.asked_at,
        answered=row.answered_at is not None,
    )


def _next_for_application(row: Application, language: str) -> NextStep:
    if row.state == ApplicationState.APPROVED:
        return _next_for_seller(row, language)
    key = f"application.next.{row.state}"
    path = {"draft": "/submit", "info_requested": "/submit", "rejected": "/appeal"}.get(row.state)
    return NextStep(text=t(key, language), path=path)


def _next_for_seller(row: Application, language: str) -> NextStep:
    if payouts.chose_bank_transfer(row):
        return NextStep(text=t("application.next.approved_bank", language), path="/v1/payout-account/bank")
    return NextStep(text=t("application.next.approved", language), path="/v1/payout-account")


def review(found: Reviewed, language: str) -> ReviewOut:
    """An application as its reviewer sees it."""
    row = found.full.application
    return ReviewOut(
        application=application(found.full, language),
        applicant_id=row.person_id,
        filed_by=row.filed_by,
        reviewer_id=row.reviewer_id,
        held_until=row.held_until,
        fence=row.fence,
        checklist=[
            RequirementOut(name=each.name, text=t(f"requirement.{each.name}", language), proof=each.proof, met=each.met)
            for each in found.checklist
        ],
        urgency=round(found.urgency, 3),
    )


def waiting_appeal(waiting: Waiting, now: datetime) -> WaitingAppealOut:
    """An appeal in the operators' queue as of `now`."""
    grams = waiting.grams
    return WaitingAppealOut(
        id=waiting.id,
        number=appeal_number(waiting.number),
        state=AppealState(waiting.state),
        product=waiting.product,
        quantity=None if grams is None else WeightOut(grams=grams),
        region_code=waiting.region_code,
        tonnes=(rules.ASSUMED_GRAMS if grams is None else grams) / 1_000_000,
        days_left=round(rules.days_left(waiting.spoils_at, now), 2),
        hours_waited=round((now - waiting.since) / timedelta(hours=1), 2),
        urgency=round(waiting.urgency, 3),
        answer_by=waiting.answer_by,
        late=waiting.late,
        call_outcome=CallOutcome(waiting.call_outcome) if waiting.call_outcome else None,
        created_at=waiting.created_at,
    )


def appeal_review(found: AtHand, language: str) -> AppealReviewOut:
    """An appeal as operators see it."""
    row = found.filed.appeal
    return AppealReviewOut(
        appeal=appeal(found.filed, language),
        name=found.name,
        phone=found.phone,
        note=row.note,
        reports=row.reports,
        urgency=round(found.urgency, 3),
        answer_by=row.answer_by,
        late=found.late,
        call_again_at=row.call_again_at,
        reviewer_id=row.reviewer_id,
        held_until=row.held_until,
        fence=row.fence,
        calls=[
            CallOut(
                id=call.row.id,
                operator_id=call.row.operator_id,
                outcome=CallOutcome(call.row.outcome),
                note=call.row.note,
                at=call.row.at,
                promised_by=call.row.promised_by,
            )
            for call in found.calls
        ],
    )


def document(row: Document) -> DocumentOut:
    """An upload as its owner sees it."""
    return DocumentOut(
        id=row.id,
        application_id=row.application_id,
        appeal_id=row.appeal_id,
        name=row.name,
        state=DocumentState(row.state),
        reason=row.reason,
        media_type=row.media_type,
        pages=row.pages,
        length=row.length,
        received=row.received,
    )


def ask_reasons() -> list[str]:
    """What a reviewer can ask for: every `ask.…` sentence."""
    return sorted(key.removeprefix("ask.") for key in catalogue("en") if key.startswith("ask."))
