"""Events of `accounts`."""

from typing import ClassVar
from uuid import UUID

from agrimarket.accounts.states import Standing
from agrimarket.kernel.outbox import Event
from agrimarket.kernel.principal import Role


class CodeRequested(Event):
    """A sign-in code is to be sent to its phone."""

    topic: ClassVar[str] = "accounts.code_requested"
    code_id: UUID


class StaffInvited(Event):
    """A link to set password and authenticator is to be sent to a member of staff."""

    topic: ClassVar[str] = "staff.invited"
    invitation_id: UUID
    person_id: UUID


class StaffDismissed(Event):
    """Roles were taken from a member of staff: what they hold is to be let go."""

    topic: ClassVar[str] = "staff.dismissed"
    person_id: UUID
    roles: tuple[Role, ...]


class SellerStandingChanged(Event):
    """The standing of a seller has changed."""

    topic: ClassVar[str] = "seller.standing_changed"
    seller_id: UUID
    standing: Standing


class MandateGiven(Event):
    """A grower, called `name`, lets the person sell for them."""

    topic: ClassVar[str] = "mandate.given"
    mandate_id: UUID
    person_id: UUID
    name: str


class MandateEnded(Event):
    """A mandate has ended. The person is told who did not end it: the grower if its agent did; `name` is the other."""

    topic: ClassVar[str] = "mandate.ended"
    mandate_id: UUID
    person_id: UUID
    name: str
    by_agent: bool
