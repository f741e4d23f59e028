"""Translation of the SDK's errors into those of the port."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import requests
import stripe
import structlog

from agrimarket.integrations import stripe_views as views
from agrimarket.integrations.payment_gateway import (
    ProviderError,
    ProviderMalformed,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
)
from agrimarket.kernel.db import in_transaction

log = structlog.get_logger(__name__)
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
            code = _code(error) or "card_declined"
            decline_code = views.text(error.error, "decline_code")
            raise ProviderRefused(code, decline_code, _message(error), made=views.made_payment(error)) from error
        except stripe.StripeError as error:
            raise _translate(error) from error
        except ProviderError:
            raise
        except Exception as error:  # the SDK itself stumbles over answers of another shape
            log.warning(
                "provider_answer_unreadable", call=call.__name__, error=f"{type(error).__name__}: {_message(error)}"
            )
            raise ProviderMalformed(f"{call.__name__}: {type(error).__name__}") from error

    return guarded


def _code(error: stripe.StripeError) -> str | None:
    return error.code if isinstance(error.code, str) and error.code else views.text(error.error, "code")


def _message(error: Exception) -> str:
    return str(error).replace("\0", "")


def _translate(error: stripe.StripeError) -> ProviderError:
    match error:
        case stripe.APIConnectionError():
            # Only a connection that was never made proves that nothing was sent.
            return ProviderUnavailable(_message(error)) if _never_connected(error) else ProviderUnknown(_message(error))
        case stripe.RateLimitError() | stripe.AuthenticationError() | stripe.PermissionError():
            return ProviderUnavailable(_message(error))
        case _ if error.http_status == 409 and _code(error) == "lock_timeout":
            return ProviderUnavailable(_message(error))
        case stripe.InvalidRequestError():
            return ProviderRefused(_code(error) or "invalid_request", None, _message(error))
        case _:
            # These include a key that is in use, or was used for another request, whose effect has to be looked up.
            return ProviderUnknown(_message(error))


def _never_connected(error: stripe.APIConnectionError) -> bool:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, requests.exceptions.ConnectTimeout):
        return True
    text = str(cause)
    return isinstance(cause, requests.exceptions.ConnectionError) and (
        "NewConnectionError" in text or "NameResolutionError" in text
    )
