"""Mandates on the wire."""

from typing import Annotated

from pydantic import Field

from agrimarket.accounts.types import MandateInfo
from agrimarket.kernel.resources import MandateId, SellerId
from agrimarket.kernel.wire import In, Instant, Out, Several, Text


class MandateIn(In):
    """Whom the caller lets sell for them."""

    phone: Annotated[Text, Field(max_length=40, examples=["138 0000 0001"])]


class MandateOut(Out):
    """A mandate that stands. `seller_id` is the grower's account; null until it is approved."""

    id: MandateId
    seller_id: SellerId | None
    grower: Annotated[str, Field(max_length=200, examples=["王大姐"])]
    agent: Annotated[str, Field(max_length=200, examples=["東港草莓合作社"])]
    given_at: Instant

    @classmethod
    def of(cls, one: MandateInfo) -> "MandateOut":
        """The mandate as the service sees it, for the wire."""
        return cls(id=one.id, seller_id=one.seller_id, grower=one.grower, agent=one.agent, given_at=one.given_at)


class MandatesOut(Out):
    """Who may sell for the caller (`given`), and for whom the caller may sell (`held`)."""

    given: Annotated[list[MandateOut], Several]
    held: Annotated[list[MandateOut], Several]
