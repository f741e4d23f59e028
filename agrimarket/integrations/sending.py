"""Parts that all senders share: the error of a failed sending, and calls to a gateway over HTTP."""

from collections.abc import Mapping
from typing import Any

import httpx

from agrimarket.kernel.masking import mask_error

TIMEOUT = httpx.Timeout(10, connect=5)
"""Seconds to wait for a gateway; a worker has 45 for a whole task."""


class SendFailed(Exception):
    """The message was not sent, or it is not known whether it was. `final`: trying again cannot help."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(mask_error(reason))  # it is stored, and a server's refusal names the recipient
        self.final = final


def post(
    client: httpx.Client, url: str, body: Mapping[str, Any], *, key: str, token: str = ""
) -> dict[str, Any]:  # an empty token is not a secret
    """POST JSON and return the JSON answer; `SendFailed`, final for what the gateway will never accept (4xx)."""
    headers = {"Idempotency-Key": key} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        response = client.post(url, json=body, headers=headers)
    except httpx.HTTPError as error:
        raise SendFailed(f"{type(error).__name__}: {error}", final=False) from error
    if response.is_success:
        return _object(response)
    final = response.is_client_error and response.status_code not in (401, 403, 408, 409, 425, 429)
    raise SendFailed(f"the gateway answered {response.status_code}", final=final)


def _object(response: httpx.Response) -> dict[str, Any]:
    """The answer's JSON object; an empty one if the gateway accepted the message with an unreadable answer."""
    try:
        answer: Any = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}  # pyright: ignore[reportUnknownVariableType]
