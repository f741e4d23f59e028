"""Request bodies, read strictly: one that nobody can have meant is refused before anything looks at it."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn, TypeVar

from litestar import Request
from litestar.config.app import AppConfig
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.plugins.pydantic import PydanticInitPlugin
from litestar.types import Empty
from pydantic import BaseModel, ValidationError

from agrimarket.http.formdata import filled, read_form
from agrimarket.http.principal import token_of
from agrimarket.http.problems import fields_of
from agrimarket.kernel.errors import DomainError, Kind, NotFound, Unauthenticated

Model = TypeVar("Model", bound=BaseModel)
MAX_BODY = 1_000_000
"""Bytes of a body where the operation says nothing else."""
MAX_DEPTH = 32
MAX_TEXT = 1_000_000
"""Characters of one field beside a form's files."""
_FORMS = frozenset({RequestEncodingType.URL_ENCODED.value, RequestEncodingType.MULTI_PART.value})


class BodyUnreadable(DomainError):
    """The body is not JSON: syntax, NaN or Infinity, numbers out of range, or nested too deep."""

    code: ClassVar[str] = "body.unreadable"
    kind = Kind.INVALID


class BodyKeyTwice(DomainError):
    """An object has a key twice, so that readers could disagree about its content."""

    code: ClassVar[str] = "body.key_twice"


class MediaTypeNotJson(DomainError):
    """The body's Content-Type is not JSON (415)."""

    code: ClassVar[str] = "unsupported_media_type"
    kind = Kind.UNSUPPORTED


class FormUnreadable(DomainError):
    """A form's body is not what a browser sends: not UTF-8, with a NUL, truncated, or with too many fields."""

    code: ClassVar[str] = "form.unreadable"


class MediaTypeNotForm(DomainError):
    """The body's Content-Type is not that of the page's own form (415)."""

    code: ClassVar[str] = "form.media_type"
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
    """The JSON value of `body`; `BodyUnreadable` or `BodyKeyTwice` if it is not strict JSON."""
    try:
        value = json.loads(body, object_pairs_hook=_object, parse_float=_number, parse_constant=_constant)
        _check(value)
    except (ValueError, RecursionError) as error:
        raise BodyUnreadable from error
    return value


class ApiRequest(Request[Any, Any, Any]):
    """A request whose JSON and forms are read strictly."""

    async def json(self) -> Any:
        """The body's JSON value."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise MediaTypeNotJson
        return read_json(await self.body())

    async def form(self) -> FormMultiDict:
        """The body's fields and files. `FormUnreadable`; 413 for a text that is longer than any page takes."""
        state = self._connection_state
        try:
            if state.form is Empty and self.content_type[0] == RequestEncodingType.URL_ENCODED:
                state.form = read_form(await self.body())
            found = await super().form()
        except RequestEntityTooLarge:
            raise
        except (ClientException, ValueError, LookupError) as error:  # truncated, not UTF-8, or of an unknown charset
            raise FormUnreadable from error
        for name, value in found.multi_items():
            text = value if isinstance(value, str) else ""
            if "\0" in name + text:
                raise FormUnreadable
            if len(text) > MAX_TEXT:
                raise RequestEntityTooLarge
        return found


async def refuse_unmeant(request: Request[Any, Any, Any]) -> None:
    """Litestar's `before_request`, which refuses

    a NUL in the path (404), which no column can hold and no search find; a query that `http.query` refuses;
    in the API credentials that are no bearer token (401); a body that is not a form where a form is awaited (415).
    """
    handler, api = request.route_handler, request.scope["path"].startswith("/v1/")
    if "\0" in request.scope["path"]:
        raise NotFound
    if api and "authorization" in request.headers and token_of(request) is None:
        raise Unauthenticated
    if (query := handler.opt.get("query")) is not None:
        query.check(request.scope["query_string"], strict=api)
    field = handler.parsed_data_field
    wanted = getattr(field.kwarg_definition, "media_type", None) if field else None
    kind, in_parts = request.content_type[0], RequestEncodingType.MULTI_PART
    if api and wanted == kind == in_parts and "authorization" in request.headers:
        await request.form()  # read strictly: Litestar's reader fails on parts of a charset that it does not know
    of_a_page = request.method == "POST" and not handler.resolve_include_in_schema()
    if of_a_page and kind not in ({wanted} if wanted else _FORMS):
        raise MediaTypeNotForm


def read_fields(model: type[Model], data: Mapping[str, Any], *names: str) -> Model:
    """Fields `names` of a form as `model`; a blank field counts as missing. `InvalidFields`."""
    return decode_model(model, filled(data, *names))


def decode_model(model: type[Model], value: Any) -> Model:
    """`value` as `model`; `InvalidFields` names every wrong field at once. Litestar decodes bodies with it."""
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
