"""The desk of notices: left those that were imported; right one, with what it changed and what could not be read."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, MultipartBody
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import last, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.request import read_fields
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import BulletinId, reference
from agrimarket.regions.errors import NoticeUnreadable
from agrimarket.regions.flows import notices as flows
from agrimarket.regions.routes.bulletins import NEWEST_FIRST
from agrimarket.regions.schemas.notices import UploadIn
from agrimarket.regions.service import bulletins
from agrimarket.regions.types.bulletins import OFFICIAL, BulletinDetail, BulletinSummary
from agrimarket.regions.types.by_hand import BY_HAND

AnyRequest = Request[Any, Any, Any]
HOME = "/desk/notices"
SHOWN, CHANGES = 20, 30
"""Notices of a page, and changes of one that are shown."""
BODY = flows.MAX_BYTES + 100_000


def show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    bulletin_id: UUID | None = None,
    *,
    cursor: str | None = None,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """The desk; `bulletin_id` is selected, or the newest."""
    window = NEWEST_FIRST.window(cursor, SHOWN)
    with db.reading() as session:
        rows, following = window.cut(bulletins.newest_first(session, before=window.after, limit=window.rows))
        chosen = bulletin_id or (rows[0].id if rows else None)
        item = bulletins.detail(session, chosen) if chosen else None
    return render_page(
        request,
        "notices.html",
        visitor=operator,
        refusal=refusal,
        rows=[(f"{HOME}/{reference('bulletin', row.id)}", row) for row in rows],
        more=f"{HOME}?cursor={following}" if following else "",
        item=item,
        changes=_changes(item) if item else [],
        number=partial(_number, language=language_of(request)),
        typed=texts(data or {}),
    )


def _changes(item: BulletinDetail) -> list[tuple[str, int, Any]]:
    kinds = (("opened", item.changes.opened), ("closed", item.changes.closed), ("changed", item.changes.changed))
    return [(kind, len(found), found[:CHANGES]) for kind, found in kinds if found]


def _number(summary: BulletinSummary, language: str) -> str:
    """The number as a notice is cited, with its series where it is not the official one."""
    if summary.series == OFFICIAL:
        return summary.number
    series = t("site.desk_by_hand", language) if summary.series.startswith(BY_HAND) else summary.series
    return f"{series} {summary.number}"


@page(HOME)
def queue(
    request: AnyRequest, db: NamedDependency[Database], operator: NamedDependency[Principal], cursor: Cursor = None
) -> Template:
    """Every notice, the newest first."""
    return show(request, db, operator, cursor=cursor)


@page(f"{HOME}/{{bulletin_id:str}}")
def selected(
    request: AnyRequest,
    bulletin_id: FromPath[BulletinId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """One of them beside the others."""
    return show(request, db, operator, bulletin_id)


@form(HOME, again=show, request_max_body_size=BODY)
def upload(
    request: AnyRequest,
    data: MultipartBody[dict[str, Any]],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Put the notices of a file into force."""
    said, given = read_fields(UploadIn, data, "source", "accept_counts"), last(data.get("file"))
    content = given.file.read(flows.MAX_BYTES + 1) if isinstance(given, UploadFile) else b""
    found = flows.upload(db, operator, content, said.source, accept_counts=said.accept_counts == "yes")
    if not found:
        raise NoticeUnreadable(pointer="/file")
    return see_other(f"{HOME}/{reference('bulletin', found[-1].id)}#at-hand")


HANDLERS: list[ControllerRouterHandler] = [queue, selected, upload]
