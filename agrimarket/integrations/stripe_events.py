"""Webhooks of Stripe as they come in: whatever is signed is read by this, and what is no event is refused."""

import re
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from agrimarket.integrations.payment_gateway import ProviderEvent, WebhookMalformed

LATEST = 2**40
"""Unix seconds beyond which no stamp is believed."""
_ID = re.compile(r"^[A-Za-z0-9_]{1,255}$")
_Id = Annotated[str, StringConstraints(pattern=_ID)]
_Type = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]{1,100}$")]


def _usable(value: Any) -> Any:
    """The id of the object; None for what is none. Kinds that nobody reads have odd ones, or none at all."""
    return value if isinstance(value, str) and _ID.match(value) else None


def _object(data: Any) -> Any:
    """The object that an event is about, as far as there is one."""
    found: Any = cast("dict[str, Any]", data).get("object") if isinstance(data, dict) else None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _Expanded(_Strict):
    """An object in place of its id."""

    id: _Id


class _Subject(_Strict):
    id: Annotated[str | None, BeforeValidator(_usable)] = None
    payment_intent: _Id | _Expanded | None = None


class WebhookEvent(_Strict):
    """An event with the members that are read; all others may be anything."""

    id: _Id
    type: _Type
    created: Annotated[int, Field(ge=0, le=LATEST)]
    livemode: bool
    account: _Id | None = None
    data: Annotated[_Subject, BeforeValidator(_object)] = _Subject()

    def told(self) -> ProviderEvent:
        """The event as the gateway tells it."""
        intent = self.data.payment_intent
        return ProviderEvent(
            id=self.id,
            type=self.type,
            created=self.created,
            object_id=self.data.id or "",
            account=self.account,
            payment_intent=intent.id if isinstance(intent, _Expanded) else intent,
        )


def read_event(body: bytes) -> WebhookEvent:
    """The event in a body; `WebhookMalformed` for anything else, however deep or large."""
    try:
        return WebhookEvent.model_validate_json(body)
    except ValidationError as error:
        raise WebhookMalformed("no event") from error
