"""The three questions that everybody has about a place: can I sell, can I ship, can I buy. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.regions.types.restrictions import RestrictionInfo, Verdict


class Answer(StrEnum):
    """Answers to a question about a place."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a place with its answer; the sentence is `region.can.<kind>.<why>` with `params`."""

    kind: str
    answer: Answer
    why: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])


_BY_VERDICT = {Verdict.OPEN: Answer.YES, Verdict.PARTIAL: Answer.PARTLY, Verdict.CLOSED: Answer.NO}


def questions(
    verdict: Verdict, closing: RestrictionInfo | None, not_grown: str, not_delivered: str
) -> tuple[Question, Question, Question]:
    """Can I sell, ship and buy where `verdict` holds, because of `closing`.

    `not_grown` and `not_delivered` name the places that the drive serves instead, "" where it serves this one. What
    cannot be fetched today can be put on sale nevertheless, so that it is found the hour that the place reopens.
    """
    told: dict[str, Any] = {}
    if closing:
        told = {"since": closing.since.astimezone(PEOPLES_ZONE).date(), "number": closing.bulletin_number}
    sent = Question("ship", _BY_VERDICT[verdict], verdict.value, told)
    sold = Question("sell", Answer.PARTLY if verdict is Verdict.CLOSED else Answer.YES, verdict.value, told)
    bought = Question("buy", _BY_VERDICT[verdict], verdict.value, told)
    if not_grown:
        sold = Question("sell", Answer.NO, "not_served", {"places": not_grown})
        sent = Question("ship", Answer.NO, "not_served", {"places": not_grown})
    if not_delivered:
        bought = Question("buy", Answer.NO, "not_served", {"places": not_delivered})
    return sold, sent, bought
