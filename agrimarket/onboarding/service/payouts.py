"""From the payout step of an application to the account where its seller is paid."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel.crypto import decrypt
from agrimarket.onboarding import queries
from agrimarket.onboarding.models import Application
from agrimarket.onboarding.service.applications import context
from agrimarket.payments.errors import OtherProvider
from agrimarket.payments.service import bank_accounts
from agrimarket.payments.service.bank_accounts import BankDetails

STEP = "payout"
MANUAL = "manual"


def chose_bank_transfer(application: Application) -> bool:
    """Whether they asked to be paid by bank transfer."""
    return application.answers.get(STEP, {}).get("payout_method") == MANUAL


def open_account(session: Session, application_id: UUID) -> None:
    """Hand the bank account of an approved application on to `payments`, if it asked for bank transfers.

    A seller who has told `payments` since how to be paid keeps that.
    """
    application = queries.any_application(session, application_id)
    if application is None or application.seller_id is None or not chose_bank_transfer(application):
        return
    secrets = queries.secrets(session, application.id)
    holder, number = (
        decrypt(secrets[field].sealed, context=context(field, application.id))
        for field in ("account_holder", "account_number")
    )
    details = BankDetails(application.answers[STEP]["bank_name"], holder, number)
    if bank_accounts.of_seller(session, application.seller_id) is not None:
        return
    try:
        bank_accounts.give(session, None, application.seller_id, details)
    except OtherProvider:
        return
