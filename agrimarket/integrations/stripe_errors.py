"""Translation of the SDK's errors into those of the port."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import requests
import stripe

from agrimarket.integrations.payment_gateway import (
    MadePayment,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
)
from agrimarket.kernel.db import in_transaction

P = ParamSpec("P")
R = TypeVar("R")


def translated(call: Callable[P, R]) -> Callable[P, R]:
    """Raise the port's errors for the SDK's, and refuse to call from inside a transaction."""

    @wraps(call)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if in_transaction():
            raise RuntimeError(f"{call.__name__} inside a transaction")
        try:
            return call(*args, **kwargs)
        except stripe.CardError as error:
            raise ProviderRefused(
                error.code or "card_declined", _decline_code(error), str(error), made=_made(error)
            ) from error
        except stripe.StripeError as error:
            raise _translate(error) from error

    return guarded


def _code(error: stripe.StripeError) -> str | None:
    return error.code or (error.error.code if error.error else None)


def _decline_code(error: stripe.CardError) -> str | None:
    return error.error.decline_code if error.error else None


def _made(error: stripe.CardError) -> MadePayment | None:
    intent = error.error.payment_intent if error.error else None
    return None if intent is None else MadePayment(intent.id, intent.client_secret)


def _translate(error: stripe.StripeError) -> ProviderError:
    match error:
        case stripe.APIConnectionError():
            # Only a connection that was never made proves that nothing was sent.
            return ProviderUnavailable(str(error)) if _never_connected(error) else ProviderUnknown(str(error))
        case stripe.RateLimitError() | stripe.AuthenticationError() | stripe.PermissionError():
            return ProviderUnavailable(str(error))
        case _ if error.http_status == 409 and _code(error) == "lock_timeout":
            return ProviderUnavailable(str(error))
        case stripe.InvalidRequestError():
            return ProviderRefused(error.code or "invalid_request", None, str(error))
        case _:
            # These include a key that is in use, or was used for another request, whose effect has to be looked up.
            return ProviderUnknown(str(error))


def _never_connected(error: stripe.APIConnectionError) -> bool:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, requests.exceptions.ConnectTimeout):
        return True
    text = str(cause)
    return isinstance(cause, requests.exceptions.ConnectionError) and (
        "NewConnectionError" in text or "NameResolutionError" in text
    )
