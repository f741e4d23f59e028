"""The adapter reads whatever Stripe answers, or says in the port's words what it cannot do without."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from requests.adapters import BaseAdapter

from agrimarket.integrations import stripe as adapter
from agrimarket.integrations.payment_gateway import (
    PaymentView,
    ProviderError,
    ProviderMalformed,
    ProviderRefused,
    ProviderUnknown,
    Reference,
    Tender,
    WebhookUnacceptable,
)
from agrimarket.integrations.stripe import StripeGateway
from agrimarket.kernel.money import Money
from tests.support.stripe_fixtures import resources

SECRET = "whsec_of_this_test"
REFERENCE = Reference("key", "reference")
needs_fixtures = pytest.mark.skipif(not resources(), reason="Stripe's fixtures are not on this machine")
NONSENSE: tuple[Any, ...] = (None, "from_the_future", "", "\0", -1, 10**30, True, [], [None], {}, {"id": None}, 1.5)
"""What stands in a field's place, each in turn."""


class Canned(BaseAdapter):
    """A provider that answers each request with the same bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.status, self.body = 200, b"{}"

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """The answer that was set."""
        answer = requests.Response()
        answer.status_code, answer._content, answer.request = self.status, self.body, request
        answer.url = request.url or ""
        return answer

    def close(self) -> None:
        """Nothing to close."""


class Provider:
    """The adapter over the real SDK, and what it is answered."""

    def __init__(self, canned: Canned) -> None:
        self.canned = canned
        self.gateway = StripeGateway("sk_test_canned", "http://canned.invalid", SECRET)

    def answers(self, body: Any, status: int = 200) -> None:
        """Answer from now on with this body."""
        self.canned.status, self.canned.body = status, json.dumps(body).encode()

    def event(self, body: Any) -> Any:
        """Take in a webhook that is signed as it must be."""
        raw, stamp = json.dumps(body).encode(), int(time.time())
        signature = hmac.new(SECRET.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
        return self.gateway.read_webhook(raw, f"t={stamp},v1={signature}")


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    canned, session = Canned(), requests.Session()
    session.mount("http://", canned)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adapter, "_session", lambda _: session)
        yield Provider(canned)


def _create(gateway: StripeGateway, tender: Tender | None) -> PaymentView:
    money = Money(1_000)
    return gateway.create_payment(
        REFERENCE, money, method="card", manual_capture=True, transfer_group="grp", tender=tender
    )


def _confirm(gateway: StripeGateway) -> PaymentView:
    return gateway.confirm_payment("key", "pi_1", method="alipay", payment_method=None, return_url="https://a.example")


def _transfer(gateway: StripeGateway) -> Any:
    return gateway.create_transfer(REFERENCE, Money(1), destination="acct_1", charge_id="ch_1", transfer_group="grp")


CALLS: dict[str, list[Callable[[StripeGateway], Any]]] = {
    "payment_intent": [
        lambda g: _create(g, Tender("pm_card_visa", "https://a.example")),
        lambda g: _create(g, None),
        _confirm,
        lambda g: g.payment("pi_1"),
        lambda g: g.capture_payment("key", "pi_1", 1),
        lambda g: g.cancel_payment("key", "pi_1"),
    ],
    "refund": [lambda g: g.create_refund(REFERENCE, "pi_1", 1), lambda g: g.refund("re_1")],
    "transfer": [_transfer],
    "transfer_reversal": [lambda g: g.reverse_transfer(REFERENCE, "tr_1", 1)],
    "payout": [lambda g: g.create_payout(REFERENCE, "acct_1", Money(1)), lambda g: g.payout("acct_1", "po_1")],
    "account": [lambda g: g.create_account(REFERENCE, country="HK", currency="CNY"), lambda g: g.account("acct_1")],
    "account_link": [lambda g: g.onboarding_link("acct_1", "https://a.example", "https://b.example")],
    "balance": [lambda g: g.balance(), lambda g: g.balance("acct_1")],
    "dispute": [lambda g: g.dispute("dp_1")],
}
LOOK_UPS: dict[str, list[Callable[[StripeGateway], Any]]] = {
    "payment_intent": [lambda g: g.find_payment("reference")],
    "refund": [lambda g: g.find_refund("reference", "pi_1")],
    "transfer": [lambda g: g.find_transfer("reference", "grp")],
    "transfer_reversal": [lambda g: g.find_reversal("reference", "tr_1")],
    "payout": [lambda g: g.find_payout("reference", "acct_1")],
    "account": [lambda g: g.find_account("reference")],
    "event": [lambda g: g.events(0, 1), lambda g: g.newest_event()],
}
NEEDED = {
    "payment_intent": {"id", "status", "amount"},
    "refund": {"id"},
    "transfer": {"id", "amount"},
    "transfer_reversal": {"id", "amount"},
    "payout": {"id", "status"},
    "account": {"id"},
    "account_link": {"url", "created", "expires_at"},
    "balance": {"available"},
    "dispute": {"id", "status", "amount", "currency"},
}
"""Fields that a view cannot be without."""


def paths(subject: Any, before: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place within an object."""
    inner = subject.items() if isinstance(subject, dict) else enumerate(subject) if isinstance(subject, list) else ()
    for name, value in inner:
        yield (*before, name)
        yield from paths(value, (*before, name))


def without(subject: Any, path: tuple[str | int, ...]) -> Any:
    """A copy of the object that lacks this place."""
    changed = deepcopy(subject)
    del at(changed, path[:-1])[path[-1]]
    return changed


def having(subject: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """A copy of the object with this value there."""
    changed = deepcopy(subject)
    at(changed, path[:-1])[path[-1]] = value
    return changed


def at(subject: Any, path: tuple[str | int, ...]) -> Any:
    """What stands there."""
    for name in path:
        subject = subject[name]
    return subject


def listed(*objects: Any) -> dict[str, Any]:
    """A page of a list."""
    return {"object": "list", "data": list(objects), "has_more": False, "url": "/v1/objects"}


def example(kind: str) -> dict[str, Any]:
    """Stripe's example, richer where the adapter looks deeper than the example goes."""
    made = deepcopy(resources()[kind])
    made["metadata"] = {"agrimarket_id": "reference"}
    if kind == "payment_intent":
        made |= {
            "status": "requires_action",
            "next_action": {
                "type": "redirect_to_url",
                "redirect_to_url": {"url": "https://bank.example", "return_url": "https://a.example"},
            },
            "latest_charge": {
                "id": "ch_1",
                "object": "charge",
                "balance_transaction": {"id": "txn_1", "object": "balance_transaction", "fee": 30},
            },
            "last_payment_error": {"type": "card_error", "code": "card_declined", "decline_code": "lost_card"},
        }
    if kind == "dispute":
        made["balance_transactions"] = [
            {"id": "txn_2", "object": "balance_transaction", "amount": -1_000, "fee": 1_500}
        ]
    return made


def trouble(act: Callable[[Any], Any], subject: Any) -> ProviderError | None:
    """The port's error with which it ends, if any; every other error is raised."""
    try:
        act(subject)
    except ProviderError as error:
        return error
    return None


@needs_fixtures
@pytest.mark.parametrize("kind", CALLS)
def test_a_field_that_is_missing_is_missed_only_where_it_must_be_there(provider: Provider, kind: str) -> None:
    whole = example(kind)
    for call in CALLS[kind]:
        provider.answers(whole)
        assert trouble(call, provider.gateway) is None
        for path in paths(whole):
            provider.answers(without(whole, path))
            error = trouble(call, provider.gateway)
            if path[0] in NEEDED[kind]:
                named = (error is None and len(path) > 1) or isinstance(error, ProviderMalformed)
                assert named and (error is None or str(path[-1]) in str(error)), path
            elif len(path) == 1:
                assert error is None, path


@needs_fixtures
@pytest.mark.parametrize("kind", CALLS)
def test_a_field_of_any_other_value_is_no_error_of_ours(provider: Provider, kind: str) -> None:
    whole = example(kind)
    for call in CALLS[kind]:
        for path in paths(whole):
            for value in NONSENSE:
                provider.answers(having(whole, path, value))
                error = trouble(call, provider.gateway)
                assert error is None or isinstance(error, ProviderUnknown), (path, value)


@needs_fixtures
@pytest.mark.parametrize("kind", LOOK_UPS)
def test_a_look_up_passes_over_what_it_cannot_read(provider: Provider, kind: str) -> None:
    whole = example(kind)
    for look in LOOK_UPS[kind]:
        provider.answers(listed(whole))
        assert look(provider.gateway)
        for path in paths(whole):
            provider.answers(listed(without(whole, path), None, "text", whole))
            assert trouble(look, provider.gateway) is None or path[0] in NEEDED[kind], path
        for path in paths(listed(whole)):
            provider.answers(without(listed(whole), path))
            trouble(look, provider.gateway)


@needs_fixtures
def test_every_object_of_stripes_is_taken_for_every_other(provider: Provider) -> None:
    """An answer may be of a kind that nobody asked for."""
    calls = [call for some in (*CALLS.values(), *LOOK_UPS.values()) for call in some]
    for whole in resources().values():
        for call in calls:
            provider.answers(whole)
            trouble(call, provider.gateway)


@needs_fixtures
def test_an_event_of_every_object_is_taken_in_with_each_key_missing(provider: Provider) -> None:
    frame = {"id": "evt_1", "object": "event", "type": "some.thing", "created": 1, "livemode": False}
    for whole in resources().values():
        changed = [change for name in whole for change in (without(whole, (name,)), having(whole, (name,), None))]
        for subject in [whole, *changed]:
            taken = provider.event({**frame, "data": {"object": subject}})
            assert isinstance(taken.object_id, str)


@needs_fixtures
def test_an_event_without_what_it_needs_is_not_accepted(provider: Provider) -> None:
    whole = resources()["event"]
    for path in paths(whole):
        error = trouble(provider.event, without(whole, path))
        assert (error is not None) == (path in [("id",), ("type",), ("created",), ("livemode",)]), path
        assert error is None or isinstance(error, WebhookUnacceptable)
        for value in NONSENSE:
            error = trouble(provider.event, having(whole, path, value))
            assert error is None or isinstance(error, WebhookUnacceptable)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "object", "type", "data", "status", "amount", "error", "metadata", "next_action"])
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(body=JSON, status=st.sampled_from([200, 400, 401, 402, 403, 404, 409, 429, 500, 503]))
def test_any_answer_at_all_is_read_or_told_in_the_ports_words(provider: Provider, body: Any, status: int) -> None:
    provider.answers(body, status)
    for call in (call for some in (*CALLS.values(), *LOOK_UPS.values()) for call in some):
        trouble(call, provider.gateway)
    with pytest.raises(WebhookUnacceptable):
        provider.event(body)


def test_a_refusal_that_tells_nothing_more_is_a_refusal(provider: Provider) -> None:
    error = {"type": "card_error", "code": "card_declined", "decline_code": "lost_card", "message": "no"}
    intent = {"id": "pi_1", "object": "payment_intent", "client_secret": "secret", "status": "requires_payment_method"}
    whole = {"error": {**error, "payment_intent": intent}}
    for path in [*paths(whole), None]:
        provider.answers(without(whole, path) if path else whole, 402)
        with pytest.raises(ProviderError) as refused:
            provider.gateway.payment("pi_1")
        if path not in [("error",), ("error", "type")]:
            assert isinstance(refused.value, ProviderRefused), path
    assert (refused.value.code, refused.value.decline_code) == ("card_declined", "lost_card")  # type: ignore[union-attr]
    assert refused.value.made == ("pi_1", "secret")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("action", "url"),
    [
        (
            {"type": "redirect_to_url", "redirect_to_url": {"url": "https://bank.example/3ds"}},
            "https://bank.example/3ds",
        ),
        (
            {"type": "alipay_handle_redirect", "alipay_handle_redirect": {"url": "https://a.example"}},
            "https://a.example",
        ),
        (
            {
                "type": "wechat_pay_display_qr_code",
                "wechat_pay_display_qr_code": {"hosted_instructions_url": "https://w.example", "data": "weixin://"},
            },
            "https://w.example",
        ),
        ({"type": "use_stripe_sdk", "use_stripe_sdk": {"stripe_js": "https://js.example"}}, None),
        ({"type": "from_the_future"}, None),
        ({"type": "redirect_to_url", "redirect_to_url": {"url": "javascript:alert(1)"}}, None),
        (None, None),
    ],
)
def test_where_a_payer_has_to_go(provider: Provider, action: Any, url: str | None) -> None:
    provider.answers({"id": "pi_1", "amount": 1, "status": "requires_action", "next_action": action})
    assert provider.gateway.payment("pi_1").redirect_url == url
