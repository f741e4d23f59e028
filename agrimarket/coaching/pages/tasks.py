"""The coach's desk: the queue of tasks, and the task at hand with its case."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel import Session

from agrimarket.coaching.errors import ResultMissing
from agrimarket.coaching.models import CoachingCase, CoachingTask
from agrimarket.coaching.schemas.cases import CaseDetailOut
from agrimarket.coaching.schemas.tasks import Completion, TaskOut
from agrimarket.coaching.service import cases, tasks
from agrimarket.coaching.states import LEASED
from agrimarket.http.formdata import Fields, filled_in, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.request import decode_model
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, NotFound
from agrimarket.kernel.i18n import last_day
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import TaskId, reference
from agrimarket.typed.text import trimmed

AnyRequest = Request[Any, Any, Any]
DESK = "/coach"
SHOWN = 100
"""Number of tasks of the queue that the desk lists."""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A task of the queue as the desk lists it."""

    id: str
    task: TaskOut
    product: str
    weight: Weight

    @classmethod
    def of(cls, task: CoachingTask, case: CoachingCase, language: str) -> "QueueLine":
        """The line of a task and its case."""
        return cls(reference("task", task.id), TaskOut.of(task, language), case.product, Weight(case.grams))


@page(DESK)
def desk(
    request: AnyRequest,
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    language: NamedDependency[str],
    task: FromQuery[str | None] = None,
) -> Template:
    """The desk: the queue, earliest due first, and the chosen task with its case and history."""
    chosen = ids.parse("tsk", task) if task else None
    with db.transaction() as session:
        return render_page(request, "tasks.html", visitor=coach, **_desk(session, coach, language, chosen))


def show_again(
    request: AnyRequest,
    task_id: UUID,
    data: dict[str, Any],
    db: Database,
    coach: Principal,
    language: str,
    refusal: DomainError,
) -> Template:
    """The desk with that task, why nothing was done, and what was typed; 404 for a task that does not exist."""
    if isinstance(refusal, NotFound):
        raise refusal
    with db.transaction() as session:
        shown = _desk(session, coach, language, task_id)
    shown |= {"typed": _result_in(data)}
    return render_page(request, "tasks.html", visitor=coach, refusal=refusal, **shown)


@form(f"{DESK}/tasks/{{task_id:str}}/claim", again=show_again)
def lease(
    request: AnyRequest,
    task_id: FromPath[TaskId],
    data: Fields,
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Redirect | Template:
    """Lease a task."""
    with db.transaction() as session:
        tasks.lease(session, coach, task_id)
    return _back_to(task_id)


@form(f"{DESK}/tasks/{{task_id:str}}/release", again=show_again)
def release(
    request: AnyRequest,
    task_id: FromPath[TaskId],
    data: Fields,
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Redirect | Template:
    """Give a task back."""
    with db.transaction() as session:
        tasks.release(session, coach, task_id, _fence_in(data))
    return _back_to(task_id)


@form(f"{DESK}/tasks/{{task_id:str}}/complete", again=show_again)
def complete(
    request: AnyRequest,
    task_id: FromPath[TaskId],
    data: Fields,
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Redirect | Template:
    """Finish a task with its result, then go on to the task that is due next."""
    result = _checked(_result_in(data))
    with db.transaction() as session:
        tasks.complete(session, coach, task_id, _fence_in(data), result)
    return see_other(DESK)


def _desk(session: Session, coach: Principal, language: str, chosen: UUID | None) -> dict[str, Any]:
    """Values of the desk's template: the queue, and in full its chosen task, or its first."""
    queue = tasks.queue(session, coach, SHOWN)
    task, case = next((found for found in queue if found[0].id == chosen), queue[0] if queue else (None, None))
    return {
        "queue": [QueueLine.of(*found, language) for found in queue],
        "task": TaskOut.of(task, language) if task else None,
        "task_id": reference("task", task.id) if task else "",
        "mine": bool(task and task.state in LEASED),
        "case": CaseDetailOut.of_file(cases.file_of(session, case), language) if case else None,
        "case_id": reference("case", case.id) if case else "",
        "weight": Weight(case.grams) if case else None,
        "last_day": last_day(case.spoils_at) if case and case.spoils_at else None,
        "typed": "",
    }


def _back_to(task_id: UUID) -> Redirect:
    return see_other(f"{DESK}?task={reference('task', task_id)}")


def _fence_in(data: dict[str, Any]) -> int:
    return filled_in(texts(data).get("fence", ""))


def _result_in(data: dict[str, Any]) -> str:
    return trimmed(texts(data).get("result", ""))


def _checked(result: str) -> str:
    """The result of a task, checked as the API checks it; `ResultMissing` for an empty one."""
    if not result:
        raise ResultMissing(pointer="/result")
    return decode_model(Completion, {"fence": 1, "result": result}).result
