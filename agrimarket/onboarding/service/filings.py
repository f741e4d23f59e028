"""Filings: harvests that importers filed for members, who confirm or decline them, signed in by a code to the phone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.rules import masked_phone
from agrimarket.accounts.service import mandates, people
from agrimarket.kernel import clock, states
from agrimarket.kernel.crypto import decrypt
from agrimarket.kernel.errors import found
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding.models.imports import MemberFiling
from agrimarket.onboarding.queries import filings as queries
from agrimarket.onboarding.schemas.appeals import AppealIn
from agrimarket.onboarding.service import appeals
from agrimarket.onboarding.states import FILING_TRANSITIONS, FilingState
from agrimarket.onboarding.types import Filing
from agrimarket.regions.service import places

NAME_CONTEXT = "member_filing.name"
"""Context that a sealed name is bound to."""


def listed(session: Session, principal: Principal, before: UUID | None, limit: int) -> list[Filing]:
    """Filings for that person, newest first."""
    return _shown(session, queries.of_person(session, principal.person_id, before, limit))


def _shown(session: Session, rows: Sequence[MemberFiling]) -> list[Filing]:
    importers = people.contacts(session, {row.importer_id for row in rows})
    regions = {code: places.get(session, code) for code in {row.region_code for row in rows}}
    names = {person: contact.display_name or masked_phone(contact.phone or "") for person, contact in importers.items()}
    return [Filing(row, _name(row), names[row.importer_id], regions[row.region_code]) for row in rows]


def _name(row: MemberFiling) -> str:
    return decrypt(row.name, context=NAME_CONTEXT) if row.name else ""


def mine(session: Session, principal: Principal, filing_id: UUID) -> MemberFiling:
    """Filing for that person, locked; `NotFound` for anyone else's."""
    return found(queries.mine(session, principal.person_id, filing_id))


def confirm(session: Session, principal: Principal, filing_id: UUID, *, sells: bool = False) -> Filing:
    """Turn a filing into the member's appeal, filed by the importer, or join it to theirs (see `appeals.file`).

    With `sells` the member lets the importer sell for them (`accounts` mandates). Confirming twice is the same as once.
    `NotFound` for anyone but the member.
    """
    row = mine(session, principal, filing_id)
    if sells:
        mandates.give(session, principal, row.importer_id)
    if row.state != FilingState.CONFIRMED:
        now = clock.read(session)
        place = appeals.find_region(session, row.region_code, None)
        with session.no_autoflush:  # the state and the appeal are written together
            states.move(row, FilingState.CONFIRMED, FILING_TRANSITIONS)
            filed = appeals.file(session, row.person_id, place, _appeal(row, now), filed_by=row.importer_id)
            row.appeal_id, row.answered_at = filed.appeal.id, now
        session.flush()  # the answer shows what is stored
    return _shown(session, [row])[0]


def _appeal(row: MemberFiling, now: datetime) -> AppealIn:
    left = max(row.spoils_at - now, timedelta())
    return AppealIn.model_validate(
        {
            "name": _name(row),
            "region_code": row.region_code,
            "product": row.product,
            "quantity": {"grams": row.grams, "text": row.quantity_text} if row.grams else None,
            "spoils_in_days": -(-left // timedelta(days=1)),
            "note": row.note or None,
        }
    )


def decline(session: Session, principal: Principal, filing_id: UUID) -> Filing:
    """Decline a filing. Its name and note are erased; the importer sees that, and cannot file it again."""
    row = mine(session, principal, filing_id)
    if row.state != FilingState.DECLINED:
        states.move(row, FilingState.DECLINED, FILING_TRANSITIONS)
        row.name, row.note, row.answered_at = b"", "", clock.read(session)
    return _shown(session, [row])[0]
