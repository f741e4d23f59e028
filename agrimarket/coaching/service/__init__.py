"""Use cases of `coaching`: cases and their match, tasks under a lease, outcomes."""

from agrimarket.coaching.service.cases import (
    board,
    case_file,
    case_for,
    cases_for,
    close_case,
    decline_case,
    hold_case,
    match_case,
    match_waiting,
    open_case,
    reassign_case,
    register_coach,
    resume_case,
)
from agrimarket.coaching.service.tasks import (
    claim_task,
    complete_task,
    escalate_task,
    heartbeat,
    queue,
    release_task,
    sweep_leases,
)

__all__ = [
    "board",
    "case_file",
    "case_for",
    "cases_for",
    "claim_task",
    "close_case",
    "complete_task",
    "decline_case",
    "escalate_task",
    "heartbeat",
    "hold_case",
    "match_case",
    "match_waiting",
    "open_case",
    "queue",
    "reassign_case",
    "register_coach",
    "release_task",
    "resume_case",
    "sweep_leases",
]
