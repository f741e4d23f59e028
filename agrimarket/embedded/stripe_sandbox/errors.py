"""Stripe's error envelope: `{"error": {type, code, param, message, …}}` with the published HTTP status."""

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal in Stripe's words.

    `keeps_effects`: earlier writes stay, as a declined card leaves a failed charge behind.
    `replayable`: the answer is kept under the idempotency key. Stripe keeps it once an endpoint began to act, and does
    not when parameters failed validation (https://docs.stripe.com/api/idempotent_requests).
    """

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        extra: Json | None = None,
        keeps_effects: bool = False,
        replayable: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keeps_effects = keeps_effects
        self.replayable = replayable
        self.headers = headers or {}
        self._error: Json = {"type": kind, "message": message}
        if code is not None:
            self._error |= {"code": code, "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"}
        if param is not None:
            self._error["param"] = param
        self._error |= extra or {}

    def envelope(self, request_id: str) -> Json:
        """The body of the answer."""
        return {"error": self._error | {"request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}"}}


def invalid(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """Error 400: a parameter is missing or malformed; nothing began."""
    return ApiError(400, "invalid_request_error", message, code=code, param=param)


def refused(message: str, code: str | None = None, param: str | None = None, extra: Json | None = None) -> ApiError:
    """Error 400: the request is well formed, but not possible in the present state."""
    return ApiError(400, "invalid_request_error", message, code=code, param=param, extra=extra, replayable=True)


def missing(kind: str, object_id: str, param: str = "id", status: int = 404) -> ApiError:
    """Error: this account has no such object."""
    return ApiError(
        status, "invalid_request_error", f"No such {kind}: '{object_id}'", code="resource_missing", param=param
    )


def balance_insufficient(message: str) -> ApiError:
    """Error 400: the available balance does not cover the amount."""
    return refused(message, "balance_insufficient")
