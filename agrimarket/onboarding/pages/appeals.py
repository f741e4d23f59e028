"""Page of a filed appeal: what happens next, photos, what to do meanwhile."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http import weights
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.kernel import addresses
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AppealId, reference
from agrimarket.onboarding.schemas.appeals import AppealOut
from agrimarket.onboarding.service import appeals
from agrimarket.onboarding.service.documents import MOST_PHOTOS

AnyRequest = Request[Any, Any, Any]
DAY = timedelta(days=1)


def path_of(appeal_id: UUID) -> str:
    """Address of an appeal's page."""
    return addresses.path_of(addresses.APPEAL, appeal_id)


@page("/appeals/{appeal_id:str}")
def show(
    request: AnyRequest,
    appeal_id: FromPath[AppealId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Template:
    """Page of an appeal: number, what happens next and by when, closed roads, photos, and what to do meanwhile."""
    return _page(request, db, principal, appeal_id)


def show_again(
    request: AnyRequest, db: Database, principal: Principal, appeal_id: UUID, refusal: DomainError
) -> Template:
    """The appeal's page, with the refusal of a photo at the photos' question."""
    return _page(request, db, principal, appeal_id, refusal)


def _page(
    request: AnyRequest, db: Database, principal: Principal, appeal_id: UUID, refusal: DomainError | None = None
) -> Template:
    language = language_of(request)
    with db.transaction() as session:
        filed = appeals.read(session, principal, appeal_id)
    row, out = filed.appeal, AppealOut.of(filed, language)
    return render_page(
        request,
        "appeals.html",
        visitor=principal,
        refusal=refusal,
        appeal=out,
        appeal_id=reference("appeal", appeal_id),
        quantity=weights.words(out.quantity_text, language) or t("appeal.not_said", language),
        photos=[reference("document", photo) for photo in out.photos],
        more=MOST_PHOTOS - len(out.photos),
        errors={"photos": next(iter(errors_of(request, refusal).values()))} if refusal else {},
        left=(row.spoils_at - row.reported_at) / DAY,
        whole=(row.spoils_at - row.created_at) / DAY,
    )


@form("/appeals/{appeal_id:str}/close")
def close(
    appeal_id: FromPath[AppealId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Redirect:
    """Close an appeal that needs no more help."""
    with db.transaction() as session:
        appeals.close(session, principal, appeal_id)
    return see_other(path_of(appeal_id))


HANDLERS: list[ControllerRouterHandler] = [show, close]
