"""Pages of files, whatever their rows are about: upload, look at what each row would do, do it, mend the rest."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.bulk.routes.files import BODY_LIMIT, ROWS, UPLOADS, InState
from agrimarket.bulk.schemas.files import BulkFileOut, BulkRowOut, ColumnOf
from agrimarket.bulk.service import files
from agrimarket.bulk.states import FileState, Kind, RowState
from agrimarket.bulk.types import FileView
from agrimarket.http.downloads import Format, download
from agrimarket.http.formdata import last
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.integrations.sheet_errors import FileEmpty
from agrimarket.integrations.sheets import MAX_BYTES
from agrimarket.kernel import ratelimit
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import BulkFileId, reference

AnyRequest = Request[Any, Any, Any]
SHOWN, LISTED = 50, 20
Check = Callable[[Database, Idempotency, Principal, bytes, str, str], BulkFileOut]
"""The dry run: (database, key, whose, content, name of the file, language)."""


@dataclass(frozen=True, slots=True)
class Section:
    """The pages of one kind of file: `home` is where one is uploaded, `back` the page above it.

    `words` begins the keys of its sentences, `template` shows the upload, and `more` is what that shows besides.
    """

    kind: Kind
    home: str
    back: str
    words: str
    template: str
    column_of: ColumnOf
    check: Check
    more: Callable[[Database, Principal], dict[str, Any]] = lambda _db, _principal: {}

    def path(self, file_id: UUID) -> str:
        """Address of one file's page."""
        return f"{self.home}/{reference('bulk_file', file_id)}"

    def handlers(self) -> list[ControllerRouterHandler]:
        """Handlers of its pages."""
        return [*_upload(self), *_one(self), *_acts(self)]


def show_home(
    section: Section,
    request: AnyRequest,
    db: Database,
    principal: Principal,
    refusal: DomainError | None = None,
    **told: Any,
) -> Template:
    """The page on which a file is uploaded, with earlier ones; after a `refusal` with its sentence at its field."""
    language = language_of(request)
    principal.require_seller()
    with db.reading() as session:
        earlier = files.listed(session, principal, section.kind, None, LISTED)
    return render_page(
        request,
        section.template,
        visitor=principal,
        refusal=refusal,
        refused_as=422 if refusal else None,
        section=section,
        rows=[(section.path(each.file.id), BulkFileOut.of(each, language)) for each in earlier],
        **section.more(db, principal),
        **told,
    )


def _upload(section: Section) -> list[ControllerRouterHandler]:
    def show_again(
        request: AnyRequest, db: Database, principal: Principal, refusal: DomainError | None = None
    ) -> Template:
        return show_home(section, request, db, principal, refusal=refusal)

    def mine(request: AnyRequest, db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Template:
        return show_home(section, request, db, principal)

    def upload(
        request: AnyRequest,
        data: MultipartBody[dict[str, Any]],
        db: NamedDependency[Database],
        principal: NamedDependency[Principal],
        language: NamedDependency[str],
    ) -> Redirect:
        principal.require_seller()
        ratelimit.hit(UPLOADS, "bulk", str(principal.person_id))
        given = last(data.get("file"))
        if not isinstance(given, UploadFile):
            raise FileEmpty(pointer="/file")
        content = given.file.read(MAX_BYTES + 1)
        return see_other(
            section.path(section.check(db, Idempotency(), principal, content, given.filename, language).id)
        )

    return [
        page(section.home)(mine),
        form(section.home, again=show_again, request_max_body_size=BODY_LIMIT)(upload),
    ]


def _one(section: Section) -> list[ControllerRouterHandler]:
    at = f"{section.home}/{{bulk_file_id:str}}"

    def show(
        request: AnyRequest,
        bulk_file_id: FromPath[BulkFileId],
        db: NamedDependency[Database],
        principal: NamedDependency[Principal],
        in_state: InState = None,
        cursor: Cursor = None,
    ) -> Template:
        window = ROWS.window(cursor, SHOWN)
        with db.transaction() as session:
            view = files.read(session, principal, section.kind, bulk_file_id)
            wanted = in_state or next((state for state in files.TO_MEND if view.in_state(state)), None)
            _, rows = files.rows(session, principal, section.kind, bulk_file_id, wanted, window.after or 0, window.rows)
        shown, following = window.cut(rows)
        language, path = language_of(request), section.path(bulk_file_id)
        chosen = f"state={wanted}&" if wanted else ""
        return render_page(
            request,
            "files/one.html",
            visitor=principal,
            section=section,
            path=path,
            title=t(f"{section.words}.one", language, number=short_number(bulk_file_id)),
            item=BulkFileOut.of(view, language),
            rows=[BulkRowOut.of(view.file, each, section.column_of, language) for each in shown],
            states=_present(view),
            wanted=wanted,
            running=view.file.state == FileState.LOADING,
            ignored=[header for header in view.file.header if header and not section.column_of(header)],
            more=f"{path}?{chosen}cursor={following}#rows" if following else "",
        )

    return [page(at)(show)]


def _acts(section: Section) -> list[ControllerRouterHandler]:
    at = f"{section.home}/{{bulk_file_id:str}}"

    def load(
        bulk_file_id: FromPath[BulkFileId], db: NamedDependency[Database], principal: NamedDependency[Principal]
    ) -> Redirect:
        with db.transaction() as session:
            files.start(session, principal, section.kind, bulk_file_id)
        return see_other(section.path(bulk_file_id))

    def mend(
        bulk_file_id: FromPath[BulkFileId],
        db: NamedDependency[Database],
        principal: NamedDependency[Principal],
        format: FromQuery[Format] = "csv",
    ) -> Response[bytes]:
        with db.transaction() as session:
            content = files.export(session, principal, section.kind, bulk_file_id, format)
        return download(content, reference("bulk_file", bulk_file_id), format)

    return [form(f"{at}/load")(load), page(f"{at}/faults")(mend)]


def _present(view: FileView) -> list[tuple[RowState, int]]:
    """States of the file's rows, with the number of rows in each."""
    return [(state, count) for state in RowState if (count := view.in_state(state))]
