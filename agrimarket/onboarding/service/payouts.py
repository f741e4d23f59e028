"""Bank accounts of new sellers, taken from the payout step of their applications."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.onboarding import rules
from agrimarket.onboarding.models.applications import Application
from agrimarket.onboarding.queries import applications as queries
from agrimarket.onboarding.service import answers
from agrimarket.onboarding.states import PayoutStage
from agrimarket.payments.errors import OtherProvider
from agrimarket.payments.service import bank_accounts, payout_accounts
from agrimarket.payments.service.bank_accounts import BankDetails
from agrimarket.payments.states import BankAccountState


def stage(session: Session, application: Application) -> PayoutStage:
    """How far the approved applicant's way to be paid has come; two statements, none before the approval."""
    if application.seller_id is None:
        return PayoutStage.UNSAID
    bank = bank_accounts.of_seller(session, application.seller_id)
    account = payout_accounts.of_seller(session, application.seller_id)
    if account is not None and account.payouts_enabled:
        return PayoutStage.READY
    if bank is not None:
        return PayoutStage.REFUSED if bank.state == BankAccountState.REFUSED else PayoutStage.CHECKING
    on_its_way = account is None and rules.chose_bank_transfer(application.answers)
    return PayoutStage.CHECKING if on_its_way else PayoutStage.UNSAID


def open_account(session: Session, application_id: UUID) -> None:
    """Hand the bank account of an approved application on to `payments`, if it asked for bank transfers.

    A seller who has since told `payments` how to be paid keeps that.
    """
    application = queries.one(session, application_id)
    if application is None or application.seller_id is None or not rules.chose_bank_transfer(application.answers):
        return
    secrets = queries.secrets(session, application.id)
    holder, number = (answers.unseal(secrets[field]) for field in ("account_holder", "account_number"))
    details = BankDetails(application.answers["payout"]["bank_name"], holder, number)
    if bank_accounts.of_seller(session, application.seller_id) is not None:
        return
    try:
        bank_accounts.give(session, None, application.seller_id, details)
    except OtherProvider:
        return
