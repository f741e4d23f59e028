"""Schemas of rumours and of what is published about them; schema.org's `ClaimReview` of one."""

import re
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from agrimarket.kernel.resources import RebuttalId, RumourId
from agrimarket.kernel.wire import Count, In, Instant, Out, RegionCode, Several, Text, Typed
from agrimarket.regions.types.rumours import Finding, RebuttalInfo, RumourInfo, Word
from agrimarket.typed import Refused
from agrimarket.typed.text import PLAIN_TEXT, line, paragraphs

WEB_ADDRESS: Final = r"^https?://[A-Za-z0-9.-]+\.[A-Za-z0-9-]+(?::[0-9]{1,5})?(?:[/?#][!-~]*)?$"
"""An address of the web, as it is copied from a browser."""


def _address(value: str) -> str:
    if not re.fullmatch(WEB_ADDRESS, value.strip()):
        raise Refused("web_address")
    return value.strip()


Said = Annotated[
    str,
    StringConstraints(min_length=4, max_length=300),
    Typed(line, PLAIN_TEXT),
    Field(examples=["喝高度白酒能防病毒"]),
]
Why = Annotated[str, StringConstraints(min_length=1, max_length=1_000), Typed(paragraphs, PLAIN_TEXT)]
WebAddress = Annotated[
    str,
    StringConstraints(max_length=500),
    Typed(_address, WEB_ADDRESS),
    Field(examples=["https://www.nhc.gov.cn/notice/1.html"]),
]
Shown = Annotated[str, Field(max_length=500, examples=["https://www.nhc.gov.cn/notice/1.html"])]


class RumourIn(In):
    """Something that somebody heard; without a region it is about everywhere."""

    said: Said
    region_code: RegionCode | None = None


class RebuttalIn(In):
    """A word about a rumour: what an authority says of it, and where it says so.

    `supersedes` is the word that held when the operator looked, null if there was none.
    """

    verdict: Finding
    why: Annotated[Why, Field(examples=["疾控中心说，喝酒不能防病毒，反而伤身。"])]
    authority: Annotated[Text, Field(examples=["中国疾病预防控制中心"])]
    source_url: WebAddress
    supersedes: RebuttalId | None = None

    def word(self) -> Word:
        """The word, for the service."""
        return Word(self.verdict, self.why, self.authority, self.source_url, self.supersedes)


class AsideIn(In):
    """Why nothing is said about a rumour."""

    reason: Annotated[Text, Field(examples=["Nobody can know this."])]


class RebuttalOut(Out):
    """What was published about a rumour, by whom it is said, and where."""

    id: RebuttalId
    verdict: Finding
    why: Annotated[str, Field(max_length=1_000, examples=["疾控中心说，喝酒不能防病毒，反而伤身。"])]
    authority: Annotated[str, Field(max_length=200, examples=["中国疾病预防控制中心"])]
    source_url: Shown
    at: Instant

    @classmethod
    def of(cls, word: RebuttalInfo) -> "RebuttalOut":
        """The word, for the wire."""
        return cls(
            id=word.id,
            verdict=word.verdict,
            why=word.why,
            authority=word.authority,
            source_url=word.source_url,
            at=word.at,
        )


class RumourOut(Out):
    """A rumour with the word that holds, and those that it superseded; null and none while nothing is published."""

    id: RumourId
    said: Annotated[str, Field(max_length=300, examples=["喝高度白酒能防病毒"])]
    region_code: Annotated[str | None, Field(max_length=6, examples=["420102"], description="Null: everywhere.")]
    region_name: Annotated[str, Field(max_length=100, examples=["湖北省武汉市江岸区"])]
    first_seen: Instant
    reports: Annotated[Count, Field(description="How often it was reported.", examples=[3])]
    current: RebuttalOut | None
    superseded: Annotated[list[RebuttalOut], Several]

    @classmethod
    def of(cls, rumour: RumourInfo) -> "RumourOut":
        """The rumour, for the wire."""
        words = [RebuttalOut.of(word) for word in rumour.words]
        return cls(
            id=rumour.id,
            said=rumour.said,
            region_code=rumour.region_code,
            region_name=rumour.region_name,
            first_seen=rumour.first_seen,
            reports=rumour.reports,
            current=words[0] if words else None,
            superseded=words[1:],
        )


class ReportedOut(Out):
    """A report: with what is published about the rumour already, or null, and then somebody looks into it."""

    id: RumourId
    said: Annotated[str, Field(max_length=300, examples=["喝高度白酒能防病毒"])]
    current: RebuttalOut | None

    @classmethod
    def of(cls, rumour: RumourInfo) -> "ReportedOut":
        """The report, for the wire."""
        return cls(id=rumour.id, said=rumour.said, current=RebuttalOut.of(rumour.current) if rumour.current else None)


_RATING: Final = {Finding.FALSE: 1, Finding.PARTLY: 3, Finding.TRUE: 5}


def claim_review(rumour: RumourInfo, word: RebuttalInfo, *, url: str, drive: str, says: str) -> dict[str, Any]:
    """The word as schema.org's `ClaimReview`, as search engines read it; `says` is the verdict in words.

    What nobody knows yet has no number on the scale from 1 (false) to 5 (true).
    """
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": says, "bestRating": 5, "worstRating": 1}
    if word.verdict in _RATING:
        rating["ratingValue"] = _RATING[word.verdict]
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": url,
        "datePublished": word.at.date().isoformat(),
        "claimReviewed": rumour.said,
        "itemReviewed": {"@type": "Claim", "datePublished": rumour.first_seen.date().isoformat(), "name": rumour.said},
        "reviewBody": word.why,
        "reviewRating": rating,
        "author": {"@type": "Organization", "name": word.authority, "url": word.source_url},
        "publisher": {"@type": "Organization", "name": drive},
    }
