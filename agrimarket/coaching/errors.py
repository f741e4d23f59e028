"""Refusals of `coaching`."""

from typing import ClassVar

from agrimarket.kernel.errors import Conflict, Invalid


class TaskHeld(Conflict):
    """Another coach has the task, or it belongs to another coach's case."""

    code: ClassVar[str] = "coaching.task_held"


class TaskNotReady(Conflict):
    """The task waits for an earlier one of its plan, or is done."""

    code: ClassVar[str] = "coaching.task_not_ready"


class FenceStale(Conflict):
    """The lease was lost, or the task leased again: a write with an older fence changes nothing."""

    code: ClassVar[str] = "coaching.fence_stale"


class NothingToLease(Conflict):
    """The coach's queue is empty, or the coach holds as many tasks as one may."""

    code: ClassVar[str] = "coaching.nothing_to_claim"


class CoachFull(Conflict):
    """The coach has more open cases than the new capacity allows."""

    code: ClassVar[str] = "coaching.coach_full"


class CoachNotEligible(Invalid):
    """A hard rule keeps that coach from that case."""

    code: ClassVar[str] = "coaching.coach_not_eligible"


class ResultMissing(Invalid):
    """The result of a task is missing or has more than 4,000 characters."""

    code: ClassVar[str] = "coaching.result_missing"


class CaseSellsNothing(Conflict):
    """The grower of the case has no seller account yet, so that there is no listing to change."""

    code: ClassVar[str] = "coaching.sells_nothing"
