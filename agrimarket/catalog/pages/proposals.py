"""Page on which a seller accepts or declines what their coach proposes, with one tap."""

from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.catalog.service import proposals
from agrimarket.catalog.types.proposals import Proposed
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.kernel.addresses import LISTING, PROPOSAL, path_of, title_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import render
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import ProposalId, reference

AnyRequest = Request[Any, Any, Any]


def show(
    request: AnyRequest, db: Database, principal: Principal, proposal_id: UUID, *, refusal: DomainError | None = None
) -> Template:
    """What would change, from what to what, and why; after a `refusal` with its sentence."""
    language = language_of(request)
    with db.reading() as session:
        proposal, listing, mine = proposals.read(session, principal, proposal_id)
    return render_page(
        request,
        "proposals.html",
        visitor=principal,
        refusal=refusal,
        title=title_of(PROPOSAL, short_number(proposal_id), language),
        href=path_of(PROPOSAL, proposal_id),
        proposal=proposal,
        mine=mine,
        listing=(path_of(LISTING, listing.id) if mine else _seen_by_all(listing.id), listing.title),
        rows=differences(proposal, listing.price.currency, language),
    )


def _seen_by_all(listing_id: UUID) -> str:
    return f"/listings/{reference('listing', listing_id)}"


def differences(proposal: Proposed, currency: str, language: str) -> list[tuple[str, str, str]]:
    """(field, as it was, as it would be) in the reader's words."""
    return [
        (name, _words(name, proposal.before[name], currency, language), _words(name, value, currency, language))
        for name, value in proposal.changes.items()
    ]


def _words(name: str, value: Any, currency: str, language: str) -> str:
    if value is None or value == "":
        return "–"
    if name == "price":
        return render(Money(value, currency), language)
    return render(Weight(value) if name == "pack_grams" else value, language)


@page("/sell/proposals/{proposal_id:str}")
def one(
    request: AnyRequest,
    proposal_id: FromPath[ProposalId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Template:
    """A proposal, for its seller."""
    return show(request, db, principal, proposal_id)


@form("/sell/proposals/{proposal_id:str}/accept", again=show)
def accept(
    request: AnyRequest,
    proposal_id: FromPath[ProposalId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Make the edit; the listing's page follows."""
    with db.transaction() as session:
        listing = proposals.accept(session, principal, proposal_id)
    return see_other(path_of(LISTING, listing.id))


@form("/sell/proposals/{proposal_id:str}/decline", again=show)
def decline(
    request: AnyRequest,
    proposal_id: FromPath[ProposalId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Leave it as it is."""
    with db.transaction() as session:
        proposals.decline(session, principal, proposal_id)
    return see_other(path_of(PROPOSAL, proposal_id))


HANDLERS: list[ControllerRouterHandler] = [one, accept, decline]
