"""Bank accounts of sellers who are paid by bank transfer: given by the seller, then verified by two, or refused."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session

from agrimarket.accounts.service import audit, other_eyes, sellers
from agrimarket.drive import drive
from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.calling import call_by
from agrimarket.kernel.crypto import blind_index, decrypt, encrypt
from agrimarket.kernel.errors import found
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.payments import rules
from agrimarket.payments.errors import BankAccountReplaced, OtherProvider, OwnBankAccount, SameVerifier
from agrimarket.payments.events import BankAccountRefused, PayoutAccountEnabled
from agrimarket.payments.models.bank_accounts import BankAccount
from agrimarket.payments.models.payout_accounts import PayoutAccount
from agrimarket.payments.queries import bank_accounts as queries
from agrimarket.payments.service import calls, payout_accounts, payouts
from agrimarket.payments.states import BANK_ACCOUNT_TRANSITIONS, BankAccountState, Operation, PayoutProvider
from agrimarket.typed.identifiers import unlike_a_card

REQUIREMENT = "bank_account.verification"
"""Requirement of a payout account whose bank account is not verified."""
_LOOKUP = "bank_account.number"
WAITING = (BankAccountState.GIVEN, BankAccountState.CHECKED)
IN_USE = (*WAITING, BankAccountState.VERIFIED)


@dataclass(frozen=True, slots=True)
class BankDetails:
    """A bank account in plain text; `account_number` is as `typed.identifiers.bank_number` leaves it."""

    bank_name: str
    account_holder: str
    account_number: str
    country: str = "CN"


@dataclass(frozen=True, slots=True)
class BankReview:
    """A bank account as operators see it. `shared`: another seller gave the same number; `unlike_card`: it is as
    long as a card's and has no card's check digit, which its seller confirmed."""

    id: UUID
    seller_id: UUID
    state: str
    bank_name: str
    country: str
    masked_holder: str
    masked_number: str
    checked_by: UUID | None
    verified_by: UUID | None
    refusal: str | None
    created_at: datetime
    promised_by: datetime
    shared: bool
    unlike_card: bool


def give(session: Session, who: Principal | None, seller_id: UUID, details: BankDetails) -> BankAccount:
    """Pay the seller by bank transfer to that account, once two operators have verified it.

    The same account again changes nothing, unless it was refused: then it is looked at anew. Another one has to be
    verified too, and payouts are held meanwhile.
    `OtherProvider` if the seller has an account at a provider, or has asked for one.
    """
    account = _payout_account(session, seller_id, details.country)
    current = queries.current(session, account.id)
    if current is not None:
        if current.state != BankAccountState.REFUSED and _open(current) == details:
            return current
        states.move(current, BankAccountState.REPLACED, BANK_ACCOUNT_TRANSITIONS)
        session.flush()  # the unique index allows one account that is not replaced
    bank = _sealed(account, details, _promise(clock.read(session)))
    session.add(bank)
    account.country, account.details_submitted, account.requirements = details.country, True, [REQUIREMENT]
    account.transfers_enabled = account.payouts_enabled = False
    session.flush()  # payouts look at what the account may do
    payouts.hold_or_release(session, account)
    _audit(session, who, "bank_account.given", bank, {"seller": reference("seller", seller_id)})
    return bank


def _promise(now: datetime) -> datetime:
    """By when two operators will have verified an account that is given now."""
    return call_by(now, now + drive().windows.bank_verified, drive().calling)


def _payout_account(session: Session, seller_id: UUID, country: str) -> PayoutAccount:
    account = payout_accounts.obtain(session, seller_id, country)
    if account.provider != PayoutProvider.BANK_TRANSFER:
        if account.provider_id is not None or calls.is_open(session, Operation.OPEN_ACCOUNT, account.id):
            raise OtherProvider
        account.provider = PayoutProvider.BANK_TRANSFER
    return account


def _sealed(account: PayoutAccount, details: BankDetails, promised_by: datetime) -> BankAccount:
    bank_id = new_id()
    return BankAccount(
        id=bank_id,
        payout_account_id=account.id,
        bank_name=details.bank_name,
        country=details.country,
        sealed=encrypt(json.dumps(asdict(details)), context=_context(bank_id)),
        lookup=blind_index(details.account_number, context=_LOOKUP),
        masked_holder=rules.masked_name(details.account_holder),
        masked_number=rules.masked_number(details.account_number),
        promised_by=promised_by,
    )


def _context(bank_id: UUID) -> str:
    return f"bank_account.sealed:{bank_id}"


def _open(bank: BankAccount) -> BankDetails:
    return _opened(bank.id, bank.sealed)


def _opened(bank_id: UUID, sealed: bytes) -> BankDetails:
    return BankDetails(**json.loads(decrypt(sealed, context=_context(bank_id))))


def _audit(session: Session, who: Principal | None, action: str, bank: BankAccount, details: dict[str, Any]) -> None:
    audit.record(session, who, action, reference("bank_account", bank.id), details)


def of_seller(session: Session, seller_id: UUID) -> BankAccount | None:
    """The seller's bank account, or None before they have given one."""
    return queries.of_seller(session, seller_id)


def was_changed(session: Session, seller_id: UUID) -> bool:
    """Whether the seller's bank account has replaced another."""
    return queries.replaced_any(session, seller_id)


def to_review(
    session: Session, *, state: BankAccountState | None = None, after: UUID | None = None, limit: int = 20
) -> list[BankReview]:
    """Bank accounts in use, oldest first; with `state`, only those in it."""
    wanted = IN_USE if state is None else (state,)
    return _reviews(queries.for_review(session, wanted, after, limit))


def waiting(session: Session, *, after: UUID | None = None, limit: int = 50) -> list[BankReview]:
    """Bank accounts that wait for an operator's first or second look, oldest first."""
    return _reviews(queries.for_review(session, WAITING, after, limit))


def review_of(session: Session, bank_id: UUID) -> BankReview:
    """A bank account as operators see it, replaced ones too; `NotFound`."""
    return _reviews([found(queries.one_for_review(session, bank_id))])[0]


def _reviews(rows: Iterable[Row[Any]]) -> list[BankReview]:
    return [_review(dict(row._mapping)) for row in rows]  # pyright: ignore[reportPrivateUsage]  # SQLAlchemy's name


def _review(row: dict[str, Any]) -> BankReview:
    number = _opened(row["id"], bytes(row.pop("sealed"))).account_number
    return BankReview(**row, unlike_card=unlike_a_card(number))


def verify(session: Session, operator: Principal, bank_id: UUID, note: str) -> BankReview:
    """Record that an operator vouches for the account: the first checks it, a second one enables payouts.

    `SameVerifier`, `OwnBankAccount`, `NewcomerOfFirst` (`accounts.service.other_eyes`); `BankAccountReplaced` if the
    seller gave another one since; `IllegalTransition` if it is verified or refused already. The second records
    `PayoutAccountEnabled`.
    """
    account, bank = _lock(session, operator, bank_id)
    if bank.state == BankAccountState.GIVEN:
        states.move(bank, BankAccountState.CHECKED, BANK_ACCOUNT_TRANSITIONS)
        bank.checked_by = operator.person_id
    else:
        if bank.state == BankAccountState.CHECKED:
            other_eyes.require(session, operator, bank.checked_by, SameVerifier)
        states.move(bank, BankAccountState.VERIFIED, BANK_ACCOUNT_TRANSITIONS)
        bank.verified_by = operator.person_id
        _enable(session, account)
    session.flush()  # the answer is read from the database
    _audit(session, operator, f"bank_account.{bank.state}", bank, {"note": note})
    return review_of(session, bank.id)


def refuse(session: Session, operator: Principal, bank_id: UUID, reason: str) -> BankReview:
    """Record that the account is not right. The seller reads the `reason` and gives it anew; payouts stay on hold.

    Whoever checked it may refuse it too. Records `BankAccountRefused`; otherwise like `verify`.
    """
    account, bank = _lock(session, operator, bank_id)
    states.move(bank, BankAccountState.REFUSED, BANK_ACCOUNT_TRANSITIONS)
    bank.refused_by, bank.refusal = operator.person_id, reason
    outbox.record(session, BankAccountRefused(seller_id=account.seller_id))
    session.flush()  # the answer is read from the database
    _audit(session, operator, "bank_account.refused", bank, {"reason": reason})
    return review_of(session, bank.id)


def _lock(session: Session, operator: Principal, bank_id: UUID) -> tuple[PayoutAccount, BankAccount]:
    """The account, locked, if it is not this operator's own, nor of their making, and was not replaced."""
    account, bank = found(queries.with_payout_account(session, bank_id))
    other_eyes.require(session, operator, sellers.get(session, account.seller_id).person_id, OwnBankAccount)
    if bank.state == BankAccountState.REPLACED:
        raise BankAccountReplaced
    return account, bank


def _enable(session: Session, account: PayoutAccount) -> None:
    account.transfers_enabled = account.payouts_enabled = True
    account.requirements, account.checked_at = [], clock.read(session)
    outbox.record(session, PayoutAccountEnabled(seller_id=account.seller_id))
    session.flush()  # payouts look at what the account may do
    payouts.hold_or_release(session, account)


def reveal(session: Session, operator: Principal, bank_id: UUID) -> BankDetails:
    """A bank account in plain text. Each opening is audited."""
    _, bank = found(queries.with_payout_account(session, bank_id))
    _audit(session, operator, "bank_account.opened", bank, {})
    return _open(bank)
