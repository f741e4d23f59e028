"""Payouts that operators send by bank transfer."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import PayoutId
from agrimarket.payments.models.bank_accounts import BankAccount
from agrimarket.payments.models.payouts import Payout
from agrimarket.payments.schemas.bank_transfers import MarkPaid, MarkReturned, PayoutToSend
from agrimarket.payments.schemas.payouts import PayoutOut
from agrimarket.payments.service import bank_transfers

TAGS = ["review"]
TO_SEND: Paging[tuple[Payout, BankAccount], UUID] = by_id("pyo", lambda due: due[0].id)


@get("/review/payouts", tags=TAGS, summary="Bank transfers that are to be made, oldest first")
def read_payouts_to_send(
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[PayoutToSend]:
    """Payouts that go to a verified bank account; those on hold are not among them."""
    window = TO_SEND.window(cursor, limit)
    with db.reading() as session:
        found = bank_transfers.to_send(session, after=window.after, limit=window.rows)
    return window.page(found, lambda due: PayoutToSend.of(*due))


@post("/payouts/{payout_id:str}/mark-paid", tags=TAGS, summary="A bank transfer was made", status_code=200)
def mark_paid(
    payout_id: FromPath[PayoutId],
    data: JSONBody[MarkPaid],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> PayoutOut:
    """The transfer is booked once, under the bank's reference; the same reference again changes nothing."""
    with db.transaction() as session:
        return idempotency.run(
            session,
            PayoutOut,
            lambda: PayoutOut.of(bank_transfers.mark_paid(session, operator, payout_id, data.reference)),
        )


@post("/payouts/{payout_id:str}/mark-returned", tags=TAGS, summary="A bank transfer came back", status_code=200)
def mark_returned(
    payout_id: FromPath[PayoutId],
    data: JSONBody[MarkReturned],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> PayoutOut:
    """The money waits for a new payout, which is made after an hour."""
    with db.transaction() as session:
        return idempotency.run(
            session,
            PayoutOut,
            lambda: PayoutOut.of(bank_transfers.mark_returned(session, operator, payout_id, data.reason)),
        )


ROUTES: list[ControllerRouterHandler] = [read_payouts_to_send, mark_paid, mark_returned]
