"""Stripe: the adapter of the payment gateway over the real SDK.

The adapter is the same in every environment; `settings.stripe_api_base` points it at the project's sandbox. It never
retries by itself: our own stored idempotency keys decide what may be sent again. Money is integer minor units.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import requests
import stripe
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from stripe import StripeClient
from stripe.params import (
    AccountCreateParams,
    EventListParams,
    PaymentIntentConfirmParams,
    PaymentIntentCreateParams,
)

from agrimarket.integrations.payment_gateway import (
    AccountView,
    Balance,
    DisputeView,
    Movement,
    OnboardingLink,
    PaymentGateway,
    PaymentView,
    PayoutView,
    ProviderEvent,
    Reference,
    RefundView,
    Tender,
    TransferView,
    WebhookUnacceptable,
)
from agrimarket.integrations.stripe_errors import translated
from agrimarket.integrations.stripe_events import read_event
from agrimarket.kernel.money import Money
from agrimarket.settings import Settings

VERSION: Final = "2026-10-28.endive"
"""The API version that this adapter is written against; https://docs.stripe.com/api/versioning"""
TIMEOUT: Final = (3.0, 15.0)
"""Seconds to connect and to wait for an answer; a look-up and a call fit into a worker's 45 seconds."""
CONNECTIONS: Final = 64
"""Connections that a process keeps open; a thread that finds none makes one for itself."""
WEBHOOK_TOLERANCE: Final = 300
"""Webhook tolerance: how many seconds a webhook's stamp may lie in the past, or in the future."""
LOOK_BACK: Final = 500
"""Newest objects that a look-up reads if Stripe has no filter for it."""
REFERENCE: Final = "agrimarket_id"
"""The metadata key under which Stripe's objects carry our ids."""


def gateway(settings: Settings) -> PaymentGateway:
    """The process's gateway for these settings, made at first use; each thread keeps its own connections."""
    return _gateway(
        settings.stripe_api_key.get_secret_value(),
        settings.stripe_api_base,
        settings.stripe_webhook_secret.get_secret_value(),
        settings.stripe_livemode,
    )


@cache
def _gateway(api_key: str, api_base: str, webhook_secret: str, livemode: bool) -> PaymentGateway:
    return StripeGateway(api_key, api_base, webhook_secret, livemode=livemode)


def _session(api_base: str) -> requests.Session:
    """Connections to Stripe through the environment's proxy, if any: it is looked for once, not for every request."""
    session = requests.Session()
    session.proxies.update(get_environ_proxies(api_base or stripe.DEFAULT_API_BASE))
    session.trust_env = False
    session.mount("https://", HTTPAdapter(pool_maxsize=CONNECTIONS))
    session.mount("http://", HTTPAdapter(pool_maxsize=CONNECTIONS))
    return session


class StripeGateway:
    """Adapter of `PaymentGateway` on `stripe.StripeClient`; an empty `api_base` means Stripe itself."""

    def __init__(self, api_key: str, api_base: str, webhook_secret: str, *, livemode: bool = False) -> None:
        self._client = StripeClient(
            api_key,
            stripe_version=VERSION,
            base_addresses={"api": api_base} if api_base else {},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=TIMEOUT, session=_session(api_base)),
        )
        self._secret = webhook_secret
        self._livemode = livemode
        self._v1 = self._client.v1

    @translated
    def create_payment(
        self,
        reference: Reference,
        amount: Money,
        *,
        method: str,
        manual_capture: bool,
        transfer_group: str,
        tender: Tender | None = None,
    ) -> PaymentView:
        params: PaymentIntentCreateParams = {
            "amount": amount.amount,
            "currency": amount.currency.lower(),
            "allowed_payment_method_types": [method],
            "capture_method": "manual" if manual_capture else "automatic",
            "transfer_group": transfer_group,
            "metadata": {REFERENCE: reference.id},
        }
        if tender is not None:
            params["confirm"] = True
            params["return_url"] = tender.return_url
            if not manual_capture:  # nothing is booked before a capture
                params["expand"] = _EXPAND
            if tender.payment_method:
                params["payment_method"] = tender.payment_method
            else:
                params["payment_method_data"] = {"type": method}
        return _payment(self._v1.payment_intents.create(params, {"idempotency_key": reference.key}))

    @translated
    def confirm_payment(
        self, key: str, payment_id: str, *, method: str, payment_method: str | None, return_url: str
    ) -> PaymentView:
        params: PaymentIntentConfirmParams = {"return_url": return_url, "expand": _EXPAND}
        if payment_method:
            params["payment_method"] = payment_method
        else:
            params["payment_method_data"] = {"type": method}
        return _payment(self._v1.payment_intents.confirm(payment_id, params, {"idempotency_key": key}))

    @translated
    def payment(self, payment_id: str) -> PaymentView:
        return _payment(self._v1.payment_intents.retrieve(payment_id, {"expand": _EXPAND}))

    @translated
    def find_payment(self, reference_id: str) -> PaymentView | None:
        found = _first(self._v1.payment_intents.list({"limit": 100}).auto_paging_iter(), reference_id)
        return found and _payment(found)

    @translated
    def capture_payment(self, key: str, payment_id: str, amount: int) -> PaymentView:
        return _payment(
            self._v1.payment_intents.capture(
                payment_id, {"amount_to_capture": amount, "expand": _EXPAND}, {"idempotency_key": key}
            )
        )

    @translated
    def cancel_payment(self, key: str, payment_id: str) -> PaymentView:
        return _payment(self._v1.payment_intents.cancel(payment_id, {"expand": _EXPAND}, {"idempotency_key": key}))

    @translated
    def create_refund(self, reference: Reference, payment_id: str, amount: int) -> RefundView:
        return _refund(
            self._v1.refunds.create(
                {"payment_intent": payment_id, "amount": amount, "metadata": {REFERENCE: reference.id}},
                {"idempotency_key": reference.key},
            )
        )

    @translated
    def refund(self, refund_id: str) -> RefundView:
        return _refund(self._v1.refunds.retrieve(refund_id))

    @translated
    def find_refund(self, reference_id: str, payment_id: str) -> RefundView | None:
        listed = self._v1.refunds.list({"payment_intent": payment_id, "limit": 100})
        found = _first(listed.auto_paging_iter(), reference_id)
        return found and _refund(found)

    @translated
    def create_transfer(
        self, reference: Reference, amount: Money, *, destination: str, charge_id: str, transfer_group: str
    ) -> TransferView:
        transfer = self._v1.transfers.create(
            {
                "amount": amount.amount,
                "currency": amount.currency.lower(),
                "destination": destination,
                "source_transaction": charge_id,
                "transfer_group": transfer_group,
                "metadata": {REFERENCE: reference.id},
            },
            {"idempotency_key": reference.key},
        )
        return TransferView(transfer.id, transfer.amount)

    @translated
    def find_transfer(self, reference_id: str, transfer_group: str) -> TransferView | None:
        listed = self._v1.transfers.list({"transfer_group": transfer_group, "limit": 100})
        found = _first(listed.auto_paging_iter(), reference_id)
        return found and TransferView(found.id, found.amount)

    @translated
    def reverse_transfer(self, reference: Reference, transfer_id: str, amount: int) -> TransferView:
        reversal = self._v1.transfers.reversals.create(
            transfer_id,
            {"amount": amount, "metadata": {REFERENCE: reference.id}},
            {"idempotency_key": reference.key},
        )
        return TransferView(reversal.id, reversal.amount)

    @translated
    def find_reversal(self, reference_id: str, transfer_id: str) -> TransferView | None:
        listed = self._v1.transfers.reversals.list(transfer_id, {"limit": 100})
        found = _first(listed.auto_paging_iter(), reference_id)
        return found and TransferView(found.id, found.amount)

    @translated
    def create_payout(self, reference: Reference, account_id: str, amount: Money) -> PayoutView:
        return _payout(
            self._v1.payouts.create(
                {
                    "amount": amount.amount,
                    "currency": amount.currency.lower(),
                    "metadata": {REFERENCE: reference.id},
                },
                {"idempotency_key": reference.key, "stripe_account": account_id},
            )
        )

    @translated
    def payout(self, account_id: str, payout_id: str) -> PayoutView:
        return _payout(self._v1.payouts.retrieve(payout_id, options={"stripe_account": account_id}))

    @translated
    def find_payout(self, reference_id: str, account_id: str) -> PayoutView | None:
        listed = self._v1.payouts.list({"limit": 100}, {"stripe_account": account_id})
        found = _first(listed.auto_paging_iter(), reference_id)
        return found and _payout(found)

    @translated
    def create_account(self, reference: Reference, *, country: str, currency: str) -> AccountView:
        params: AccountCreateParams = {
            "country": country,
            "default_currency": currency.lower(),
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "requirement_collection": "stripe",
                "stripe_dashboard": {"type": "express"},
            },
            "capabilities": {"transfers": {"requested": True}},
            "settings": {"payouts": {"schedule": {"interval": "manual"}}},
            "metadata": {REFERENCE: reference.id},
        }
        return _account(self._v1.accounts.create(params, {"idempotency_key": reference.key}))

    @translated
    def account(self, account_id: str) -> AccountView:
        return _account(self._v1.accounts.retrieve(account_id))

    @translated
    def find_account(self, reference_id: str) -> AccountView | None:
        found = _first(self._v1.accounts.list({"limit": 100}).auto_paging_iter(), reference_id)
        return found and _account(found)

    @translated
    def onboarding_link(self, account_id: str, return_url: str, refresh_url: str) -> OnboardingLink:
        link = self._v1.account_links.create(
            {
                "account": account_id,
                "type": "account_onboarding",
                "return_url": return_url,
                "refresh_url": refresh_url,
            }
        )
        return OnboardingLink(link.url, timedelta(seconds=link.expires_at - link.created))

    @translated
    def balance(self, account_id: str | None = None) -> Balance:
        options: stripe.RequestOptions = {"stripe_account": account_id} if account_id else {}
        balance = self._v1.balance.retrieve(options=options)
        available = {funds.currency.upper(): funds.amount for funds in balance.available}
        total = dict(available)
        for funds in balance.pending:
            total[funds.currency.upper()] = total.get(funds.currency.upper(), 0) + funds.amount
        return Balance(available, total)

    @translated
    def dispute(self, dispute_id: str) -> DisputeView:
        dispute = self._v1.disputes.retrieve(dispute_id)
        movements = tuple(Movement(entry.id, entry.amount, entry.fee) for entry in dispute.balance_transactions)
        intent = _id_of(dispute.payment_intent)
        return DisputeView(dispute.id, intent, dispute.status, dispute.amount, dispute.currency.upper(), movements)

    @translated
    def events(self, since: int, until: int) -> Iterator[ProviderEvent]:
        params: EventListParams = {"created": {"gte": since, "lte": until}, "limit": 100}
        return map(_event, self._v1.events.list(params).auto_paging_iter())

    @translated
    def newest_event(self) -> ProviderEvent | None:
        newest = self._v1.events.list({"limit": 1}).data
        return _event(newest[0]) if newest else None

    def read_webhook(self, body: bytes, signature: str) -> ProviderEvent:
        """The event in a raw body; `WebhookUnacceptable` if it is not for us, `WebhookMalformed` if it is none."""
        if not self._secret:
            raise WebhookUnacceptable("no secret is configured")
        try:
            verify = stripe.WebhookSignature.verify_header
            verify(body.decode(), signature, self._secret, WEBHOOK_TOLERANCE)  # pyright: ignore[reportUnknownMemberType]
            stamp = int(dict(part.split("=", 1) for part in signature.split(","))["t"])
        except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise WebhookUnacceptable("signature") from error
        if stamp > time.time() + WEBHOOK_TOLERANCE:
            raise WebhookUnacceptable("stamped in the future")
        event = read_event(body)
        if event.livemode is not self._livemode:
            raise WebhookUnacceptable("wrong mode")
        return event.told()


_EXPAND: list[str] = ["latest_charge.balance_transaction"]


def _id_of(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else value.id


def _first(objects: Iterator[Any], reference_id: str) -> Any:
    """The first of the newest `LOOK_BACK` objects that carries our id."""
    for _, found in zip(range(LOOK_BACK), objects, strict=False):
        if _reference(found) == reference_id:
            return found
    return None


def _reference(subject: Any) -> str | None:
    """Our id that an object of Stripe's carries."""
    metadata = subject.metadata
    return metadata[REFERENCE] if metadata and REFERENCE in metadata else None


def _payment(intent: stripe.PaymentIntent) -> PaymentView:
    charge = intent.latest_charge
    booked = charge.balance_transaction if isinstance(charge, stripe.Charge) else None
    fee = booked.fee if isinstance(booked, stripe.BalanceTransaction) else None
    action, error = intent.next_action, intent.last_payment_error
    # Stripe's object has only the one of the two that the method needs.
    redirect = getattr(action, "alipay_handle_redirect", None) or getattr(action, "redirect_to_url", None)
    return PaymentView(
        id=intent.id,
        status=intent.status,
        amount=intent.amount,
        received=intent.amount_received or 0,
        client_secret=intent.client_secret,
        redirect_url=redirect.url if redirect else None,
        charge_id=_id_of(charge),
        fee=fee,
        failure_code=error.code if error else None,
        decline_code=error.decline_code if error else None,
        reference=_reference(intent),
    )


def _refund(refund: stripe.Refund) -> RefundView:
    booked = refund.balance_transaction is not None
    return RefundView(refund.id, refund.status or "pending", booked, getattr(refund, "failure_reason", None))


def _payout(payout: stripe.Payout) -> PayoutView:
    return PayoutView(payout.id, payout.status, datetime.fromtimestamp(payout.arrival_date, UTC), payout.failure_code)


def _account(account: stripe.Account) -> AccountView:
    capabilities, requirements = account.capabilities, account.requirements
    transfers = getattr(capabilities, "transfers", None) if capabilities else None
    return AccountView(
        id=account.id,
        details_submitted=bool(account.details_submitted),
        transfers_enabled=transfers == "active",
        payouts_enabled=bool(account.payouts_enabled),
        requirements=tuple(requirements.currently_due or ()) if requirements else (),
    )


def _event(event: stripe.Event) -> ProviderEvent:
    subject: Any = event.data.object
    return ProviderEvent(
        id=event.id,
        type=event.type,
        created=event.created,
        object_id=getattr(subject, "id", None) or "",
        account=getattr(event, "account", None),
        payment_intent=_id_of(getattr(subject, "payment_intent", None)),
    )
