"""Appeals signed with an SMS code: each try is committed before anything else happens, so that wrong codes count."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.flows.sign_in import confirm_phone
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding.schemas.appeals import AppealIn, AppealOut
from agrimarket.onboarding.service import appeals


def file(db: Database, idempotency: Idempotency, visitor: Principal | None, data: AppealIn, language: str) -> AppealOut:
    """File an appeal, signed with the code or by the signed-in person; see `appeals.file`.

    Someone signed in who sends another person's phone and code files for that person, as a village agent does. An
    unclear region or a missing code is reported before the code is used up.
    """
    if visitor is not None and data.code is None:
        with db.transaction() as session:
            return idempotency.run(session, AppealOut, lambda: _file_own(session, visitor, data, language))
    with db.transaction() as session:
        stored = idempotency.claim(session, AppealOut)
        if stored is not None:
            return stored
        region = appeals.find_region(session, data.region_code, data.region)
        _require_signer(visitor, data)
    try:
        person_id = _signer(db, visitor, data, language)
    except DomainError:
        with db.transaction() as session:
            idempotency.release(session)
        raise
    with db.transaction() as session:
        agent = visitor.person_id if visitor and visitor.person_id != person_id else None
        answer = AppealOut.of(appeals.file(session, person_id, region, data, filed_by=agent), language)
        return idempotency.store(session, answer)


def _file_own(session: Session, visitor: Principal, data: AppealIn, language: str) -> AppealOut:
    """What somebody who is signed in files for themselves needs no code, and so one transaction only."""
    region = appeals.find_region(session, data.region_code, data.region)
    return AppealOut.of(appeals.file(session, visitor.person_id, region, data), language)


def _require_signer(visitor: Principal | None, data: AppealIn) -> None:
    given = {"phone": data.phone, "code": data.code}
    lacking: list[tuple[str, str, dict[str, Any]]] = [
        (f"/{name}", "missing", {}) for name, value in given.items() if value is None
    ]
    if lacking and (visitor is None or data.code is not None):
        raise InvalidFields(lacking)


def _signer(db: Database, visitor: Principal | None, data: AppealIn, language: str) -> UUID:
    if data.code is not None and data.phone is not None:
        return confirm_phone(db, data.phone, data.code, language)
    if visitor is None:
        raise InvalidFields([("/code", "missing", {})])
    return visitor.person_id
