"""Operations at the provider: how the call of each is made and looked up, and what follows from its outcome.

Each member of the enumeration `Operation` has its row in this table, by which `calls.py` makes every call.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import (
    PaymentGateway,
    PaymentView,
    ProviderRefused,
    Reference,
    Tender,
    TransferView,
)
from agrimarket.kernel import outbox
from agrimarket.kernel.money import Money
from agrimarket.payments.events import PaymentStale
from agrimarket.payments.service import payments, payout_accounts, payouts, refunds, reversals, transfers
from agrimarket.payments.service.calls import Call
from agrimarket.payments.states import Operation


@dataclass(frozen=True, slots=True)
class Procedure:
    """Calls of one operation: how they are made and looked up, and what each outcome does to their subject.

    `look_up` answers None if the provider knows of nothing under our id.
    """

    make: Callable[[PaymentGateway, Call], Any]
    look_up: Callable[[PaymentGateway, Call], Any | None]
    done: Callable[[Session, Call, Any], None]
    refused: Callable[[Session, UUID, ProviderRefused], None]
    unresolved: Callable[[Session, UUID], None] = lambda _session, _subject_id: None


def _with_subject(record: Callable[[Session, UUID, Any], None]) -> Callable[[Session, Call, Any], None]:
    return lambda session, call, view: record(session, call.subject_id, view)


def _reference(call: Call) -> Reference:
    return Reference(call.key, str(call.subject_id))


def _money(call: Call) -> Money:
    return Money(call.request["amount"], call.request["currency"])


def _create_payment(gateway: PaymentGateway, call: Call) -> PaymentView:
    return gateway.create_payment(
        _reference(call),
        _money(call),
        method=call.request["method"],
        manual_capture=call.request["manual_capture"],
        transfer_group=call.request["transfer_group"],
        tender=Tender(*tender) if (tender := call.request.get("tender")) else None,
    )


def _created(gateway: PaymentGateway, call: Call) -> PaymentView | None:
    found = gateway.find_payment(str(call.subject_id))
    return None if found is None else gateway.payment(found.id)  # a list does not tell the fee


def _confirm_payment(gateway: PaymentGateway, call: Call) -> PaymentView:
    return gateway.confirm_payment(
        call.key,
        call.request["payment"],
        method=call.request["method"],
        payment_method=call.request["payment_method"],
        return_url=call.request["return_url"],
        manual_capture=call.request.get("manual_capture"),
    )


def _confirmed(gateway: PaymentGateway, call: Call) -> PaymentView | None:
    view = gateway.payment(call.request["payment"])
    untouched = view.status in ("requires_payment_method", "requires_confirmation") and not view.failure_code
    # The same page as before is that of the attempt before; the same key makes sure that nothing is tried twice.
    untouched = untouched or (view.redirect_url is not None and view.redirect_url == call.request.get("instead_of"))
    return None if untouched else view


def _captured_or_cancelled(gateway: PaymentGateway, call: Call) -> PaymentView | None:
    """Payment at the provider, once any call has captured or cancelled it; None before."""
    view = gateway.payment(call.request["payment"])
    return view if view.status in ("succeeded", "canceled") else None


def _apply_payment(session: Session, call: Call, view: PaymentView) -> None:
    payments.apply(session, call.subject_id, view, seen_attempts=call.request.get("attempt", 0))


def _look_again(session: Session, payment_id: UUID, _error: ProviderRefused) -> None:
    """Have the payment looked up: a refused capture or cancellation means that its state is not the one we stored."""
    outbox.record(session, PaymentStale(payment_id=payment_id))


def _create_transfer(gateway: PaymentGateway, call: Call) -> TransferView:
    return gateway.create_transfer(
        _reference(call),
        _money(call),
        destination=call.request["destination"],
        charge_id=call.request["charge"],
        transfer_group=call.request["transfer_group"],
    )


class ReversalRefused(ProviderRefused):
    """The seller's account does not cover a reversal; `available` is what is there, in minor units."""

    def __init__(self, cause: ProviderRefused, available: int) -> None:
        super().__init__(cause.code)
        self.available = available


def _reverse_transfer(gateway: PaymentGateway, call: Call) -> TransferView:
    try:
        return gateway.reverse_transfer(_reference(call), call.request["transfer"], call.request["amount"])
    except ProviderRefused as error:
        available = gateway.balance(call.request["account"]).available.get(call.request["currency"], 0)
        raise ReversalRefused(error, available) from error


def _reversal_refused(session: Session, reversal_id: UUID, error: ProviderRefused) -> None:
    reversals.refused(session, reversal_id, error.available if isinstance(error, ReversalRefused) else 0)


def _account_refused(_session: Session, _account_id: UUID, _error: ProviderRefused) -> None:
    """Leave the payout account without one at the provider; the seller may ask again."""


PROCEDURES: Mapping[Operation, Procedure] = {
    Operation.CREATE_PAYMENT: Procedure(
        make=_create_payment,
        look_up=_created,
        done=_apply_payment,
        refused=payments.refused,
    ),
    Operation.CONFIRM_PAYMENT: Procedure(
        make=_confirm_payment,
        look_up=_confirmed,
        done=_apply_payment,
        refused=payments.refused,
    ),
    Operation.CAPTURE: Procedure(
        make=lambda gateway, call: gateway.capture_payment(call.key, call.request["payment"], call.request["amount"]),
        look_up=_captured_or_cancelled,
        done=_apply_payment,
        refused=_look_again,
    ),
    Operation.CANCEL_PAYMENT: Procedure(
        make=lambda gateway, call: gateway.cancel_payment(call.key, call.request["payment"]),
        look_up=_captured_or_cancelled,
        done=_apply_payment,
        refused=_look_again,
    ),
    Operation.REFUND: Procedure(
        make=lambda gateway, call: gateway.create_refund(
            _reference(call), call.request["payment"], call.request["amount"]
        ),
        look_up=lambda gateway, call: gateway.find_refund(str(call.subject_id), call.request["payment"]),
        done=_with_subject(refunds.sent),
        refused=refunds.refused,
        unresolved=refunds.unresolved,
    ),
    Operation.TRANSFER: Procedure(
        make=_create_transfer,
        look_up=lambda gateway, call: gateway.find_transfer(str(call.subject_id), call.request["transfer_group"]),
        done=_with_subject(transfers.done),
        refused=transfers.refused,
        unresolved=transfers.unresolved,
    ),
    Operation.REVERSE_TRANSFER: Procedure(
        make=_reverse_transfer,
        look_up=lambda gateway, call: gateway.find_reversal(str(call.subject_id), call.request["transfer"]),
        done=_with_subject(reversals.done),
        refused=_reversal_refused,
        unresolved=reversals.unresolved,
    ),
    Operation.PAYOUT: Procedure(
        make=lambda gateway, call: gateway.create_payout(_reference(call), call.request["account"], _money(call)),
        look_up=lambda gateway, call: gateway.find_payout(str(call.subject_id), call.request["account"]),
        done=_with_subject(payouts.done),
        refused=payouts.refused,
        unresolved=payouts.unresolved,
    ),
    Operation.OPEN_ACCOUNT: Procedure(
        make=lambda gateway, call: gateway.create_account(
            _reference(call), country=call.request["country"], currency=call.request["currency"]
        ),
        look_up=lambda gateway, call: gateway.find_account(str(call.subject_id)),
        done=_with_subject(payout_accounts.opened),
        refused=_account_refused,
    ),
}
