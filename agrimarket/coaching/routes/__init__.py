"""JSON handlers of `coaching`."""

from litestar.types import ControllerRouterHandler

from agrimarket.coaching.routes import cases, coaches, matching, proposals, tasks

ROUTES: list[ControllerRouterHandler] = [
    tasks.list_tasks,
    tasks.lease_next_task,
    tasks.lease_task,
    tasks.heartbeat,
    tasks.complete_task,
    tasks.release_task,
    tasks.escalate_task,
    cases.list_cases,
    cases.read_case,
    cases.decline_case,
    cases.pause_case,
    cases.resume_case,
    cases.close_case,
    cases.read_board,
    *proposals.HANDLERS,
    matching.assign_coach,
    coaches.register_coach,
]
