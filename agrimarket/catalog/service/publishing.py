"""What a draft lacks before it goes on sale."""

from sqlmodel import Session

from agrimarket.catalog.service import produce
from agrimarket.catalog.types.listings import ListingView

Lack = tuple[str, str, str]
"""What is missing, and the page and field where it is given."""


def missing(session: Session, draft: ListingView) -> list[Lack]:
    """What a draft lacks, in the order of its pages. Only what has spoiled keeps it from being published."""
    found: list[Lack] = []
    if draft.seconds_left <= 0:
        found.append(("spoiled", "condition", "perish_by"))
    if not produce.may_sell(session, draft.seller_id, draft.product_id):
        found.append(("review", "what", "product_id"))
    if not draft.photos:
        found.append(("photos", "condition", "photos"))
    if draft.grade is None:
        found.append(("grade", "condition", "grade"))
    if not draft.description.strip():
        found.append(("description", "condition", "description"))
    return found
