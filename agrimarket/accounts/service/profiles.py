"""Everything that a person sees about themselves."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service.parties import BuyerInfo, SellerInfo, buyer_info, seller
from agrimarket.accounts.service.people import Contact, contact
from agrimarket.kernel.principal import Principal, Role


@dataclass(frozen=True, slots=True)
class Profile:
    """A person, and their accounts."""

    person_id: UUID
    roles: frozenset[Role]
    contact: Contact
    seller: SellerInfo | None
    buyer: BuyerInfo | None


def profile(session: Session, who: Principal) -> Profile:
    """What `who` may know of themselves."""
    return Profile(
        who.person_id,
        who.roles,
        contact(session, who.person_id),
        seller(session, who.seller_id) if who.seller_id else None,
        buyer_info(session, who.buyer_id) if who.buyer_id else None,
    )
