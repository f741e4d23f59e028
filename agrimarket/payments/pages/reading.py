"""Forms as answers, and what every page of `payments` shares."""

from collections.abc import Mapping
from typing import Any, TypeVar

from litestar import Request
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from pydantic import BaseModel, ValidationError

from agrimarket.http.problems import fields_of

AnyRequest = Request[Any, Any, Any]
Answers = URLEncodedBody[dict[str, str]]
ECHO = 500
"""How much of a field comes back with its error: more than anybody types, less than somebody sends to fill the page."""

Model = TypeVar("Model", bound=BaseModel)


def see_other(path: str) -> Redirect:
    """On to the next page; a reload does not post again."""
    return Redirect(path, status_code=303)


def read(model: type[Model], data: Mapping[str, str], *names: str) -> Model:
    """The fields `names` of a form as `model`; a blank one is missing. `InvalidFields`."""
    given = {name: data[name] for name in names if data.get(name, "").strip()}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise fields_of(error) from error


def typed(data: Mapping[str, str], *names: str) -> dict[str, str]:
    """What was typed into the fields `names`, to be shown again."""
    return {name: data.get(name, "").replace("\0", "")[:ECHO] for name in names}
