"""Forms of these pages, read into models."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from agrimarket.http.formdata import texts
from agrimarket.http.request import decode_model

Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], data: Mapping[str, Any], *names: str) -> Model:
    """Fields `names` of a form as `model`; a blank field counts as missing. `InvalidFields`."""
    given = texts(data)
    return decode_model(model, {name: given[name] for name in names if given.get(name, "").strip()})


def typed(data: Mapping[str, Any], *names: str) -> dict[str, str]:
    """Text that was typed into the fields `names`, to be shown again."""
    given = texts(data)
    return {name: given.get(name, "") for name in names}
