"""Values that `onboarding`'s services return: rows, and what is shown beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import JsonValue

from agrimarket.integrations.sheet_rows import Fault
from agrimarket.onboarding import rules
from agrimarket.onboarding.forms.definitions import Form, Step
from agrimarket.onboarding.models.appeals import Appeal, AppealCall
from agrimarket.onboarding.models.applications import Application, InfoRequest, Secret
from agrimarket.onboarding.models.imports import MemberFiling, MemberImport
from agrimarket.onboarding.states import ApplicationState, CallOutcome, FilingState, PayoutStage, RowState
from agrimarket.regions.types.places import PlaceText, RegionInfo
from agrimarket.regions.types.restrictions import RegionStatus


@dataclass(frozen=True, slots=True)
class FiledAppeal:
    """An appeal, whether it joined an earlier one, the status of its region, and the ids of its stored photos."""

    appeal: Appeal
    joined: bool
    status: RegionStatus
    photos: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentAppeal:
    """An appeal that an agent filed for a farmer, its place, and the state of the application that it became."""

    appeal: Appeal
    place: PlaceText
    application_state: str | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """An application with all that belongs to it: form, secret answers, requests for information, and appeals.

    `payout` tells, once it is approved, how far the seller's way to be paid has come.
    """

    application: Application
    form: Form
    secrets: dict[str, Secret]
    requests: list[InfoRequest]
    appeals: list[Appeal]
    payout: PayoutStage = PayoutStage.UNSAID

    def answers(self, step: Step) -> dict[str, JsonValue]:
        """The step's answers, secrets masked."""
        plain: dict[str, JsonValue] = dict(self.application.answers.get(step.name, {}))
        hidden: dict[str, JsonValue] = {
            name: secret.masked for name, secret in self.secrets.items() if name in step.fields
        }
        return {name: value for name in step.fields if (value := {**plain, **hidden}.get(name)) is not None}

    def missing(self, step: Step) -> list[str]:
        """The step's fields that still need an answer."""
        return step.missing(self.answers(step))

    def unanswered(self) -> list[tuple[str, str]]:
        """(step, field) of everything that still needs an answer."""
        return [(step.name, name) for step in self.form.steps for name in self.missing(step)]

    def open_steps(self) -> list[str]:
        """The steps that can be changed now: all of a draft's, or those that the reviewer asked about."""
        if self.application.state == ApplicationState.DRAFT:
            return [step.name for step in self.form.steps]
        if self.application.state == ApplicationState.INFO_REQUESTED:
            latest = max((request.asked_at for request in self.requests), default=None)
            asked = {request.step for request in self.requests if request.asked_at == latest}
            return [step.name for step in self.form.steps if step.name in asked]
        return []


@dataclass(frozen=True, slots=True)
class WaitingApplication:
    """An application in the review queue, as of the moment by which the queue is sorted."""

    as_of: datetime
    id: UUID
    kind: str
    state: str
    product: str
    grams: int
    region_code: str
    spoils_at: datetime
    submitted_at: datetime
    urgency: float

    @property
    def days_left(self) -> float:
        """Days until the harvest spoils, as urgency counts them."""
        return rules.days_left(self.spoils_at, self.as_of)

    @property
    def hours_waited(self) -> float:
        """Hours since the application was submitted."""
        return (self.as_of - self.submitted_at) / timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Review:
    """An application as its reviewer sees it."""

    dossier: Dossier
    checklist: list[rules.Requirement]
    urgency: float


@dataclass(frozen=True, slots=True)
class Question:
    """A question from a reviewer to the applicant. `reason` is the key of a sentence `ask.…`."""

    step: str
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class WaitingAppeal:
    """An appeal in the triage queue, as of the moment by which the queue is sorted. `since`: `rules.waiting_since`."""

    as_of: datetime
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

    @property
    def days_left(self) -> float:
        """Days until the harvest spoils, as urgency counts them."""
        return rules.days_left(self.spoils_at, self.as_of)

    @property
    def hours_waited(self) -> float:
        """Hours that the appeal has waited for what comes next: a call, or an application."""
        return (self.as_of - self.since) / timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Number of waiting appeals, and of those among them whose promised call is late."""

    waiting: int
    late: int


@dataclass(frozen=True, slots=True)
class TriageQueue:
    """Content of the triage desk for an operator, as of a moment."""

    as_of: datetime
    waiting: Sequence[WaitingAppeal]
    counts: QueueCounts
    held: Sequence[Appeal]
    """Appeals that this operator holds, in the order in which the holds end."""


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """A call about an appeal, and the name of the operator who made it."""

    row: AppealCall
    operator: str


@dataclass(frozen=True, slots=True)
class AppealRecord:
    """An appeal as operators see it, with every call about it, newest first. Name and phone are masked."""

    filed: FiledAppeal
    calls: list[LoggedCall]
    name: str
    phone: str
    urgency: float
    late: bool

    @property
    def reached(self) -> bool:
        """Whether its farmer was reached once, so that an operator may begin their application."""
        return any(call.row.outcome == CallOutcome.REACHED for call in self.calls)


@dataclass(frozen=True, slots=True)
class RevealedContact:
    """Name and phone of a farmer to call, in plain text. A person who signed in by e-mail alone has no phone."""

    name: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """An import, and the number of members by answer to its filings."""

    row: MemberImport
    answers: Mapping[str, int]

    @property
    def done(self) -> int:
        """Number of rows that have been dealt with."""
        return self.row.loaded + self.row.updated + self.row.known + self.row.failed

    @property
    def ready(self) -> int:
        """Number of valid rows that wait to be loaded."""
        return self.row.total - self.row.faulty - self.done

    def answered(self, state: FilingState) -> int:
        """Number of members who gave that answer."""
        return self.answers.get(state, 0)


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """A row of an import in plain text, at least as wide as the header."""

    number: int
    state: RowState
    cells: list[str]
    faults: list[Fault]


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing for a member, with their name, the importer's, and the place."""

    row: MemberFiling
    name: str
    importer: str
    region: RegionInfo
