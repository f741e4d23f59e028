"""Matches on the wire: why a coach was chosen, and an operator's own choice."""

from typing import Annotated, Any

from pydantic import Field

from agrimarket.coaching.models import Assignment
from agrimarket.kernel.i18n import t
from agrimarket.kernel.resources import PersonId
from agrimarket.kernel.wire import Count, In, LongText, Out, Score, Several


class WhyOut(Out):
    """The reason for a match: points of 100 with their parts, the case's urgency, and the runners-up."""

    sentence: str
    points: Count
    parts: dict[str, Count]
    urgency: Score
    runners_up: Annotated[list[dict[str, Any]], Several]

    @classmethod
    def of(cls, assignment: Assignment, language: str) -> "WhyOut":
        """The reason of an assignment, with its sentence in `language`."""
        why = assignment.why
        parts = sorted(why["parts"].items(), key=lambda part: -part[1])
        best = [t(f"coaching.part.{name}", language) for name, points in parts if points][:2]
        sentence = t("coaching.why", language, points=why["points"], reasons=t("coaching.and", language).join(best))
        return cls(sentence=sentence, **why)


class CoachChoice(In):
    """An operator's choice of a coach for a case."""

    coach_id: PersonId
    reason: LongText = Field(examples=["Knows the cooperative."])
