"""Schemas of API keys."""

from typing import Annotated

from pydantic import Field

from agrimarket.accounts.types import KeyInfo
from agrimarket.kernel.principal import Scope
from agrimarket.kernel.resources import ApiKeyId
from agrimarket.kernel.wire import In, Instant, Out, Text


class KeyIn(In):
    """Name of a new key, and what it may do."""

    name: Annotated[Text, Field(examples=["village form"])]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope), examples=[["appeals:write"]])]


class KeyOut(Out):
    """An API key, without the key. `hint` is its beginning."""

    id: ApiKeyId
    name: Annotated[str, Field(examples=["village form"])]
    hint: Annotated[str, Field(max_length=40, examples=["agm_q8Zr2v"])]
    scopes: Annotated[list[Scope], Field(max_length=len(Scope))]
    created_at: Instant
    used_at: Instant | None
    revoked_at: Instant | None

    @classmethod
    def of(cls, info: KeyInfo) -> "KeyOut":
        """The key as it is on the wire."""
        return cls(
            id=info.id,
            name=info.name,
            hint=info.hint,
            scopes=sorted(info.scopes),
            created_at=info.created_at,
            used_at=info.used_at,
            revoked_at=info.revoked_at,
        )


class NewKeyOut(Out):
    """A new API key. `key` is shown only here."""

    key: Annotated[str, Field(max_length=200, examples=["agm_q8Zr2vXw3kN1pYb7"])]
    api_key: KeyOut
