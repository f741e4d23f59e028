"""HTML handlers of signing in by password, as staff do."""

from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.accounts import limits
from agrimarket.accounts.flows import staff as flows
from agrimarket.accounts.pages.forms import show, signed_in
from agrimarket.http.client import device_of
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.principal import token_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]


@page("/sign-in/staff")
def ask_password(request: AnyRequest, next: FromQuery[str | None] = None) -> Template:  # the address's name
    """Asks staff for e-mail, password and TOTP."""
    return show(request, "passwords.html", {"next": next or ""})


def password_again(refusal: DomainError, request: AnyRequest, data: Fields) -> Template:
    """Asks again; the password is not given back."""
    return show(request, "passwords.html", texts(data), refusal)


@form("/sign-in/staff", again=password_again)
def take_password(
    data: Fields,
    request: AnyRequest,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    network: NamedDependency[str],
) -> Response[Any]:
    """Signs staff in, and goes on where they were."""
    typed = texts(data)
    email, password, totp = (typed.get(name, "") for name in ("email", "password", "totp"))
    limits.staff_try(network, email)
    token, who = flows.with_password(db, email, password, totp, device=device_of(request), replaces=token_of(request))
    return signed_in(settings, token, who, typed.get("next"))


HANDLERS: list[ControllerRouterHandler] = [ask_password, take_password]
