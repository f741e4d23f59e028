"""HTML handlers of an invitation: a member of staff sets password and authenticator by the link that they were sent."""

from typing import Any
from urllib.parse import quote

import segno
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.accounts import limits
from agrimarket.accounts.errors import InvitationOver
from agrimarket.accounts.flows import invitations as flows
from agrimarket.accounts.pages.forms import signed_in
from agrimarket.accounts.rules import PASSWORD_LENGTH
from agrimarket.accounts.service import invitations
from agrimarket.http.client import device_of
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.principal import token_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]


@page(invitations.PATH)
def ask(
    request: AnyRequest,
    db: NamedDependency[Database],
    network: NamedDependency[str],
    token: FromQuery[str] = "",
) -> Response[Any]:
    """Shows the authenticator secret, and asks for a password and the app's code. Looking uses nothing up."""
    if not token:
        return see_other("/sign-in/staff")
    limits.invitation(network)
    return _show(request, db, token)


def again(refusal: DomainError, request: AnyRequest, db: Database, data: Fields) -> Template:
    """Asks again; the password is not given back."""
    if isinstance(refusal, InvitationOver):
        raise refusal
    return _show(request, db, texts(data).get("token", ""), refusal)


@form(invitations.PATH, again=again)
def accept(
    data: Fields,
    request: AnyRequest,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    network: NamedDependency[str],
) -> Response[Any]:
    """Sets password and authenticator, and leads to the desks, signed in."""
    typed = texts(data)
    limits.invitation(network)
    token, password, totp = (typed.get(name, "") for name in ("token", "password", "totp"))
    opened, who = flows.accept(db, token, password, totp, device=device_of(request), replaces=token_of(request))
    return signed_in(settings, opened, who, None)


def _show(request: AnyRequest, db: Database, token: str, refusal: DomainError | None = None) -> Template:
    with db.reading() as session:
        invitation = invitations.read(session, token)
    at = f"{invitations.PATH}?token={quote(token)}"  # in another language it is the same link
    return render_page(
        request,
        "invitations.html",
        refusal=refusal,
        secret=True,
        shown_at=lambda _: at,  # pyright: ignore[reportUnknownLambdaType]
        token=token,
        invitation=invitation,
        length=PASSWORD_LENGTH,
        qr=segno.make(invitation.totp_uri, error="m").svg_inline(scale=4, light="#fff"),
    )


HANDLERS: list[ControllerRouterHandler] = [ask, accept]
