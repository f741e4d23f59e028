"""Pages of rumours: what is said and what an authority says of it; a reader reports one; operators publish."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.drive import drive
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other, tagged
from agrimarket.http.params import CODE, Cursor
from agrimarket.http.request import read_fields
from agrimarket.kernel import ratelimit
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import RumourId, reference
from agrimarket.regions.routes.rumours import PUBLISHED
from agrimarket.regions.schemas.rumours import RumourIn, claim_review
from agrimarket.regions.service import places, rumours
from agrimarket.regions.types.rumours import RumourInfo
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]
HOME = "/rumours"
SHOWN = 20
TONES = {"false": "bad", "partly": "soon", "unproven": "", "true": "good"}
"""Tone of the tag of each verdict; its words say the same."""
OfRegion = Annotated[str, QueryParameter(pattern=f"{CODE}|^$", max_length=6)]


def path_of(rumour_id: UUID) -> str:
    """Address of a rumour's page."""
    return f"{HOME}/{reference('rumour', rumour_id)}"


def shown(rumour: RumourInfo) -> dict[str, Any]:
    """A rumour as lists show it."""
    return {"rumour": rumour, "word": rumour.current, "path": path_of(rumour.id)}


def show_list(
    request: AnyRequest,
    db: Database,
    visitor: Principal | None,
    *,
    q: str = "",
    region: str = "",
    cursor: str | None = None,
    thanks: bool = False,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """The list, with the form that reports a rumour; after a `refusal` with its sentence and what was typed."""
    typed = texts(data or {})
    region = region or typed.get("region_code", "")
    window = PUBLISHED.window(cursor, SHOWN)
    with db.reading() as session:
        names = places.called(session, [region], language_of(request)) if region else {}
        found = rumours.published(session, q, region if names else "", before=window.after, limit=window.rows)
    listed, following = window.cut(found)
    query = {"q": q, "region": region, "cursor": following}
    return render_page(
        request,
        "rumours.html",
        visitor=visitor,
        refusal=refusal,
        rows=[shown(each) for each in listed],
        tones=TONES,
        q=q,
        region=region if names else "",
        region_name=names.get(region, ""),
        more=f"{HOME}?{urlencode({k: v for k, v in query.items() if v})}" if following else "",
        thanks=thanks,
        typed=typed,
    )


@page(HOME)
def listed(
    request: AnyRequest,
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    region: OfRegion = "",
    cursor: Cursor = None,
    thanks: Annotated[bool, QueryParameter()] = False,
) -> Template:
    """What is said, and what an authority says of it."""
    return show_list(request, db, visitor, q=q, region=region, cursor=cursor, thanks=thanks)


@form(HOME, again=show_list)
def report(
    request: AnyRequest,
    data: Fields,
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    network: NamedDependency[str],
) -> Redirect:
    """Report what one heard. Where something is published already, its page follows."""
    said = read_fields(RumourIn, data, "said", "region_code")
    ratelimit.hit(rumours.LIMIT, "rumours", network)
    with db.transaction() as session:
        found = rumours.report(session, said.said, said.region_code)
    if found.words:
        return see_other(path_of(found.id))
    return see_other(f"{HOME}?{urlencode({'region': said.region_code or '', 'thanks': 'true'})}#report")


@page(f"{HOME}/{{rumour_id:str}}")
def one(
    request: AnyRequest,
    rumour_id: FromPath[RumourId],
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    settings: NamedDependency[Settings],
) -> Template:
    """A rumour with the word that holds, for people and for search engines, and the words before it."""
    with db.reading() as session:
        rumour = rumours.read(session, rumour_id)
    language, word = language_of(request), rumour.words[0]
    review = claim_review(
        rumour,
        word,
        url=settings.base_url + path_of(rumour.id),
        drive=drive().name.in_(language),
        says=t(f"rumour.verdict.{word.verdict}", language),
    )
    return tagged(
        render_page(request, "rumours/one.html", visitor=visitor, rumour=rumour, word=word, review=review, tones=TONES)
    )


HANDLERS: list[ControllerRouterHandler] = [listed, report, one]
