"""Webhooks of Stripe as they come in: whatever is signed is read by this, and what is no event is refused."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from agrimarket.integrations.payment_gateway import ProviderEvent, WebhookMalformed

LATEST = 2**40
"""Unix seconds beyond which no stamp is believed."""
_Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,255}$")]
_Type = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]{1,100}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _Expanded(_Strict):
    """An object in place of its id."""

    id: _Id


class _Subject(_Strict):
    """The object that an event is about; some kinds, such as a balance, have no id."""

    id: _Id | None = None
    payment_intent: _Id | _Expanded | None = None


class _Data(_Strict):
    object: _Subject


class WebhookEvent(_Strict):
    """An event with the members that are read; all others may be anything."""

    id: _Id
    type: _Type
    created: Annotated[int, Field(ge=0, le=LATEST)]
    livemode: bool
    account: _Id | None = None
    data: _Data

    def told(self) -> ProviderEvent:
        """The event as the gateway tells it."""
        subject = self.data.object
        intent = subject.payment_intent
        return ProviderEvent(
            id=self.id,
            type=self.type,
            created=self.created,
            object_id=subject.id or "",
            account=self.account,
            payment_intent=intent.id if isinstance(intent, _Expanded) else intent,
        )


def read_event(body: bytes) -> WebhookEvent:
    """The event in a body; `WebhookMalformed` for anything else, however deep or large."""
    try:
        return WebhookEvent.model_validate_json(body)
    except ValidationError as error:
        raise WebhookMalformed("no event") from error
