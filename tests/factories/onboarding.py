"""People who appeal and apply, through the services."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session
from stdnum import luhn
from stdnum.cn import ric

from agrimarket.accounts.service import people
from agrimarket.accounts.service.sign_in import code_message, open_session, request_code
from agrimarket.kernel.crypto import decrypt
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.principal import Principal, Role
from agrimarket.onboarding.schemas.appeals import AppealIn
from agrimarket.onboarding.service import appeals, applications, review, steps
from agrimarket.onboarding.states import ApplicationKind
from agrimarket.onboarding.types import Dossier, FiledAppeal, Review

DONGGANG = "210681"
ID_NUMBER = "11010519491231002X"
"""Identity number in the example of GB 11643."""
CREDIT_CODE = "91110000600037341L"
SPOILS_ON = (datetime.now(PEOPLES_ZONE) + timedelta(days=300)).date().isoformat()
"""A day that is far ahead, and near enough for help."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with a bearer token."""

    principal: Principal
    token: str
    phone: str

    @property
    def headers(self) -> dict[str, str]:
        """Headers that their requests carry."""
        return {"Authorization": f"Bearer {self.token}", "Accept-Language": "zh-Hans"}


def phone_of(number: int) -> str:
    """A mainland mobile number."""
    return f"+86138{number:08d}"


def id_number_of(number: int) -> str:
    """An identity number with its check digit."""
    body = f"2106811975{1 + number // 28 % 12:02d}{1 + number % 28:02d}{number // 336 % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")


def bank_card_of(number: int) -> str:
    """A card number with its check digit."""
    body = f"622202{number:012d}"
    return body + luhn.calc_check_digit(body)


def sign_in(db: Database, number: int, *roles: Role, language: str = "zh-Hans") -> SignedIn:
    """A person with that phone and those roles, signed in."""
    with db.transaction() as session:
        person_id = people.with_phone(session, phone_of(number), language)
        for role in roles:
            people.grant_role(session, person_id, role)
        token, principal = open_session(session, person_id)
    return SignedIn(principal, token, phone_of(number))


def code_for(session: Session, phone: str, language: str = "zh-Hans") -> str:
    """A sign-in code, out of its message."""
    issued = request_code(session, phone, language)
    message = code_message(session, issued.id)
    assert message is not None
    return message.code


def appeal_body(**changes: Any) -> dict[str, Any]:
    """A strawberry grower's appeal."""
    body: dict[str, Any] = {
        "name": "王大姐",
        "region_code": DONGGANG,
        "product": "草莓",
        "quantity": "500kg",
        "spoils_in_days": 3,
        "truck_access": "small",
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not None}


def file_appeal(session: Session, person_id: UUID, **changes: Any) -> FiledAppeal:
    """An appeal by that person."""
    data = AppealIn.model_validate(appeal_body(**changes))
    return appeals.file(session, person_id, appeals.find_region(session, data.region_code, data.region), data)


def farmer_answers(number: int = 0, **changes: Any) -> dict[str, dict[str, Any]]:
    """All answers that a farmer must give, by step."""
    answers: dict[str, dict[str, Any]] = {
        "identity": {"legal_name": "王秀英", "id_number": id_number_of(number)},
        "farm": {"farm_name": "东港王家草莓", "region_code": DONGGANG},
        "produce": {"product": "草莓", "quantity": "500kg", "spoils_on": SPOILS_ON, "right_to_sell": True},
        "needs": {"needs": ["packaging", "live_selling"]},
    }
    for step, given in changes.items():
        answers[step] = {**answers.get(step, {}), **given}
    return answers


def draft(
    session: Session, principal: Principal, answers: dict[str, dict[str, Any]], appeal_id: UUID | None = None
) -> Dossier:
    """A farmer's draft with those answers."""
    found = applications.begin(session, principal, ApplicationKind.FARMER, appeal_id, "zh-Hans")
    for step, given in answers.items():
        row = found.application
        found = steps.save(session, principal, row.id, step, row.version, given)
    return found


def submitted(session: Session, principal: Principal, number: int = 0, **changes: Any) -> Dossier:
    """A farmer's application that waits for review."""
    found = draft(session, principal, farmer_answers(number, **changes))
    return applications.submit(session, principal, found.application.id)


def approved(session: Session, principal: Principal, reviewer: Principal, number: int = 0) -> Review:
    """A farmer who became a limited seller."""
    found = submitted(session, principal, number)
    review.hold(session, reviewer, found.application.id)
    return review.approve(session, reviewer, found.application.id, None)


def opened(sealed: bytes, context: str) -> str:
    """A sealed value in plain text."""
    return decrypt(sealed, context=context)
