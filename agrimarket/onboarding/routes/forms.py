"""JSON handler of the forms of applications."""

from typing import Annotated, Any

from litestar.di import NamedDependency
from litestar.params import QueryParameter

from agrimarket.http.handlers import get
from agrimarket.http.params import Word
from agrimarket.onboarding.forms import definitions

TAGS = ["onboarding"]


@get(
    "/forms/{kind:str}",
    tags=TAGS,
    summary="A form as JSON Schema, in three languages",
    media_type="application/schema+json",
)
def read_form(
    kind: Word, language: NamedDependency[str], version: Annotated[int | None, QueryParameter(ge=1, le=1_000)] = None
) -> dict[str, Any]:
    """JSON Schema of applications by a farmer, cooperative or enterprise. `x-order` is the order of the questions;
    `x-labels`, `x-help` and `x-choices` are the texts. A draft is checked against the version it began with; without
    `version` the newest is given."""
    return definitions.form(kind, version).schema(language)


HANDLERS = [read_form]
