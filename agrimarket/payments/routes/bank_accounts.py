"""Bank accounts: given by sellers, verified by operators."""

from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import found
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import BankAccountId
from agrimarket.payments.schemas.bank_accounts import BankIn, BankOpened, BankOut, BankReviewOut, RefuseBank, VerifyBank
from agrimarket.payments.service import bank_accounts
from agrimarket.payments.service.bank_accounts import BankReview
from agrimarket.payments.states import BankAccountState

TAGS = ["review"]
BANK_REVIEWS: Paging[BankReview, UUID] = by_id("bka")


@post("/payout-account/bank", tags=["sellers"], summary="Be paid by bank transfer", status_code=200)
def give_bank(
    data: JSONBody[BankIn],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> BankOut:
    """Two of the drive's staff verify the account before the first payout, and again after every change."""
    seller_id = seller.require_seller()
    with db.transaction() as session:
        return idempotency.run(
            session, BankOut, lambda: BankOut.of(bank_accounts.give(session, seller, seller_id, data.details()))
        )


@get(
    "/payout-account/bank",
    tags=["sellers"],
    summary="The bank account to which the seller is paid",
    scopes=(Scope.PAYOUTS_READ,),
)
def read_bank(db: NamedDependency[Database], seller: NamedDependency[Principal]) -> BankOut:
    """The masked account, and the state of its verification."""
    with db.reading() as session:
        return BankOut.of(found(bank_accounts.of_seller(session, seller.require_seller())))


@get("/review/payout-accounts", tags=TAGS, summary="Sellers' bank accounts, those that wait longest first")
def read_banks(
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    wanted: Annotated[BankAccountState | None, QueryParameter(name="state")] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[BankReviewOut]:
    """Bank accounts in state `given` wait for a first operator, `checked` ones for another."""
    window = BANK_REVIEWS.window(cursor, limit)
    with db.reading() as session:
        listed = bank_accounts.to_review(session, state=wanted, after=window.after, limit=window.rows)
    return window.page(listed, BankReviewOut.of)


@post("/review/payout-accounts/{bank_id:str}/verify", tags=TAGS, summary="Vouch for a bank account", status_code=200)
def verify_bank(
    bank_id: FromPath[BankAccountId],
    data: JSONBody[VerifyBank],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> BankReviewOut:
    """The first operator checks the account; a second one confirms it, and payouts to it begin."""
    with db.transaction() as session:
        return idempotency.run(
            session,
            BankReviewOut,
            lambda: BankReviewOut.of(bank_accounts.verify(session, operator, bank_id, data.note)),
        )


@post("/review/payout-accounts/{bank_id:str}/refuse", tags=TAGS, summary="Refuse a bank account", status_code=200)
def refuse_bank(
    bank_id: FromPath[BankAccountId],
    data: JSONBody[RefuseBank],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> BankReviewOut:
    """Say that the account is not right; the seller reads the reason, and gives it anew."""
    with db.transaction() as session:
        return idempotency.run(
            session,
            BankReviewOut,
            lambda: BankReviewOut.of(bank_accounts.refuse(session, operator, bank_id, data.reason)),
        )


@post("/review/payout-accounts/{bank_id:str}/reveal", tags=TAGS, summary="Open a bank account", status_code=200)
def reveal_bank(
    bank_id: FromPath[BankAccountId], db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> BankOpened:
    """The account in plain text, to compare or to pay. Each opening is audited."""
    with db.transaction() as session:
        return BankOpened.of(bank_accounts.reveal(session, operator, bank_id))


ROUTES: list[ControllerRouterHandler] = [give_bank, read_bank, read_banks, verify_bank, refuse_bank, reveal_bank]
