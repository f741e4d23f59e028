"""Stripe: the adapter of the payment gateway over the real SDK.

The adapter is the same in every environment; `settings.stripe_api_base` points it at the project's sandbox. It never
retries by itself: our own stored idempotency keys decide what may be sent again. Money is integer minor units.
"""

import time
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

import requests
import stripe
import structlog
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from stripe import StripeClient
from stripe.params import (
    AccountCreateParams,
    EventListParams,
    PaymentIntentConfirmParams,
    PaymentIntentCreateParams,
)

from agrimarket.integrations import stripe_views as views
from agrimarket.integrations.payment_gateway import (
    AccountView,
    Balance,
    DisputeView,
    OnboardingLink,
    PaymentGateway,
    PaymentView,
    PayoutView,
    ProviderEvent,
    ProviderMalformed,
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

log = structlog.get_logger(__name__)

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
            "metadata": {views.REFERENCE: reference.id},
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
        return views.payment(self._v1.payment_intents.create(params, {"idempotency_key": reference.key}))

    @translated
    def confirm_payment(
        self,
        key: str,
        payment_id: str,
        *,
        method: str,
        payment_method: str | None,
        return_url: str,
        manual_capture: bool | None = None,
    ) -> PaymentView:
        params: PaymentIntentConfirmParams = {"return_url": return_url, "expand": _EXPAND}
        if manual_capture is not None:
            params["allowed_payment_method_types"] = [method]
            params["capture_method"] = "manual" if manual_capture else "automatic"
        if payment_method:
            params["payment_method"] = payment_method
        else:
            params["payment_method_data"] = {"type": method}
        return views.payment(self._v1.payment_intents.confirm(payment_id, params, {"idempotency_key": key}))

    @translated
    def payment(self, payment_id: str) -> PaymentView:
        return views.payment(self._v1.payment_intents.retrieve(payment_id, {"expand": _EXPAND}))

    @translated
    def find_payment(self, reference_id: str) -> PaymentView | None:
        found = views.first(self._v1.payment_intents.list({"limit": 100}).auto_paging_iter(), reference_id, LOOK_BACK)
        return found and views.payment(found)

    @translated
    def capture_payment(self, key: str, payment_id: str, amount: int) -> PaymentView:
        return views.payment(
            self._v1.payment_intents.capture(
                payment_id, {"amount_to_capture": amount, "expand": _EXPAND}, {"idempotency_key": key}
            )
        )

    @translated
    def cancel_payment(self, key: str, payment_id: str) -> PaymentView:
        return views.payment(self._v1.payment_intents.cancel(payment_id, {"expand": _EXPAND}, {"idempotency_key": key}))

    @translated
    def create_refund(self, reference: Reference, payment_id: str, amount: int) -> RefundView:
        return views.refund(
            self._v1.refunds.create(
                {"payment_intent": payment_id, "amount": amount, "metadata": {views.REFERENCE: reference.id}},
                {"idempotency_key": reference.key},
            )
        )

    @translated
    def refund(self, refund_id: str) -> RefundView:
        return views.refund(self._v1.refunds.retrieve(refund_id))

    @translated
    def find_refund(self, reference_id: str, payment_id: str) -> RefundView | None:
        listed = self._v1.refunds.list({"payment_intent": payment_id, "limit": 100})
        found = views.first(listed.auto_paging_iter(), reference_id, LOOK_BACK)
        return found and views.refund(found)

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
                "metadata": {views.REFERENCE: reference.id},
            },
            {"idempotency_key": reference.key},
        )
        return views.transfer(transfer)

    @translated
    def find_transfer(self, reference_id: str, transfer_group: str) -> TransferView | None:
        listed = self._v1.transfers.list({"transfer_group": transfer_group, "limit": 100})
        found = views.first(listed.auto_paging_iter(), reference_id, LOOK_BACK)
        return found and views.transfer(found)

    @translated
    def reverse_transfer(self, reference: Reference, transfer_id: str, amount: int) -> TransferView:
        reversal = self._v1.transfers.reversals.create(
            transfer_id,
            {"amount": amount, "metadata": {views.REFERENCE: reference.id}},
            {"idempotency_key": reference.key},
        )
        return views.transfer(reversal)

    @translated
    def find_reversal(self, reference_id: str, transfer_id: str) -> TransferView | None:
        listed = self._v1.transfers.reversals.list(transfer_id, {"limit": 100})
        found = views.first(listed.auto_paging_iter(), reference_id, LOOK_BACK)
        return found and views.transfer(found)

    @translated
    def create_payout(self, reference: Reference, account_id: str, amount: Money) -> PayoutView:
        return views.payout(
            self._v1.payouts.create(
                {
                    "amount": amount.amount,
                    "currency": amount.currency.lower(),
                    "metadata": {views.REFERENCE: reference.id},
                },
                {"idempotency_key": reference.key, "stripe_account": account_id},
            )
        )

    @translated
    def payout(self, account_id: str, payout_id: str) -> PayoutView:
        return views.payout(self._v1.payouts.retrieve(payout_id, options={"stripe_account": account_id}))

    @translated
    def find_payout(self, reference_id: str, account_id: str) -> PayoutView | None:
        listed = self._v1.payouts.list({"limit": 100}, {"stripe_account": account_id})
        found = views.first(listed.auto_paging_iter(), reference_id, LOOK_BACK)
        return found and views.payout(found)

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
            "metadata": {views.REFERENCE: reference.id},
        }
        return views.account(self._v1.accounts.create(params, {"idempotency_key": reference.key}))

    @translated
    def account(self, account_id: str) -> AccountView:
        return views.account(self._v1.accounts.retrieve(account_id))

    @translated
    def find_account(self, reference_id: str) -> AccountView | None:
        found = views.first(self._v1.accounts.list({"limit": 100}).auto_paging_iter(), reference_id, LOOK_BACK)
        return found and views.account(found)

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
        return views.onboarding_link(link)

    @translated
    def balance(self, account_id: str | None = None) -> Balance:
        options: stripe.RequestOptions = {"stripe_account": account_id} if account_id else {}
        return views.balance(self._v1.balance.retrieve(options=options))

    @translated
    def dispute(self, dispute_id: str) -> DisputeView:
        return views.dispute(self._v1.disputes.retrieve(dispute_id))

    @translated
    def events(self, since: int, until: int) -> Sequence[ProviderEvent]:
        params: EventListParams = {"created": {"gte": since, "lte": until}, "limit": 100}
        return list(_well_formed(self._v1.events.list(params).auto_paging_iter()))

    @translated
    def newest_event(self) -> ProviderEvent | None:
        return next(_well_formed(iter(self._v1.events.list({"limit": 10}).data)), None)

    def read_webhook(self, body: bytes, signature: str) -> ProviderEvent:
        """The event in a raw body; `WebhookUnacceptable` if it is not for us, `WebhookMalformed` if it is none."""
        if not self._secret:
            raise WebhookUnacceptable("no secret is configured")
        try:
            stripe.WebhookSignature.verify_header(body.decode(), signature, self._secret, WEBHOOK_TOLERANCE)
            stamp = int(dict(part.split("=", 1) for part in signature.split(","))["t"])
        except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise WebhookUnacceptable("signature") from error
        if stamp > time.time() + WEBHOOK_TOLERANCE:
            raise WebhookUnacceptable("stamped in the future")
        event = read_event(body)
        if event.livemode is not self._livemode:
            raise WebhookUnacceptable("wrong mode")
        return event.told()


def _well_formed(events: Iterator[Any]) -> Iterator[ProviderEvent]:
    """Events that can be read; one that cannot does not hide the others."""
    for event in events:
        try:
            yield views.event(event)
        except ProviderMalformed as error:
            log.warning("event_malformed", field=str(error))


_EXPAND: list[str] = ["latest_charge.balance_transaction"]
