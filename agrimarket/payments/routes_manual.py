"""JSON handlers of payouts by bank transfer: the seller's bank account, its verification, and what is to be sent."""

from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import BankAccountId, PayoutId
from agrimarket.payments.models import BankAccount, Payout
from agrimarket.payments.schemas import PayoutOut
from agrimarket.payments.schemas_manual import (
    BankIn,
    BankOpened,
    BankOut,
    BankReviewOut,
    MarkPaid,
    MarkReturned,
    PayoutToSend,
    VerifyBank,
)
from agrimarket.payments.service import manual, manual_payouts
from agrimarket.payments.service.manual import BankReview
from agrimarket.payments.states import BankAccountState

TAGS = ["review"]
BANK_REVIEWS: Paging[BankReview, UUID] = by_id("bka")
TO_SEND: Paging[tuple[Payout, BankAccount], UUID] = by_id("pyo", lambda due: due[0].id)


@post("/payout-account/bank", tags=["sellers"], summary="Be paid by bank transfer", status_code=200)
def give_bank(
    data: JSONBody[BankIn],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> BankOut:
    """Two of the drive's staff verify the account before the first payout, and anew after every change."""
    seller_id = seller.require_seller()
    with db.transaction() as session:
        return idempotency.run(
            session, BankOut, lambda: BankOut.of(manual.give_bank(session, seller, seller_id, data.details()))
        )


@get("/payout-account/bank", tags=["sellers"], summary="The bank account to which the seller is paid")
def read_bank(db: NamedDependency[Database], seller: NamedDependency[Principal]) -> BankOut:
    """Masked, with how far its verification is."""
    with db.reading() as session:
        return BankOut.of(manual.bank_of(session, seller.require_seller()))


@get("/review/payout-accounts", tags=TAGS, summary="Sellers' bank accounts, those that wait longest first")
def read_banks(
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],  # noqa: ARG001  # only guards
    wanted: Annotated[BankAccountState | None, QueryParameter(name="state")] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[BankReviewOut]:
    """`given` waits for a first look, `checked` for another operator's."""
    window = BANK_REVIEWS.window(cursor, limit)
    with db.reading() as session:
        found = manual.to_review(session, state=wanted, after=window.after, limit=window.rows)
    return window.page(found, BankReviewOut.of)


@post("/review/payout-accounts/{bank_id:str}/verify", tags=TAGS, summary="Vouch for a bank account", status_code=200)
def verify_bank(
    bank_id: FromPath[BankAccountId],
    data: JSONBody[VerifyBank],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> BankReviewOut:
    """The first operator checks it; a second one confirms it, and payouts to it begin."""
    with db.transaction() as session:
        return idempotency.run(
            session,
            BankReviewOut,
            lambda: BankReviewOut.of(manual.verify(session, operator, bank_id, data.note)),
        )


@post("/review/payout-accounts/{bank_id:str}/reveal", tags=TAGS, summary="Open a bank account", status_code=200)
def reveal_bank(
    bank_id: FromPath[BankAccountId], db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> BankOpened:
    """In plain text, to compare or to pay. Each opening is audited."""
    with db.transaction() as session:
        return BankOpened.of(manual.reveal(session, operator, bank_id))


@get("/review/payouts", tags=TAGS, summary="Bank transfers that are to be made, oldest first")
def read_payouts_to_send(
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],  # noqa: ARG001  # only guards
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[PayoutToSend]:
    """Each to a verified account; those on hold are not among them."""
    window = TO_SEND.window(cursor, limit)
    with db.reading() as session:
        found = manual_payouts.to_send(session, after=window.after, limit=window.rows)
    return window.page(found, lambda due: PayoutToSend.of(*due))


@post("/payouts/{payout_id:str}/mark-paid", tags=TAGS, summary="A bank transfer was made", status_code=200)
def mark_paid(
    payout_id: FromPath[PayoutId],
    data: JSONBody[MarkPaid],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> PayoutOut:
    """Booked once, under the bank's reference; the same again changes nothing."""
    with db.transaction() as session:
        return idempotency.run(
            session,
            PayoutOut,
            lambda: PayoutOut.of(manual_payouts.mark_paid(session, operator, payout_id, data.reference)),
        )


@post("/payouts/{payout_id:str}/mark-returned", tags=TAGS, summary="A bank transfer came back", status_code=200)
def mark_returned(
    payout_id: FromPath[PayoutId],
    data: JSONBody[MarkReturned],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> PayoutOut:
    """The money waits for another payout, which is made after an hour."""
    with db.transaction() as session:
        return idempotency.run(
            session,
            PayoutOut,
            lambda: PayoutOut.of(manual_payouts.mark_returned(session, operator, payout_id, data.reason)),
        )


ROUTES: list[ControllerRouterHandler] = [
    give_bank,
    read_bank,
    read_banks,
    verify_bank,
    reveal_bank,
    read_payouts_to_send,
    mark_paid,
    mark_returned,
]
