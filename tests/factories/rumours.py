"""Rumours and words about them, through the services."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel.principal import Principal
from agrimarket.regions.service import rumour_desk, rumours
from agrimarket.regions.types.rumours import Finding, RumourInfo, Word

SAID = "喝高度白酒能防病毒"
SOURCE = "https://www.example.org/notice/1.html"


def a_word(verdict: Finding = Finding.FALSE, why: str = "喝酒不能防病毒。", supersedes: UUID | None = None) -> Word:
    """A word of an authority."""
    return Word(verdict, why, "疾控中心", SOURCE, supersedes)


def a_rumour(session: Session, said: str = SAID, region: str | None = None, times: int = 1) -> RumourInfo:
    """A rumour that was reported so many times."""
    return [rumours.report(session, said, region) for _ in range(times)][-1]


def an_answered_rumour(
    session: Session, operator: Principal, said: str = SAID, region: str | None = None, word: Word | None = None
) -> RumourInfo:
    """A rumour with a published word."""
    return rumour_desk.publish(session, operator, a_rumour(session, said, region).id, word or a_word())
