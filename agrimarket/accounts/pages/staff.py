"""HTML handlers of sign-in of staff."""

from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.accounts import limits
from agrimarket.accounts.flows import staff as flows
from agrimarket.accounts.pages.forms import local_path, show, signed_in
from agrimarket.http.client import device_of
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.principal import token_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]


@page("/sign-in/staff")
def ask_password(request: AnyRequest, next: FromQuery[str | None] = None) -> Template:  # the name in the address
    """Asks staff for e-mail, password and TOTP."""
    return show(request, "staff.html", {"next": local_path(next)})


def password_again(refusal: DomainError, request: AnyRequest, data: Fields) -> Template:
    """Asks again; the form does not repeat the password."""
    return show(request, "staff.html", texts(data), refusal)


@form("/sign-in/staff", again=password_again)
def take_password(
    data: Fields,
    request: AnyRequest,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    network: NamedDependency[str],
) -> Response[Any]:
    """Signs a member of staff in, and leads back to where they were."""
    typed = texts(data)
    email, password, totp = (typed.get(name, "") for name in ("email", "password", "totp"))
    limits.staff_try(network, email)
    token, _ = flows.with_password(db, email, password, totp, device=device_of(request), replaces=token_of(request))
    return signed_in(settings, token, typed.get("next"))


HANDLERS: list[ControllerRouterHandler] = [ask_password, take_password]
