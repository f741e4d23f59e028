"""What goes in and out over HTTP."""

from typing import Annotated, Literal

from litestar.datastructures import UploadFile
from pydantic import BaseModel, ConfigDict, Field

from agrimarket.kernel.resources import FilingId, ImportId
from agrimarket.kernel.wire import Instant, Out, WeightOut
from agrimarket.onboarding.bulk.states import FilingState, ImportState, RowState
from agrimarket.onboarding.schemas import AppealId, NextStep


class ImportIn(BaseModel):
    """A multipart form. CSV in UTF-8, UTF-16, GB18030 or Big5, or XLSX; at most 5 MB and 20,000 rows."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    file: UploadFile
    kind: Literal["members"] = "members"
    on_behalf_of: Annotated[
        str | None, Field(description="For operators: the seller (`sel_…`) or application (`app_…`) it is for.")
    ] = None


class ColumnOut(Out):
    """A column as it is headed in the file, and what it was taken for; null is kept and not read."""

    header: Annotated[str, Field(examples=["手机号码"])]
    column: Annotated[str | None, Field(examples=["phone"])]


class CountsOut(Out):
    """Rows by what became of them. `known`: the same was filed before. `failed`: refused while loading."""

    rows: Annotated[int, Field(examples=[10_000])]
    error: Annotated[int, Field(examples=[1])]
    ready: Annotated[int, Field(examples=[9_999])]
    loaded: int
    updated: int
    known: int
    failed: int


class MembersOut(Out):
    """What the members said to what this import filed for them."""

    waiting: int
    confirmed: int
    declined: int


class ImportOut(Out):
    """An import. `checked` is the dry run: nothing was changed yet. `progress` runs from 0 to 1 over the right rows."""

    id: ImportId
    kind: Literal["members"] = "members"
    state: ImportState
    file_name: Annotated[str, Field(examples=["社员.csv"])]
    format: Annotated[str, Field(examples=["csv"])]
    encoding: Annotated[str, Field(description="How the text of a CSV was read.", examples=["gb18030"])]
    delimiter: Annotated[str, Field(examples=[","])]
    columns: list[ColumnOut]
    counts: CountsOut
    progress: Annotated[float, Field(ge=0, le=1)]
    members: MembersOut
    next: NextStep
    created_at: Instant
    started_at: Instant | None
    ended_at: Instant | None


class RowFault(Out):
    """What is wrong, in the caller's language."""

    code: Annotated[str, Field(examples=["phone_unreadable"])]
    detail: str


class CellOut(Out):
    """A cell as it was typed, with what is wrong in it."""

    header: str
    column: str | None
    text: Annotated[str, Field(examples=["1380013800"])]
    error: RowFault | None = None


class ImportRowOut(Out):
    """A row; `number` is the one that a spreadsheet shows beside it. `error` concerns the row as a whole."""

    number: Annotated[int, Field(examples=[2])]
    state: RowState
    cells: list[CellOut]
    error: RowFault | None = None


class FilingOut(Out):
    """What an importer filed for you. Nothing comes of it until you confirm."""

    id: FilingId
    state: FilingState
    filed_by: Annotated[str, Field(examples=["东港草莓合作社"])]
    name: str
    product: Annotated[str, Field(examples=["草莓"])]
    quantity: WeightOut | None
    quantity_text: Annotated[str, Field(examples=["500斤"])]
    region_code: str
    region: Annotated[str, Field(examples=["辽宁省丹东市东港市"])]
    spoils_at: Instant
    note: str
    appeal_id: AppealId | None
    created_at: Instant
