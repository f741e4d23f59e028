"""JSON handlers of appeals."""

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agrimarket.accounts import limits
from agrimarket.http.handlers import get, post
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import AppealId
from agrimarket.onboarding.flows import appeals as flows
from agrimarket.onboarding.schemas.appeals import AppealIn, AppealOut
from agrimarket.onboarding.service import appeals

TAGS = ["onboarding"]


@post("/appeals", tags=TAGS, summary="Ask for help with a harvest that nobody fetches", scopes=(Scope.APPEALS_WRITE,))
def file_appeal(
    data: JSONBody[AppealIn],
    network: NamedDependency[str],
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    idempotency: NamedDependency[Idempotency],
    language: NamedDependency[str],
) -> AppealOut:
    """Files an appeal, without an account: `POST /v1/auth/codes` sends a code to `phone`, which signs it. A caller who
    is signed in needs no code.

    The same produce and region from the same phone within seven days joins the earlier appeal (`joined`).
    """
    if data.code is not None and data.phone is not None:
        limits.phone_try(network, data.phone)
    return flows.file(db, idempotency, visitor, data, language)


@get("/appeals", tags=TAGS, summary="Your appeals, newest first", scopes=(Scope.APPEALS_READ,))
def list_appeals(
    db: NamedDependency[Database], principal: NamedDependency[Principal], language: NamedDependency[str]
) -> Page[AppealOut]:
    """Your appeals, and those that you filed for others: at most the newest fifty."""
    with db.transaction() as session:
        return Page(items=[AppealOut.of(filed, language) for filed in appeals.listed(session, principal)])


@get("/appeals/{appeal_id:str}", tags=TAGS, summary="One of your appeals", scopes=(Scope.APPEALS_READ,))
def read_appeal(
    appeal_id: FromPath[AppealId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> AppealOut:
    """An appeal with its region's status and photos; 404 for anyone else's."""
    with db.transaction() as session:
        return AppealOut.of(appeals.read(session, principal, appeal_id), language)


@post(
    "/appeals/{appeal_id:str}/close",
    tags=TAGS,
    summary="Help is no longer needed",
    status_code=200,
    scopes=(Scope.APPEALS_WRITE,),
)
def close_appeal(
    appeal_id: FromPath[AppealId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> AppealOut:
    """Closes an appeal that needs no more help, for example because the harvest sold."""
    with db.transaction() as session:
        return AppealOut.of(appeals.close(session, principal, appeal_id), language)


HANDLERS = [file_appeal, list_appeals, read_appeal, close_appeal]
