"""Injected faults: the next matching calls lose their answer, before or after they acted."""

import json
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Literal

from agrimarket.embedded.stripe_sandbox.errors import ApiError
from agrimarket.embedded.stripe_sandbox.store import Transaction

FaultKind = Literal[
    "timeout_before", "timeout_after", "error_before", "error_after", "lock_timeout", "rate_limit", "latency"
]


@dataclass
class Fault:
    """Fault of the next `times` matching calls, after `skip` others.

    - `timeout_before`, `timeout_after`: the connection is held for `seconds`, then broken in the middle of the answer.
      Above the client's time-out this is a real time-out, which the SDK retries by itself; it does not retry a broken
      answer.
    - `error_before`: 500, nothing happened and nothing is kept under the key.
    - `error_after`: 500 after acting; the same key answers 500 again, as Stripe does.
    - `lock_timeout`: 409 with `Stripe-Should-Retry: true`; `rate_limit`: 429. Nothing happened.
    - `latency`: `seconds` pass before acting, with the key in flight.
    """

    kind: FaultKind
    method: str = "*"
    path: str = "*"
    """A pattern such as `/v1/transfers*`."""
    times: int = 1
    skip: int = 0
    seconds: float = 0

    def refusal(self) -> ApiError | None:
        """The answer to send instead of acting, if there is one."""
        if self.kind == "error_before":
            return server_error()
        if self.kind == "lock_timeout":
            message = "This object cannot be accessed right now because another API request is accessing it."
            headers = {"Stripe-Should-Retry": "true"}
            return ApiError(409, "invalid_request_error", message, code="lock_timeout", headers=headers)
        if self.kind == "rate_limit":
            return ApiError(429, "invalid_request_error", "Too many requests hit the API.", code="rate_limit")
        return None


def server_error(*, replayable: bool = False) -> ApiError:
    """Stripe's 500."""
    headers = {"Stripe-Should-Retry": "false"} if replayable else {}
    message = "An unknown error occurred"
    return ApiError(500, "api_error", message, replayable=replayable, headers=headers)


def add(tx: Transaction, fault: Fault) -> None:
    """Add a fault, which waits for its calls."""
    tx.db.execute("INSERT INTO faults (body) VALUES (?)", (json.dumps(asdict(fault)),))


def waiting(tx: Transaction) -> list[Fault]:
    """Faults that have not struck yet."""
    return [Fault(**json.loads(body)) for (body,) in tx.db.execute("SELECT body FROM faults ORDER BY seq")]


def take(tx: Transaction, method: str, path: str) -> Fault | None:
    """The fault that strikes this call, of whose `times` one is used up."""
    for seq, body in tx.db.execute("SELECT seq, body FROM faults ORDER BY seq").fetchall():
        fault = Fault(**json.loads(body))
        if fault.method not in ("*", method) or not fnmatchcase(path, fault.path):
            continue
        strikes = fault.skip == 0
        if strikes:
            fault.times -= 1
        else:
            fault.skip -= 1
        if fault.times <= 0:
            tx.db.execute("DELETE FROM faults WHERE seq = ?", (seq,))
        else:
            tx.db.execute("UPDATE faults SET body = ? WHERE seq = ?", (json.dumps(asdict(fault)), seq))
        if strikes:
            return fault
    return None
