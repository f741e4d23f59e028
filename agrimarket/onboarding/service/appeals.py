"""Appeals: filed, joined, read, linked and closed. Each says that a harvest is about to spoil."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.drive import drive
from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.calling import call_by
from agrimarket.kernel.crypto import decrypt, encrypt
from agrimarket.kernel.errors import InvalidFields, found
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding import rules
from agrimarket.onboarding.errors import RegionNotFound, RegionTooWide, RegionUnsure, SeveralRegions
from agrimarket.onboarding.events import AppealForgotten, AppealReceived
from agrimarket.onboarding.models.appeals import Appeal
from agrimarket.onboarding.models.documents import Document
from agrimarket.onboarding.queries import appeals as queries
from agrimarket.onboarding.queries import documents, triage
from agrimarket.onboarding.queries import opinions as opinion_queries
from agrimarket.onboarding.schemas.appeals import AppealIn
from agrimarket.onboarding.service import opinions
from agrimarket.onboarding.states import APPEAL_TRANSITIONS, AppealState, CallOutcome, DocumentState
from agrimarket.onboarding.types import FiledAppeal
from agrimarket.regions.service import places, restrictions, served
from agrimarket.regions.types.places import RegionInfo

NAME_CONTEXT = "appeal.name"
"""Context that a sealed name is bound to."""


def file(
    session: Session, person_id: UUID, region: RegionInfo, data: AppealIn, *, filed_by: UUID | None = None
) -> FiledAppeal:
    """File an appeal for a person who has signed it; `filed_by` is the village agent who typed it for them.

    The same produce of the same region from the same person within seven days updates the earlier appeal instead.
    Records `AppealReceived` for a new one.
    """
    now = clock.read(session)
    appeal = _insert(session, person_id, filed_by, region.code, data, now)
    if appeal is None:
        return filed(session, _join(session, person_id, region.code, data, now), joined=True)
    outbox.record(session, _received(appeal))
    return FiledAppeal(appeal, False, restrictions.status(session, region.code))


def promised_call(now: datetime, spoils_at: datetime) -> datetime:
    """By when a call is promised, within the drive's calling hours, and before it spoils if that can be."""
    return call_by(now, rules.answer_by(now, spoils_at), drive().calling, useless=spoils_at)


def filed(session: Session, appeal: Appeal, *, joined: bool = False) -> FiledAppeal:
    """The appeal with its region's status and its photos."""
    photos = documents.photos(session, [appeal.id])
    return FiledAppeal(appeal, joined, restrictions.status(session, appeal.region_code), _stored(photos))


def _stored(photos: Iterable[Document]) -> tuple[UUID, ...]:
    return tuple(photo.id for photo in photos if photo.state == DocumentState.STORED)


def find_region(session: Session, code: str | None, typed: str | None, pointer: str = "/region") -> RegionInfo:
    """The county or prefecture with that `code`, or else the only one named `typed`.

    `RegionNotFound`, `SeveralRegions`, `RegionUnsure` (a slip), `RegionTooWide` (a province), `OriginNotServed`, at
    `pointer`.
    """
    region = places.get(session, code) if code is not None else _named(session, typed, pointer)
    if region.level == "province":
        inside = [_candidate(each) for each in places.children(session, region.code)]
        raise RegionTooWide(pointer=pointer, candidates=inside)
    served.require_origin(session, region, pointer)
    return region


def _named(session: Session, typed: str | None, pointer: str) -> RegionInfo:
    if typed is None:
        raise InvalidFields([(f"{pointer}_code", "missing", {})])
    meant = places.meant(session, typed, 8)
    if not meant:
        raise RegionNotFound(pointer=pointer)
    if region := places.sure(meant):
        return region
    unclear = SeveralRegions if meant[0].exact else RegionUnsure
    raise unclear(pointer=pointer, candidates=[_candidate(each.region) for each in meant])


def _candidate(region: RegionInfo) -> dict[str, str]:
    return {
        "code": region.code,
        "name": region.full_name,
        "latin": region.latin,
        "traditional": region.in_full("zh-Hant"),
    }


def _insert(
    session: Session, person_id: UUID, filed_by: UUID | None, region_code: str, data: AppealIn, now: datetime
) -> Appeal | None:
    spoils_at = rules.spoils_after(now, data.spoils_in_days)
    row = {
        "id": new_id(),
        "person_id": person_id,
        "filed_by": filed_by,
        "name": encrypt(data.name, context=NAME_CONTEXT),
        "region_code": region_code,
        "product": data.product,
        "product_key": rules.product_key(data.product),
        "grams": data.quantity.grams if data.quantity else None,
        "quantity_text": data.quantity.text if data.quantity else "",
        "spoils_at": spoils_at,
        "answer_by": promised_call(now, spoils_at),
        "truck_access": data.truck_access,
        "note": data.note or "",
        "state": AppealState.RECEIVED,
        "reports": 1,
        "created_at": now,
        "joins_until": now + rules.JOIN_WITHIN,
    }
    return queries.insert(session, row)


def _join(session: Session, person_id: UUID, region_code: str, data: AppealIn, now: datetime) -> Appeal:
    """Update the earlier appeal: the latest values count; a note is added, never lost."""
    appeal = found(queries.lock_same(session, person_id, region_code, rules.product_key(data.product), now))
    appeal.reports += 1
    appeal.reported_at = now
    appeal.spoils_at = rules.spoils_after(now, data.spoils_in_days)
    appeal.truck_access = data.truck_access
    appeal.name = encrypt(data.name, context=NAME_CONTEXT)
    if data.quantity:
        appeal.grams, appeal.quantity_text = data.quantity.grams, data.quantity.text
    if data.note and data.note not in appeal.note:
        appeal.note = f"{appeal.note}\n{data.note}".strip()[-8_000:]
    if appeal.call_outcome == CallOutcome.NOT_REACHED:  # they are at their phone now
        appeal.call_again_at, appeal.answer_by = now, promised_call(now, appeal.spoils_at)
    return appeal


def _received(appeal: Appeal) -> AppealReceived:
    return AppealReceived(
        appeal_id=appeal.id,
        person_id=appeal.person_id,
        region_code=appeal.region_code,
        product=appeal.product,
        grams=appeal.grams,
        spoils_at=appeal.spoils_at,
        number=rules.appeal_number(appeal.number),
        answer_by=appeal.answer_by,
    )


def mine(session: Session, principal: Principal, appeal_id: UUID, *, lock: bool = False) -> Appeal:
    """Appeal of that person, or one that they filed for somebody; `NotFound` for anyone else's."""
    return found(queries.mine(session, principal.person_id, appeal_id, lock=lock))


def read(session: Session, principal: Principal, appeal_id: UUID) -> FiledAppeal:
    """Appeal with its region's status and photos; `NotFound` for anyone else's."""
    return filed(session, mine(session, principal, appeal_id))


def listed(session: Session, principal: Principal) -> list[FiledAppeal]:
    """Appeals of that person and those they filed for others, newest first; at most fifty."""
    rows = queries.of_person(session, principal.person_id)
    status = {code: restrictions.status(session, code) for code in {appeal.region_code for appeal in rows}}
    photos = documents.photos(session, [appeal.id for appeal in rows])
    return [
        FiledAppeal(appeal, False, status[appeal.region_code], _stored(p for p in photos if p.appeal_id == appeal.id))
        for appeal in rows
    ]


def link(session: Session, appeal: Appeal, application_id: UUID) -> None:
    """Link the locked appeal to the application that it became; verified stock of it is off the clearance list."""
    if appeal.state == AppealState.RECEIVED:
        states.move(appeal, AppealState.TRIAGED, APPEAL_TRANSITIONS)
    appeal.application_id = application_id
    states.move(appeal, AppealState.LINKED, APPEAL_TRANSITIONS)
    opinions.end(session, appeal)


def close(session: Session, principal: Principal, appeal_id: UUID) -> FiledAppeal:
    """Close an appeal that needs no more help, for example because the harvest sold; personal data is erased.

    Closing twice is the same as once. Records `AppealForgotten`, whose handler erases the photos.
    """
    appeal = mine(session, principal, appeal_id, lock=True)
    if appeal.state == AppealState.RECEIVED:
        states.move(appeal, AppealState.TRIAGED, APPEAL_TRANSITIONS)
    if appeal.state != AppealState.CLOSED:
        states.move(appeal, AppealState.CLOSED, APPEAL_TRANSITIONS)
        opinions.end(session, appeal)
    erase(session, [appeal])
    outbox.record(session, AppealForgotten(appeal_id=appeal.id))
    return filed(session, appeal)


def erase(session: Session, rows: Sequence[Appeal]) -> None:
    """Erase personal data in those appeals, operators' notes about calls and counties' words. The audit log and bare
    facts stay."""
    for appeal in rows:
        appeal.name, appeal.note = b"", ""
    triage.erase_notes(session, [appeal.id for appeal in rows])
    opinion_queries.erase_words(session, [appeal.id for appeal in rows])


def name_of(appeal: Appeal) -> str:
    """The farmer's name in plain text; "" once it is erased."""
    return decrypt(appeal.name, context=NAME_CONTEXT) if appeal.name else ""
