"""Contract of all operations: keys, errors, lists, expansion, idempotency and injected faults."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import stripe

from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox


def test_a_wrong_key_is_refused(sandbox: RunningSandbox) -> None:
    stranger = stripe.StripeClient("sk_test_wrong", base_addresses={"api": sandbox.url})
    with pytest.raises(stripe.AuthenticationError) as refused:
        stranger.v1.balance.retrieve()
    assert refused.value.http_status == 401
    with pytest.raises(stripe.PermissionError):
        sandbox.client().v1.balance.retrieve(options={"stripe_account": "acct_unknown"})


@pytest.mark.parametrize(
    ("path", "form", "code", "param"),
    [
        ("payment_intents", {"currency": "cny"}, "parameter_missing", "amount"),
        ("payment_intents", {"amount": "12.5", "currency": "cny"}, "parameter_invalid_integer", "amount"),
        ("payment_intents", {"amount": "0", "currency": "cny"}, "parameter_invalid_integer", "amount"),
        ("payment_intents", {"amount": "500", "currency": "cnyy"}, "invalid_currency", "currency"),
        (
            "payment_intents",
            {"amount": "500", "currency": "cny", "payment_method_types[]": "card"},
            "parameter_unknown",
            "payment_method_types",
        ),
        ("payment_intents", {"amount": "500", "currency": "cny", "metadata": "x"}, None, "metadata"),
        ("transfers", {"amount": "500", "currency": "cny"}, "parameter_missing", "destination"),
        ("refunds", {"charge": "ch_x", "reason": "because"}, None, "reason"),
        ("refunds", {"charge": "ch_x"}, "resource_missing", "charge"),
    ],
)
def test_bad_parameters_are_named(
    sandbox: RunningSandbox, path: str, form: dict[str, str], code: str | None, param: str
) -> None:
    answer = httpx.post(
        f"{sandbox.url}/v1/{path}", data=form, headers={"Authorization": f"Bearer {sandbox.secret_key}"}
    )
    error = answer.json()["error"]
    assert answer.status_code in (400, 404)
    assert (error["type"], error.get("code"), error["param"]) == ("invalid_request_error", code, param)
    assert answer.headers["request-id"].startswith("req_")
    assert "payment_intent" not in sandbox.control("GET", "summary")["objects"]


def test_unknown_paths_are_404(sandbox: RunningSandbox) -> None:
    answer = httpx.get(f"{sandbox.url}/v1/nothing", headers={"Authorization": f"Bearer {sandbox.secret_key}"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "invalid_request_error")


def test_lists_are_cursor_pages(client: stripe.StripeClient, sandbox: RunningSandbox, pay: Callable[..., Any]) -> None:
    ids = [pay(1_000 + n).id for n in range(5)][::-1]
    first = client.v1.payment_intents.list({"limit": 2})
    assert ([item.id for item in first.data], first.has_more) == (ids[:2], True)
    second = client.v1.payment_intents.list({"limit": 3, "starting_after": ids[1]})
    assert ([item.id for item in second.data], second.has_more) == (ids[2:], False)
    back = client.v1.payment_intents.list({"limit": 2, "ending_before": ids[3]})
    assert ([item.id for item in back.data], back.has_more) == (ids[1:3], True)
    assert [item.id for item in client.v1.payment_intents.list({"limit": 2}).auto_paging_iter()] == ids
    now = sandbox.control("POST", "clock", {"advance_seconds": 100})["now"]
    newest = pay(9_999)
    assert [item.id for item in client.v1.payment_intents.list({"created": {"gte": now}}).data] == [newest.id]
    assert len(client.v1.payment_intents.list({"created": {"lt": now}}).data) == 5
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.list({"limit": 101})


def test_expand_replaces_ids(client: stripe.StripeClient, pay: Callable[..., Any]) -> None:
    intent = pay(1_000)
    (item,) = client.v1.payment_intents.list({"expand": ["data.latest_charge.balance_transaction"]}).data
    assert item.latest_charge.balance_transaction.amount == 1_000  # type: ignore[union-attr]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.retrieve(intent.id, {"expand": ["amount.nothing", "nothing"]})


def test_a_key_gives_the_first_answer_again(client: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    params: Any = {"amount": 1_000, "currency": "cny"}
    first = client.v1.payment_intents.create(params, {"idempotency_key": "one"})
    again = client.v1.payment_intents.create(params, {"idempotency_key": "one"})
    assert (again.id, len(client.v1.payment_intents.list().data)) == (first.id, 1)
    assert again.last_response.headers["Idempotent-Replayed"] == "true"  # type: ignore[union-attr]
    assert again.last_response.headers["Original-Request"] == first.last_response.request_id  # type: ignore[union-attr]
    with pytest.raises(stripe.IdempotencyError):
        client.v1.payment_intents.create(params | {"amount": 2_000}, {"idempotency_key": "one"})
    calls = sandbox.control("GET", "summary")["calls"]["POST /v1/payment_intents"]
    assert (calls["effects"], calls["replays"]) == (1, 1)


def test_a_key_is_forgotten_after_a_day(client: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    params: Any = {"amount": 1_000, "currency": "cny"}
    first = client.v1.payment_intents.create(params, {"idempotency_key": "one"})
    sandbox.control("POST", "clock", {"advance_seconds": 25 * 3600})
    assert client.v1.payment_intents.create(params, {"idempotency_key": "one"}).id != first.id


def test_a_decline_is_kept_and_a_bad_parameter_is_not(
    client: stripe.StripeClient, seller: str, pay: Callable[..., Any]
) -> None:
    form: Any = {"amount": 1_000, "currency": "cny", "destination": seller}
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.transfers.create(form, {"idempotency_key": "poor"})
        pay(2_000)
    assert refused.value.headers["Idempotent-Replayed"] == "true"  # type: ignore[index]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.transfers.create(form | {"amount": 0}, {"idempotency_key": "typo"})
    assert client.v1.transfers.create(form, {"idempotency_key": "typo"}).amount == 1_000


def test_a_key_in_flight_conflicts(client: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    sandbox.control("POST", "faults", {"kind": "latency", "seconds": 0.5, "path": "/v1/customers"})

    def create(_: int) -> str:
        try:
            return sandbox.client().v1.customers.create({"name": "x"}, {"idempotency_key": "same"}).id
        except stripe.APIError as error:
            return f"{error.http_status} {error.json_body['error']['code']}"

    with ThreadPoolExecutor(3) as pool:
        answers = sorted(pool.map(create, range(3)))
    assert answers[:2] == ["409 idempotency_key_in_use"] * 2
    assert answers[2].startswith("cus_")
    assert len(client.v1.customers.list().data) == 1


@pytest.mark.parametrize(
    ("kind", "raised", "effects_at_once", "second_answer"),
    [
        ("timeout_before", stripe.APIConnectionError, 0, "made"),
        ("timeout_after", stripe.APIConnectionError, 1, "replayed"),
        ("error_before", stripe.APIError, 0, "made"),
        ("error_after", stripe.APIError, 1, "error"),
        ("lock_timeout", stripe.APIError, 0, "made"),
        ("rate_limit", stripe.RateLimitError, 0, "made"),
    ],
)
def test_faults_lose_the_answer_not_the_count(
    client: stripe.StripeClient,
    sandbox: RunningSandbox,
    seller: str,
    pay: Callable[..., Any],
    kind: str,
    raised: type[Exception],
    effects_at_once: int,
    second_answer: str,
) -> None:
    pay(5_000)
    form: Any = {"amount": 1_000, "currency": "cny", "destination": seller, "transfer_group": "grp_1"}
    sandbox.control("POST", "faults", {"kind": kind, "method": "POST", "path": "/v1/transfers"})
    with pytest.raises(raised):
        client.v1.transfers.create(form, {"idempotency_key": "tr"})
    assert len(client.v1.transfers.list({"transfer_group": "grp_1"}).data) == effects_at_once
    if second_answer == "error":
        with pytest.raises(stripe.APIError):
            client.v1.transfers.create(form, {"idempotency_key": "tr"})
    else:
        again = client.v1.transfers.create(form, {"idempotency_key": "tr"})
        replayed = again.last_response.headers.get("Idempotent-Replayed")  # type: ignore[union-attr]
        assert replayed == ("true" if second_answer == "replayed" else None)
    assert len(client.v1.transfers.list({"transfer_group": "grp_1"}).data) == 1
    assert sandbox.control("GET", "faults") == []


def test_faults_skip_count_and_match(client: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    sandbox.control("POST", "faults", {"kind": "rate_limit", "path": "/v1/cust*", "skip": 1, "times": 2})
    client.v1.balance.retrieve()
    client.v1.customers.create({"name": "1"})
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            client.v1.customers.create({"name": "2"})
    client.v1.customers.create({"name": "3"})
    sandbox.control("POST", "faults", {"kind": "error_before"})
    sandbox.control("DELETE", "faults")
    assert len(client.v1.customers.list().data) == 2


def test_the_sdks_own_retries_have_one_effect(sandbox: RunningSandbox) -> None:
    client = sandbox.client(max_network_retries=2, timeout=0.5)
    fault = {"kind": "timeout_after", "method": "POST", "path": "/v1/customers", "seconds": 2}
    sandbox.control("POST", "faults", fault)
    customer = client.v1.customers.create({"name": "王芳"})
    assert [found.id for found in client.v1.customers.list().data] == [customer.id]


def test_control_refuses_what_it_does_not_know(sandbox: RunningSandbox) -> None:
    for path, body in (
        ("clock", {"advance_seconds": -1}),
        ("settings", {"fees": 3}),
        ("settings", {"fee_bps": "3"}),
        ("faults", {"kind": "meteor"}),
        ("accounts/acct_x/complete_onboarding", None),
    ):
        with pytest.raises(httpx.HTTPStatusError) as refused:
            sandbox.control("POST", path, body)
        assert refused.value.response.status_code in (400, 404)
