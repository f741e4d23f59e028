"""The calls that move money, one entry each: how it is made, how it is looked up, and what follows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import PaymentGateway, PaymentView, ProviderRefused, Reference
from agrimarket.kernel import outbox
from agrimarket.kernel.money import Money
from agrimarket.payments.events import PaymentStale
from agrimarket.payments.service import accounts, payments, payouts, refunds, reversals, transfers
from agrimarket.payments.service.calls import Call
from agrimarket.payments.states import Operation

Request = Mapping[str, Any]


class ReversalRefused(ProviderRefused):
    """A reversal that the seller's account does not cover; `available` is what is there."""

    def __init__(self, cause: ProviderRefused, available: int) -> None:
        super().__init__(cause.code)
        self.available = available


def _nothing(_session: Session, _subject_id: UUID) -> None:
    """The subject has no state for it."""


@dataclass(frozen=True, slots=True)
class Doing:
    """How one operation is done. `look_up` answers None if the provider knows of nothing under our id."""

    make: Callable[[PaymentGateway, Call], Any]
    look_up: Callable[[PaymentGateway, Call], Any | None]
    done: Callable[[Session, Call, Any], None]
    refused: Callable[[Session, UUID, ProviderRefused], None]
    unresolved: Callable[[Session, UUID], None] = _nothing


def _reference(call: Call) -> Reference:
    return Reference(call.key, str(call.subject_id))


def _money(request: Request) -> Money:
    return Money(request["amount"], request["currency"])


def _make_payment(gateway: PaymentGateway, call: Call) -> PaymentView:
    request = call.request
    return gateway.create_payment(
        _reference(call),
        _money(request),
        method=request["method"],
        manual_capture=request["manual_capture"],
        transfer_group=request["transfer_group"],
    )


def _confirm(gateway: PaymentGateway, call: Call) -> PaymentView:
    request = call.request
    return gateway.confirm_payment(
        call.key,
        request["payment"],
        method=request["method"],
        payment_method=request["payment_method"],
        return_url=request["return_url"],
    )


def _confirmed(gateway: PaymentGateway, call: Call) -> PaymentView | None:
    view = gateway.payment(call.request["payment"])
    untouched = view.status in ("requires_payment_method", "requires_confirmation") and not view.failure_code
    return None if untouched else view


def _ended(gateway: PaymentGateway, call: Call) -> PaymentView | None:
    """A payment that was captured or cancelled, by whichever call."""
    view = gateway.payment(call.request["payment"])
    return view if view.status in ("succeeded", "canceled") else None


def _apply(session: Session, call: Call, view: PaymentView) -> None:
    payments.apply_payment(session, call.subject_id, view, seen_attempts=call.request.get("attempt", 0))


def _look_again(session: Session, payment_id: UUID, _error: ProviderRefused) -> None:
    """A capture or a cancellation was refused, for the payment is not what we thought it was."""
    outbox.record(session, PaymentStale(payment_id=payment_id))


def _transfer(gateway: PaymentGateway, call: Call) -> Any:
    request = call.request
    return gateway.create_transfer(
        _reference(call),
        _money(request),
        destination=request["destination"],
        charge_id=request["charge"],
        transfer_group=request["transfer_group"],
    )


def _reverse(gateway: PaymentGateway, call: Call) -> Any:
    request = call.request
    try:
        return gateway.reverse_transfer(_reference(call), request["transfer"], request["amount"])
    except ProviderRefused as error:
        available = gateway.balance(request["account"]).available.get(request["currency"], 0)
        raise ReversalRefused(error, available) from error


def _reversal_refused(session: Session, reversal_id: UUID, error: ProviderRefused) -> None:
    reversals.reversal_refused(session, reversal_id, error.available if isinstance(error, ReversalRefused) else 0)


def _account_refused(_session: Session, _account_id: UUID, _error: ProviderRefused) -> None:
    """The account stays without the provider's; the seller may ask again."""


OPERATIONS: Mapping[Operation, Doing] = {
    Operation.CREATE_PAYMENT: Doing(
        make=_make_payment,
        look_up=lambda gateway, call: gateway.find_payment(str(call.subject_id)),
        done=lambda session, call, view: payments.created_at_provider(session, call.subject_id, view),
        refused=lambda session, payment_id, error: payments.refused_at_provider(
            session, payment_id, error.code, error.decline_code
        ),
    ),
    Operation.CONFIRM_PAYMENT: Doing(
        make=_confirm,
        look_up=_confirmed,
        done=_apply,
        refused=lambda session, payment_id, error: payments.refused_at_provider(
            session, payment_id, error.code, error.decline_code
        ),
    ),
    Operation.CAPTURE: Doing(
        make=lambda gateway, call: gateway.capture_payment(call.key, call.request["payment"], call.request["amount"]),
        look_up=_ended,
        done=_apply,
        refused=_look_again,
    ),
    Operation.CANCEL_PAYMENT: Doing(
        make=lambda gateway, call: gateway.cancel_payment(call.key, call.request["payment"]),
        look_up=_ended,
        done=_apply,
        refused=_look_again,
    ),
    Operation.REFUND: Doing(
        make=lambda gateway, call: gateway.create_refund(
            _reference(call), call.request["payment"], call.request["amount"]
        ),
        look_up=lambda gateway, call: gateway.find_refund(str(call.subject_id), call.request["payment"]),
        done=lambda session, call, view: refunds.refund_sent(session, call.subject_id, view),
        refused=lambda session, refund_id, error: refunds.refund_refused(session, refund_id, error.code),
        unresolved=refunds.refund_unresolved,
    ),
    Operation.TRANSFER: Doing(
        make=_transfer,
        look_up=lambda gateway, call: gateway.find_transfer(str(call.subject_id), call.request["transfer_group"]),
        done=lambda session, call, view: transfers.transfer_done(session, call.subject_id, view),
        refused=lambda session, transfer_id, error: transfers.transfer_refused(session, transfer_id, error.code),
        unresolved=transfers.transfer_unresolved,
    ),
    Operation.REVERSE_TRANSFER: Doing(
        make=_reverse,
        look_up=lambda gateway, call: gateway.find_reversal(str(call.subject_id), call.request["transfer"]),
        done=lambda session, call, view: reversals.reversal_done(session, call.subject_id, view.id, view.amount),
        refused=_reversal_refused,
        unresolved=reversals.reversal_unresolved,
    ),
    Operation.PAYOUT: Doing(
        make=lambda gateway, call: gateway.create_payout(
            _reference(call), call.request["account"], _money(call.request)
        ),
        look_up=lambda gateway, call: gateway.find_payout(str(call.subject_id), call.request["account"]),
        done=lambda session, call, view: payouts.payout_done(session, call.subject_id, view),
        refused=lambda session, payout_id, error: payouts.payout_refused(session, payout_id, error.code),
        unresolved=payouts.payout_unresolved,
    ),
    Operation.OPEN_ACCOUNT: Doing(
        make=lambda gateway, call: gateway.create_account(
            _reference(call), country=call.request["country"], currency=call.request["currency"]
        ),
        look_up=lambda gateway, call: gateway.find_account(str(call.subject_id)),
        done=lambda session, call, view: accounts.account_opened(session, call.subject_id, view),
        refused=_account_refused,
    ),
}
