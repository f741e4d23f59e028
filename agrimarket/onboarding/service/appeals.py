"""Appeals: someone says that a harvest is about to spoil."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.crypto import decrypt, encrypt
from agrimarket.kernel.errors import InvalidFields, NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding import queries, queries_triage, rules
from agrimarket.onboarding.errors import RegionAmbiguous, RegionNotFound, RegionTooWide
from agrimarket.onboarding.events import AppealForgotten, AppealReceived
from agrimarket.onboarding.formats import product_key
from agrimarket.onboarding.models import Appeal, Document
from agrimarket.onboarding.schemas import AppealIn
from agrimarket.onboarding.states import APPEAL, AppealState, CallOutcome, DocumentState
from agrimarket.regions.service import places, restrictions
from agrimarket.regions.types import RegionInfo, RegionStatus

NAME = "appeal.name"


@dataclass(frozen=True, slots=True)
class Filed:
    """An appeal, whether it joined an earlier one, what is in force in its region, and its photos' ids."""

    appeal: Appeal
    joined: bool
    status: RegionStatus
    photos: tuple[UUID, ...] = ()


def file(
    session: Session, person_id: UUID, region: RegionInfo, data: AppealIn, *, filed_by: UUID | None = None
) -> Filed:
    """Take an appeal in, for a person who has signed it; `filed_by` is the village agent who typed it for them.

    The same produce of the same region from the same person within seven days brings the earlier appeal up to date
    instead. Records `AppealReceived` for a new one.
    """
    now = clock.read(session)
    appeal = _insert(session, person_id, filed_by, region.code, data, now)
    if appeal is None:
        return filed(session, _join(session, person_id, region.code, data, now), joined=True)
    outbox.record(session, _received(appeal))
    return Filed(appeal, False, restrictions.status(session, region.code))


def filed(session: Session, appeal: Appeal, *, joined: bool = False) -> Filed:
    """That appeal with its region's status and its photos."""
    photos = queries.photos(session, [appeal.id])
    return Filed(appeal, joined, restrictions.status(session, appeal.region_code), _stored(photos))


def _stored(photos: Iterable[Document]) -> tuple[UUID, ...]:
    return tuple(photo.id for photo in photos if photo.state == DocumentState.STORED)


def find_region(session: Session, code: str | None, typed: str | None, pointer: str = "/region") -> RegionInfo:
    """The county or prefecture of `code`, or the only one named like `typed`."""
    if code is not None:
        found = places.get(session, code)
    elif typed is None:
        raise InvalidFields([(f"{pointer}_code", "missing", {})])
    else:
        named = places.named(session, typed, 8)
        exact = [region for region in named if typed in (region.name, region.full_name)]
        candidates = exact or named
        if not candidates:
            raise RegionNotFound(pointer=pointer)
        if len(candidates) > 1:
            raise RegionAmbiguous(pointer=pointer, candidates=[_candidate(each) for each in candidates])
        found = candidates[0]
    if found.level == "province":
        inside = [_candidate(each) for each in places.children(session, found.code)]
        raise RegionTooWide(pointer=pointer, candidates=inside)
    return found


def _candidate(region: RegionInfo) -> dict[str, str]:
    return {"code": region.code, "name": region.full_name}


def _insert(
    session: Session, person_id: UUID, filed_by: UUID | None, region_code: str, data: AppealIn, now: datetime
) -> Appeal | None:
    spoils_at = rules.spoils_after(now, data.spoils_in_days)
    row = {
        "id": new_id(),
        "person_id": person_id,
        "filed_by": filed_by,
        "name": encrypt(data.name, context=NAME),
        "region_code": region_code,
        "product": data.product,
        "product_key": product_key(data.product),
        "grams": data.quantity.grams if data.quantity else None,
        "quantity_text": data.quantity.text if data.quantity else "",
        "spoils_at": spoils_at,
        "answer_by": rules.answer_by(now, spoils_at),
        "truck_access": data.truck_access,
        "note": data.note or "",
        "state": AppealState.RECEIVED,
        "reports": 1,
        "created_at": now,
        "joins_until": now + rules.JOIN_WITHIN,
    }
    return queries.insert_appeal(session, row)


def _join(session: Session, person_id: UUID, region_code: str, data: AppealIn, now: datetime) -> Appeal:
    """Bring the earlier appeal up to date: what is said last is true; a note is added, never lost."""
    appeal = queries.lock_same_appeal(session, person_id, region_code, product_key(data.product), now)
    if appeal is None:
        raise NotFound
    appeal.reports += 1
    appeal.reported_at = now
    appeal.spoils_at = rules.spoils_after(now, data.spoils_in_days)
    appeal.truck_access = data.truck_access
    appeal.name = encrypt(data.name, context=NAME)
    if data.quantity:
        appeal.grams, appeal.quantity_text = data.quantity.grams, data.quantity.text
    if data.note and data.note not in appeal.note:
        appeal.note = f"{appeal.note}\n{data.note}".strip()[-8_000:]
    if appeal.call_outcome == CallOutcome.NOT_REACHED:  # they are at their phone now
        appeal.call_again_at, appeal.answer_by = now, rules.answer_by(now, appeal.spoils_at)
    return appeal


def _received(appeal: Appeal) -> AppealReceived:
    return AppealReceived(
        appeal_id=appeal.id,
        person_id=appeal.person_id,
        region_code=appeal.region_code,
        product=appeal.product,
        grams=appeal.grams,
        spoils_at=appeal.spoils_at,
    )


def read(session: Session, principal: Principal, appeal_id: UUID) -> Filed:
    """That person's appeal; `NotFound` for anyone else's."""
    appeal = queries.appeal(session, appeal_id, principal.person_id)
    if appeal is None:
        raise NotFound
    return filed(session, appeal)


def listed(session: Session, principal: Principal) -> list[Filed]:
    """That person's appeals, newest first."""
    found = queries.appeals_of(session, principal.person_id)
    status = {code: restrictions.status(session, code) for code in {appeal.region_code for appeal in found}}
    photos = queries.photos(session, [appeal.id for appeal in found])
    return [
        Filed(appeal, False, status[appeal.region_code], _stored(p for p in photos if p.appeal_id == appeal.id))
        for appeal in found
    ]


@dataclass(frozen=True, slots=True)
class FiledFor:
    """An appeal that an agent filed for a farmer, where it is, and how far the farmer's application is."""

    appeal: Appeal
    place: str
    application_state: str | None


def filed_for_others(session: Session, agent: Principal, before: UUID | None, limit: int) -> list[FiledFor]:
    """What that agent filed, newest first."""
    found = queries.filed_by(session, agent.person_id, before, limit)
    regions = {code: places.get(session, code).full_name for code in {appeal.region_code for appeal in found}}
    linked = {each.application_id for each in found if each.application_id}
    progress = queries.application_states(session, linked) if linked else {}
    return [
        FiledFor(each, regions[each.region_code], progress.get(each.application_id) if each.application_id else None)
        for each in found
    ]


def link(appeal: Appeal, application_id: UUID) -> None:
    """The appeal, whose row is locked, led to that application."""
    if appeal.state == AppealState.RECEIVED:
        states.move(appeal, AppealState.TRIAGED, APPEAL)
    appeal.application_id = application_id
    states.move(appeal, AppealState.LINKED, APPEAL)


def close(session: Session, principal: Principal, appeal_id: UUID) -> Filed:
    """Help is no longer needed, for example since it sold. What was personal is erased (see `forget`).

    Closing twice is the same as once.
    """
    appeal = queries.appeal(session, appeal_id, principal.person_id, lock=True)
    if appeal is None:
        raise NotFound
    if appeal.state == AppealState.RECEIVED:
        states.move(appeal, AppealState.TRIAGED, APPEAL)
    if appeal.state != AppealState.CLOSED:
        states.move(appeal, AppealState.CLOSED, APPEAL)
    forget(session, [appeal])
    outbox.record(session, AppealForgotten(appeal_id=appeal.id))
    return filed(session, appeal)


def forget(session: Session, found: Sequence[Appeal]) -> None:
    """Erase what is personal in those appeals, and what operators wrote about calls. Audit and bare facts stay."""
    for appeal in found:
        appeal.name, appeal.note = b"", ""
    queries_triage.forget_notes(session, [appeal.id for appeal in found])


def name_of(appeal: Appeal) -> str:
    """The name in plain text."""
    return decrypt(appeal.name, context=NAME) if appeal.name else ""
