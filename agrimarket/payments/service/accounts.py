"""Payout accounts: where sellers are paid, and what those accounts may do."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import AccountView
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.money import DEFAULT_CURRENCY
from agrimarket.payments import queries
from agrimarket.payments.errors import OtherProvider
from agrimarket.payments.events import PayoutAccountEnabled
from agrimarket.payments.models import PayoutAccount
from agrimarket.payments.service import calls, payouts
from agrimarket.payments.states import Operation

STRIPE = "stripe"


@dataclass(frozen=True, slots=True)
class PayoutAccountInfo:
    """A seller's payout account. `requirements` is what the provider still asks for, in its words.

    `opening`: the provider has been asked for the account and has not answered yet.
    """

    id: UUID
    seller_id: UUID
    provider: str
    provider_id: str | None
    opening: bool
    country: str
    currency: str
    details_submitted: bool
    transfers_enabled: bool
    payouts_enabled: bool
    requirements: tuple[str, ...]
    checked_at: datetime | None


def payout_account(session: Session, seller_id: UUID) -> PayoutAccountInfo | None:
    """The seller's payout account, or None before they have opened one."""
    account = queries.payout_account(session, seller_id)
    return None if account is None else _info(session, account)


def _info(session: Session, account: PayoutAccount) -> PayoutAccountInfo:
    known = account.provider_id is not None or account.provider != STRIPE
    return PayoutAccountInfo(
        id=account.id,
        seller_id=account.seller_id,
        provider=account.provider,
        provider_id=account.provider_id,
        opening=not known and calls.is_open(session, Operation.OPEN_ACCOUNT, account.id),
        country=account.country,
        currency=account.currency,
        details_submitted=account.details_submitted,
        transfers_enabled=account.transfers_enabled,
        payouts_enabled=account.payouts_enabled,
        requirements=tuple(account.requirements),
        checked_at=account.checked_at,
    )


def prepare_account(session: Session, seller_id: UUID, country: str) -> UUID | None:
    """Write down an account for the seller; the call that opens it, or None where the provider has it.

    One that was refused before may be asked for again, in another country. `OtherProvider` where the seller is paid by
    bank transfer.
    """
    queries.insert_account(session, seller_id, country, DEFAULT_CURRENCY)
    account = queries.payout_account(session, seller_id, lock=True)
    assert account is not None  # noqa: S101 - the statement before has made it
    if account.provider != STRIPE:
        raise OtherProvider
    if account.provider_id is not None:
        return None
    if calls.is_open(session, Operation.OPEN_ACCOUNT, account.id):
        return calls.newest(session, Operation.OPEN_ACCOUNT, account.id)
    account.country = country
    request = {"country": country, "currency": account.currency}
    return calls.prepare(session, Operation.OPEN_ACCOUNT, account.id, request, tell=False)


def account_opened(session: Session, account_id: UUID, view: AccountView) -> None:
    """The provider has the account now."""
    account = queries.account_with_id(session, account_id)
    account.provider_id = view.id
    _apply(session, account, view)


def apply_account(session: Session, view: AccountView) -> None:
    """Bring an account to what the provider lets it do; one that is not ours changes nothing."""
    account = queries.account_at_provider(session, view.id)
    if account is not None:
        _apply(session, account, view)


def _apply(session: Session, account: PayoutAccount, view: AccountView) -> None:
    was_enabled = account.transfers_enabled and account.payouts_enabled
    account.details_submitted = view.details_submitted
    account.transfers_enabled, account.payouts_enabled = view.transfers_enabled, view.payouts_enabled
    account.requirements = list(view.requirements)
    account.checked_at = clock.read(session)
    if view.transfers_enabled and view.payouts_enabled and not was_enabled:
        outbox.record(session, PayoutAccountEnabled(seller_id=account.seller_id))
    session.flush()  # payouts look at what the account may do
    payouts.hold_or_release(session, account)
