"""Idempotency keys: the first answer is kept for 24 hours by the sandbox's clock and given again."""

import hashlib
import json
from dataclasses import dataclass, field

from agrimarket.embedded.stripe_sandbox.errors import ApiError, Json
from agrimarket.embedded.stripe_sandbox.store import Transaction

KEPT_SECONDS = 86_400


@dataclass
class Answer:
    """Answer to the caller. With `held_seconds` the connection breaks after that time instead."""

    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict[str, str])
    held_seconds: float | None = None


def fingerprint(method: str, path: str, params: Json) -> str:
    """Fingerprint by which two requests are the same."""
    return hashlib.sha256(json.dumps([method, path, params], sort_keys=True).encode()).hexdigest()


def recall(tx: Transaction, account: str, key: str, print_: str) -> Answer | None:
    """The kept answer, if there is one; 400 if the key came with another request."""
    row = tx.db.execute(
        "SELECT fingerprint, request_id, status, body FROM idempotency WHERE account = ? AND key = ? AND created > ?",
        (account, key, tx.now - KEPT_SECONDS),
    ).fetchone()
    if row is None:
        return None
    if row[0] != print_:
        raise ApiError(
            400,
            "idempotency_error",
            "Keys for idempotent requests can only be used with the same parameters they were first used with."
            f" Try using a key other than '{key}' if you meant to execute a different request.",
        )
    headers = {"Idempotent-Replayed": "true", "Original-Request": row[1]}
    return Answer(row[2], json.loads(row[3]), headers)


def remember(tx: Transaction, account: str, key: str, print_: str, request_id: str, answer: Answer) -> None:
    """Keep the answer."""
    tx.db.execute(
        "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?)",
        (account, key, print_, tx.now, request_id, answer.status, json.dumps(answer.body)),
    )


def in_use(key: str) -> ApiError:
    """Error 409: another request with this key is still being answered."""
    return ApiError(
        409,
        "invalid_request_error",
        f"There is currently another in-progress request using this Idempotent Key ({key}). Please try again later.",
        code="idempotency_key_in_use",
    )


def forget_old(tx: Transaction) -> None:
    """Drop keys that have passed their time."""
    tx.db.execute("DELETE FROM idempotency WHERE created <= ?", (tx.now - KEPT_SECONDS,))
