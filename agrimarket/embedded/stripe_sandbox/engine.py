"""Engine that answers API requests: key, fault, transaction, answer."""

import asyncio
import base64
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass

import stripe

from agrimarket.embedded.stripe_sandbox import (
    accounts,
    bank_accounts,
    charges,
    customers,
    disputes,
    events,
    faults,
    idempotency,
    ledger,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    timers,
    transfers,
)
from agrimarket.embedded.stripe_sandbox.errors import ApiError
from agrimarket.embedded.stripe_sandbox.idempotency import Answer
from agrimarket.embedded.stripe_sandbox.params import Params, parse
from agrimarket.embedded.stripe_sandbox.routing import Call, Operation, expanded, match
from agrimarket.embedded.stripe_sandbox.store import PLATFORM, Store, Transaction, new_id

RESOURCES = (
    accounts, bank_accounts, charges, customers, disputes, events, ledger, payment_intents, payment_methods, payouts,
    refunds, transfers,
)  # fmt: skip
"""Modules that register operations when they are imported."""

LONGEST_KEY = 255

logger = logging.getLogger(__name__)


@dataclass
class ApiRequest:
    """An HTTP request to `/v1`. Header names are in lower case; `encoded` is the query or the form body."""

    method: str
    path: str
    encoded: str
    headers: dict[str, str]
    base_url: str


@dataclass
class _Work:
    """A request that was admitted."""

    request: ApiRequest
    operation: Operation
    path: dict[str, str]
    params: Params
    account: str
    request_id: str
    key: str | None
    print_: str


class Engine:
    """Engine on one store. It calls `on_change` after each transaction that may have written events."""

    def __init__(self, store: Store, secret_key: str, on_change: Callable[[], None]) -> None:
        self.store = store
        self._secret_key = secret_key
        self._on_change = on_change
        self._in_flight: set[tuple[str, str]] = set()

    async def handle(self, request: ApiRequest) -> Answer:
        """Answer one request."""
        request_id = new_id("req")
        timers.run_due(self.store)
        try:
            work = self._admit(request, request_id)
        except ApiError as error:
            answer = _refusal(error, request_id)
        else:
            answer = await self._safely(work)
        answer.headers = {
            "Request-Id": request_id,
            "Stripe-Version": request.headers.get("stripe-version", stripe.api_version),
        } | answer.headers
        if key := request.headers.get("idempotency-key"):
            answer.headers["Idempotency-Key"] = key
        self._on_change()
        return answer

    async def _safely(self, work: _Work) -> Answer:
        """Answer a request; an error in the sandbox itself is logged and answered as Stripe answers its own errors."""
        try:
            return await self._answer(work)
        except Exception:  # as at Stripe, whose own faults are answered with 500
            logger.exception("%s %s", work.request.method, work.request.path)
            return _refusal(faults.server_error(), work.request_id)

    def _admit(self, request: ApiRequest, request_id: str) -> _Work:
        self._authenticate(request.headers.get("authorization", ""))
        operation, path = match(request.method, request.path)
        account = request.headers.get("stripe-account") or PLATFORM
        if account != PLATFORM:
            with self.store.transaction() as tx:
                if tx.find(account, "account") is None:
                    message = f"The provided key does not have access to account '{account}' (or it does not exist)."
                    raise ApiError(403, "invalid_request_error", message, code="account_invalid")
        values = parse(request.encoded)
        params = Params(values)
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        if key and len(key) > LONGEST_KEY:
            raise ApiError(400, "idempotency_error", f"Idempotency keys have at most {LONGEST_KEY} characters.")
        print_ = idempotency.fingerprint(request.method, request.path, values)
        return _Work(request, operation, path, params, account, request_id, key, print_)

    def _authenticate(self, header: str) -> None:
        scheme, _, given = header.partition(" ")
        if scheme.lower() == "basic":
            try:
                given = base64.b64decode(given).decode().partition(":")[0]
            except ValueError:
                given = ""
        if not given:
            raise ApiError(401, "invalid_request_error", "You did not provide an API key.")
        if not hmac.compare_digest(given.encode(), self._secret_key.encode()):
            raise ApiError(401, "invalid_request_error", f"Invalid API Key provided: {given[:8]}****")

    async def _answer(self, work: _Work) -> Answer:
        with self.store.transaction() as tx:
            fault = faults.take(tx, work.request.method, work.request.path)
            if fault is not None:
                _count(tx, work.operation, faults=1)
        if fault is None:
            return await self._guarded(work, 0)
        if refusal := fault.refusal():
            return _refusal(refusal, work.request_id)
        if fault.kind == "timeout_before":
            return Answer(504, {}, held_seconds=fault.seconds)
        if fault.kind == "latency":
            return await self._guarded(work, fault.seconds)
        answer = await self._guarded(work, 0, loses_answer=fault.kind == "error_after")
        if fault.kind == "timeout_after":
            answer.held_seconds = fault.seconds
        return answer

    async def _guarded(self, work: _Work, delay: float, *, loses_answer: bool = False) -> Answer:
        """Answer a request, one at a time for each key."""
        if work.key is None:
            await asyncio.sleep(delay)
            return self._once(work, loses_answer=loses_answer)
        flight = (work.account, work.key)
        if flight in self._in_flight:
            return _refusal(idempotency.in_use(work.key), work.request_id)
        self._in_flight.add(flight)
        try:
            await asyncio.sleep(delay)
            return self._once(work, loses_answer=loses_answer)
        finally:
            self._in_flight.discard(flight)

    def _once(self, work: _Work, *, loses_answer: bool) -> Answer:
        if work.key is None:
            return self._execute(work, loses_answer=loses_answer)
        try:
            with self.store.transaction() as tx:
                kept = idempotency.recall(tx, work.account, work.key, work.print_)
                if kept is not None:
                    _count(tx, work.operation, calls=1, replays=1)
        except ApiError as error:
            return _refusal(error, work.request_id)
        return kept or self._execute(work, loses_answer=loses_answer)

    def _execute(self, work: _Work, *, loses_answer: bool) -> Answer:
        """Execute the operation in one transaction, which also keeps the answer under the key."""
        try:
            with self.store.transaction() as tx:
                tx.request_id, tx.idempotency_key = work.request_id, work.key
                answer = self._act(tx, work)
                if loses_answer:
                    answer = _refusal(faults.server_error(replayable=True), work.request_id)
                _keep(tx, work, answer)
                _count(tx, work.operation, calls=1, effects=int(work.request.method != "GET"))
                return answer
        except ApiError as error:
            answer = _refusal(error, work.request_id)
            with self.store.transaction() as tx:
                if error.replayable:
                    _keep(tx, work, answer)
                _count(tx, work.operation, calls=1)
            return answer

    def _act(self, tx: Transaction, work: _Work) -> Answer:
        work.params.only(work.operation.accepts)
        expand = work.params.strings("expand") or []
        call = Call(tx, work.params, work.account, work.path, work.request.base_url)
        try:
            return Answer(200, expanded(tx, work.operation.handler(call), expand))
        except ApiError as error:
            if error.keeps_effects:
                return _refusal(error, work.request_id)
            raise


def _keep(tx: Transaction, work: _Work, answer: Answer) -> None:
    if work.key is not None:
        idempotency.remember(tx, work.account, work.key, work.print_, work.request_id, answer)


def _refusal(error: ApiError, request_id: str) -> Answer:
    return Answer(error.status, error.envelope(request_id), dict(error.headers))


def _count(
    tx: Transaction, operation: Operation, *, calls: int = 0, effects: int = 0, replays: int = 0, faults: int = 0
) -> None:
    tx.db.execute(
        "INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (method, path) DO UPDATE SET"
        " calls = calls + excluded.calls, effects = effects + excluded.effects,"
        " replays = replays + excluded.replays, faults = faults + excluded.faults",
        (operation.method, operation.path, calls, effects, replays, faults),
    )
