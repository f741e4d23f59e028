"""Dead letters: work that failed at every attempt and waits for an operator, who tries again or gives it up."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.desks.errors import NotDead
from agrimarket.kernel import deliveries
from agrimarket.kernel.deliveries import DeadLetter
from agrimarket.kernel.errors import NotFound, found
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference


def page(session: Session, after: tuple[datetime, UUID] | None, limit: int) -> list[DeadLetter]:
    """Dead letters after (dead since, id), the one that is dead for longest first."""
    return deliveries.dead_letters(session, after, limit)


def read(session: Session, delivery_id: UUID) -> DeadLetter:
    """One of them; `NotFound` if it is not dead."""
    return found(deliveries.dead_letter(session, delivery_id))


def requeue(session: Session, operator: Principal, delivery_id: UUID) -> None:
    """Have it tried again from the beginning, as often as anything is; `NotDead`. Audited."""
    letter = _dead(session, delivery_id)
    if not deliveries.requeue(session, delivery_id):
        raise NotDead
    audit.record(session, operator, "delivery.requeued", reference("delivery", delivery_id), _about(letter))


def give_up(session: Session, operator: Principal, delivery_id: UUID, reason: str) -> None:
    """Let it rest for good: its handler never runs for this event; `NotDead`. Audited with the reason."""
    letter = _dead(session, delivery_id)
    if not deliveries.abandon(session, delivery_id):
        raise NotDead
    about = _about(letter) | {"reason": reason}
    audit.record(session, operator, "delivery.abandoned", reference("delivery", delivery_id), about)


def _dead(session: Session, delivery_id: UUID) -> DeadLetter:
    """The dead letter; `NotDead` for a delivery that is none, `NotFound` for what is no delivery."""
    letter = deliveries.dead_letter(session, delivery_id)
    if letter is None:
        raise NotDead if deliveries.known(session, delivery_id) else NotFound
    return letter


def _about(letter: DeadLetter) -> dict[str, str]:
    return {"topic": letter.topic, "handler": letter.handler, "error": letter.error[:500]}
