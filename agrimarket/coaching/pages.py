"""HTML handlers of `coaching`: the coach's desk."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.coaching import service
from agrimarket.coaching.errors import ResultMissing
from agrimarket.coaching.schemas import CaseDetailOut, Completion, TaskOut
from agrimarket.coaching.states import LEASED
from agrimarket.http.formdata import Fields, filled_in, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import errors_of, render_page
from agrimarket.http.problems import STATUS
from agrimarket.http.request import decode_model
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, NotFound
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import TaskId


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the queue."""

    task: TaskOut
    product: str
    weight: Weight

    @property
    def id(self) -> str:
        return ids.encode("tsk", self.task.id)


def _desk(
    request: Request[Any, Any, Any],
    session: Session,
    coach: Principal,
    language: str,
    chosen: UUID | None,
    *,
    error: DomainError | None = None,
    typed: str = "",
) -> Template:
    queue = service.queue(session, coach, 100)
    current = next(((task, case) for task, case in queue if task.id == chosen), queue[0] if queue else None)
    detail = None
    if current is not None:
        detail = CaseDetailOut.build(*service.case_file(session, current[1]), language)
    return render_page(
        request,
        "coach_desk.html",
        visitor=coach,
        status_code=200 if error is None else STATUS[error.kind],
        queue=[_Row(TaskOut.of(task, language), case.product, Weight(case.grams)) for task, case in queue],
        task=TaskOut.of(current[0], language) if current else None,
        task_id=ids.encode("tsk", current[0].id) if current else "",
        weight=Weight(current[1].grams) if current else None,
        mine=bool(current and current[0].state in LEASED),
        case=detail,
        errors=errors_of(request, error) if error else {},
        typed=typed,
    )


@page("/coach")
def desk(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    language: NamedDependency[str],
    task: FromQuery[str | None] = None,
) -> Template:
    """Left the queue, what is due first on top; right the task at hand with its case and history."""
    with db.transaction() as session:
        return _desk(request, session, coach, language, ids.parse("tsk", task) if task else None)


@form("/coach/tasks/{task_id:str}/{act:str}")
def act_on_task(
    request: Request[Any, Any, Any],
    task_id: FromPath[TaskId],
    act: FromPath[str],
    data: Fields,
    db: NamedDependency[Database],
    coach: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Redirect | Template:
    """Claim, release or finish a task. A refusal shows the desk again, with what was typed."""
    task, given = task_id, texts(data)
    result = given.get("result", "").strip()
    try:
        with db.transaction() as session:
            _act(session, coach, task, act, filled_in(given.get("fence", "")), result)
    except NotFound:
        raise
    except DomainError as error:
        with db.transaction() as session:
            return _desk(request, session, coach, language, task, error=error, typed=result)
    return Redirect("/coach" if act == "complete" else f"/coach?task={ids.encode('tsk', task_id)}", status_code=303)


def _act(session: Session, coach: Principal, task_id: UUID, act: str, fence: int, result: str) -> None:
    """What a button of the desk does."""
    match act:
        case "claim":
            service.claim_task(session, coach, task_id)
        case "release":
            service.release_task(session, coach, task_id, fence)
        case "complete":
            service.complete_task(session, coach, task_id, fence, _result(result))
        case _:
            raise NotFound


def _result(text: str) -> str:
    """What came of a task, as the API takes it too."""
    if not text:
        raise ResultMissing(pointer="/result")
    return decode_model(Completion, {"fence": 1, "result": text}).result


PAGES: list[ControllerRouterHandler] = [desk, act_on_task]
