"""Payout accounts of sellers, and what they may do."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import AccountView
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.errors import found
from agrimarket.kernel.money import DEFAULT_CURRENCY
from agrimarket.payments.errors import OtherProvider
from agrimarket.payments.events import PayoutAccountEnabled
from agrimarket.payments.models.payout_accounts import PayoutAccount
from agrimarket.payments.queries import payout_accounts as queries
from agrimarket.payments.service import calls, payouts
from agrimarket.payments.states import Operation, PayoutProvider


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


def of_seller(session: Session, seller_id: UUID) -> PayoutAccountInfo | None:
    """The seller's payout account, or None before they have one."""
    account = queries.of_seller(session, seller_id)
    return None if account is None else _info(session, account)


def _info(session: Session, account: PayoutAccount) -> PayoutAccountInfo:
    missing = account.provider == PayoutProvider.STRIPE and account.provider_id is None
    return PayoutAccountInfo(
        id=account.id,
        seller_id=account.seller_id,
        provider=account.provider,
        provider_id=account.provider_id,
        opening=missing and calls.is_open(session, Operation.OPEN_ACCOUNT, account.id),
        country=account.country,
        currency=account.currency,
        details_submitted=account.details_submitted,
        transfers_enabled=account.transfers_enabled,
        payouts_enabled=account.payouts_enabled,
        requirements=tuple(account.requirements),
        checked_at=account.checked_at,
    )


def obtain(session: Session, seller_id: UUID, country: str) -> PayoutAccount:
    """The seller's payout account under its lock; a new one if they have none."""
    queries.insert(session, seller_id, country, DEFAULT_CURRENCY)
    return found(queries.of_seller(session, seller_id, lock=True))


def prepare_opening(session: Session, seller_id: UUID, country: str) -> UUID | None:
    """Write a payout account for the seller; returns the call that opens it, or None if the provider has it.

    A refused account may be asked for again, in another country. `OtherProvider` if the seller is paid by bank
    transfer.
    """
    account = obtain(session, seller_id, country)
    if account.provider != PayoutProvider.STRIPE:
        raise OtherProvider
    if account.provider_id is not None:
        return None
    under_way = calls.open_call(session, Operation.OPEN_ACCOUNT, account.id)
    if under_way is not None:
        return under_way
    account.country = country
    request = {"country": country, "currency": account.currency}
    return calls.prepare(session, Operation.OPEN_ACCOUNT, account.id, request, by_worker=False)


def opened(session: Session, account_id: UUID, view: AccountView) -> None:
    """Record that the provider has the account now."""
    account = queries.one(session, account_id)
    account.provider_id = view.id
    _apply(session, account, view)


def apply(session: Session, view: AccountView) -> None:
    """Store what the provider lets an account do; one that is not ours changes nothing."""
    account = queries.at_provider(session, view.id)
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
    session.flush()  # payouts read what the account may do
    payouts.hold_or_release(session, account)
