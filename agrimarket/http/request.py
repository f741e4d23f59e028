"""Request bodies read strictly: what cannot be meant is refused before anything looks at it."""

import json
from typing import Any, ClassVar, NoReturn

from litestar import Request
from litestar.config.app import AppConfig
from litestar.exceptions import ValidationException
from litestar.plugins.pydantic import PydanticInitPlugin
from pydantic import BaseModel, ValidationError

from agrimarket.http.problems import fields_of
from agrimarket.kernel.errors import DomainError, Kind

MAX_DEPTH = 32


class BodyUnreadable(DomainError):
    """Not JSON: syntax, NaN or Infinity, numbers out of range, or nested too deep."""

    code: ClassVar[str] = "body.unreadable"
    kind = Kind.INVALID


class BodyKeyTwice(DomainError):
    """One object has a key twice, so that readers could disagree about what it says."""

    code: ClassVar[str] = "body.key_twice"


class MediaTypeNotJson(DomainError):
    """The body's Content-Type is not JSON (415)."""

    code: ClassVar[str] = "unsupported_media_type"
    kind = Kind.UNSUPPORTED


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise BodyKeyTwice
    return result


def _number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return value


def _constant(text: str) -> NoReturn:
    raise ValueError(text)


def _check(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise ValueError("too deep")
    match value:
        case str():
            value.encode()  # a lone surrogate cannot be stored
            if "\0" in value:
                raise ValueError("NUL")
        case dict():
            for key, inner in value.items():  # pyright: ignore[reportUnknownVariableType]
                _check(key, depth + 1)
                _check(inner, depth + 1)
        case list():
            for inner in value:  # pyright: ignore[reportUnknownVariableType]
                _check(inner, depth + 1)
        case _:
            pass


def read_json(body: bytes) -> Any:
    """The JSON value of `body`; `BodyUnreadable` or `BodyKeyTwice` for what is not strict JSON."""
    try:
        value = json.loads(body, object_pairs_hook=_object, parse_float=_number, parse_constant=_constant)
        _check(value)
    except (ValueError, RecursionError) as error:
        raise BodyUnreadable from error
    return value


class ApiRequest(Request[Any, Any, Any]):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:
        """The body's JSON value."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise MediaTypeNotJson
        return read_json(await self.body())


def refuse_nul(request: Request[Any, Any, Any]) -> None:
    """Litestar's `before_request`: a NUL in path or query (400), which no column can hold and no search find."""
    if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise ValidationException(extra=[{"key": "query", "message": "NUL"}])


def decode_model(model: type[BaseModel], value: Any) -> BaseModel:
    """Litestar's decoder for schemas: every field that is wrong is told at once."""
    if isinstance(value, model):
        return value
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise fields_of(error) from error


class StrictBodies(PydanticInitPlugin):
    """Litestar's Pydantic plugin with `decode_model` before its own decoder, which the first match would shadow."""

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Put the decoder first."""
        app_config = super().on_app_init(app_config)
        app_config.type_decoders = [(_is_model, decode_model), *(app_config.type_decoders or [])]
        return app_config


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
