"""Pages of following a region: the button, the list, and the link in a text by which one ends it."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import form, page
from agrimarket.http.pages import render_page, see_other
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import FollowId, reference
from agrimarket.regions.service import follows

AnyRequest = Request[Any, Any, Any]


@page("/me/regions")
def mine(request: AnyRequest, db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Template:
    """The regions that somebody follows."""
    with db.reading() as session:
        found = follows.mine(session, principal)
    return render_page(request, "follows.html", visitor=principal, found=found)


@form("/regions/{code:str}/follow")
def follow(code: FromPath[str], db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Redirect:
    """Follow a region."""
    with db.transaction() as session:
        follows.begin(session, principal, code)
    return see_other(f"/regions/{code}#follow")


@form("/regions/{code:str}/unfollow")
def unfollow(code: FromPath[str], db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Redirect:
    """Follow it no more."""
    with db.transaction() as session:
        follows.end(session, principal, code)
    return see_other(f"/regions/{code}#follow")


@page("/follows/{follow_id:str}")
def by_link(
    request: AnyRequest,
    follow_id: FromPath[FollowId],
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
) -> Template:
    """Where a text leads: to the region, or to no more texts; nobody needs to sign in for that."""
    with db.reading() as session:
        found = follows.read(session, follow_id)
    href = f"/follows/{reference('follow', follow_id)}"
    return render_page(request, "follows/one.html", visitor=visitor, region=found.region, href=href)


@form("/follows/{follow_id:str}/end")
def end(follow_id: FromPath[FollowId], db: NamedDependency[Database]) -> Redirect:
    """No more texts about it."""
    with db.transaction() as session:
        region = follows.read(session, follow_id).region
        follows.end_by_link(session, follow_id)
    return see_other(f"/regions/{region.code}#follow")


HANDLERS: list[ControllerRouterHandler] = [mine, follow, unfollow, by_link, end]
