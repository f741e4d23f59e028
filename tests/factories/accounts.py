"""People, parties and their tokens, made through the services."""

from dataclasses import dataclass
from itertools import count
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.accounts.service import buyers, people, sellers, sign_in
from agrimarket.accounts.states import BuyerKind, SellerKind, Standing
from agrimarket.kernel.db import Database
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal, Role

_numbers = count(1)


@dataclass(frozen=True)
class Somebody:
    """A signed-in person."""

    token: str
    principal: Principal

    @property
    def person_id(self) -> UUID:
        return self.principal.person_id

    @property
    def headers(self) -> dict[str, str]:
        """Headers that their program sends."""
        return {"authorization": f"Bearer {self.token}"}


def new_phone() -> str:
    """A mobile number that nobody has."""
    return f"+86139{next(_numbers):08}"


def signed_in(session: Session, person_id: UUID) -> Somebody:
    """A session of that person."""
    return Somebody(*sign_in.open_session(session, person_id))


def a_person(session: Session, *roles: Role, language: str = "zh-Hans", name: str = "王小明") -> Somebody:
    """A person with `roles` and nothing else."""
    person_id = people.with_phone(session, new_phone(), language, name)
    for role in roles:
        people.grant_role(session, person_id, role)
    return signed_in(session, person_id)


def a_seller(
    session: Session,
    *,
    kind: SellerKind = SellerKind.FARMER,
    standing: Standing = Standing.APPROVED,
    exposure_limit: Money | None = None,
    region_code: str = "420525",
    name: str = "李家果园",
    produce: str = "草莓",
) -> Somebody:
    """A seller of that standing, who may sell `produce`; `principal.seller_id` is theirs."""
    person_id = people.with_phone(session, new_phone(), "zh-Hans", name)
    seller_id = sellers.register(session, person_id, kind, name, region_code)
    if produce:
        sellers.approve_produce(session, seller_id, produce)
    if standing is not Standing.PENDING:
        sellers.set_standing(session, seller_id, standing, exposure_limit)
    return signed_in(session, person_id)


def a_buyer(
    session: Session,
    *,
    kind: BuyerKind = BuyerKind.HOUSEHOLD,
    region_code: str = "420106",
    name: str = "幸福里小区",
) -> Somebody:
    """A buyer; `principal.buyer_id` is theirs."""
    person_id = people.with_phone(session, new_phone(), "zh-Hans", name)
    buyers.register(session, person_id, kind, name, region_code)
    return signed_in(session, person_id)


def somebody(db: Database, *roles: Role) -> Somebody:
    """A person as of `a_person`, made in a transaction of its own."""
    with db.transaction() as session:
        return a_person(session, *roles)


def sent_code(db: Database, phone: str) -> str:
    """The code last sent to that phone."""
    with db.transaction() as session:
        row = session.connection().execute(text("SELECT id FROM sign_in_code WHERE phone = :p"), {"p": phone}).one()
        message = sign_in.code_message(session, row.id)
    assert message is not None
    return message.code
