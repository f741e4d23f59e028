"""Litestar's route decorators, adapted to this house.

A handler is a plain function. It names what it needs, and what it names is resolved on the handler's own thread, in
one hop: Litestar's own injection takes a task, and often a thread, for each dependency (decision 10). Only a read that
is asked for very often is a coroutine, which stays on the event loop and holds no session (`Database.fetch`).

- `db: NamedDependency[Database]` and the like come from `http.providers`.
- An id in the address comes as a UUID: `lot_id: FromPath[LotId]`; a text that is no such id is not found.
- What an API key may do is said by its scopes: `@get(path, scopes=(Scope.LOTS_READ,))`; without any, no key may.
- A refused form is shown again: `@form(path, again=show)` answers a `DomainError` with `show(refusal=error, …)`.
- A model that is returned, or a `Wire` for one, goes out as JSON, written on the handler's thread.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Generic, TypeVar, cast, get_args, get_origin, get_type_hints

import litestar
import msgspec
from litestar import Request, Response
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.handlers import BaseRouteHandler
from litestar.params import ParameterKwarg, PathParameter
from pydantic import BaseModel

from agrimarket.http.etag import content_tag, etag
from agrimarket.http.idempotency import read_body
from agrimarket.http.operations import Declaration, operation
from agrimarket.http.principal import token_of
from agrimarket.http.providers import PROVIDERS, ROLES
from agrimarket.http.query import Query
from agrimarket.http.request import MAX_BODY
from agrimarket.kernel.errors import DomainError, Unauthenticated
from agrimarket.kernel.ids import WireId, parse
from agrimarket.kernel.principal import KEY_PREFIX

_DEPENDENCY = get_args(NamedDependency[Any])[1]

Function = Callable[..., Any]
Model = TypeVar("Model")
Decorator = Callable[..., Callable[[Function], Any]]


@dataclass(frozen=True, slots=True)
class Needs:
    """Needs of a handler: ids by their parameter, and names of `PROVIDERS`."""

    ids: Mapping[str, WireId]
    provided: tuple[str, ...]
    asks_request: bool
    takes_body: bool

    @property
    def signed_in(self) -> str | None:
        """Name of the dependency that admits only people who are signed in; None without one."""
        return next((name for name in self.provided if name == "principal" or name in ROLES), None)

    @classmethod
    def of(cls, function: Function, hints: Mapping[str, Any]) -> "Needs":
        """Needs of `function`, from its parameters; `KeyError`, on import, for a dependency that nobody provides."""
        marks = {name: getattr(hint, "__metadata__", ()) for name, hint in hints.items()}
        provided = tuple(name for name, found in marks.items() if _DEPENDENCY in found)
        if unknown := set(provided) - set(PROVIDERS):
            raise KeyError(f"{function.__qualname__}: nobody provides {', '.join(sorted(unknown))}")
        ids = {
            name: next(mark for mark in found if isinstance(mark, WireId))
            for name, found in marks.items()
            if any(isinstance(mark, PathParameter) for mark in found)
            and any(isinstance(mark, WireId) for mark in found)
        }
        return cls(ids, provided, "request" in hints, "data" in hints)

    def met(self, request: Request[Any, Any, Any], given: dict[str, Any]) -> dict[str, Any]:
        """The handler's arguments: `given` by Litestar, with ids read and the rest provided."""
        for name, mark in self.ids.items():
            given[name] = parse(mark.prefix, given[name])
        for name in self.provided:
            given[name] = PROVIDERS[name](request)
        if self.asks_request:
            given["request"] = request
        return given


def admitting(needs: Needs) -> list[Any]:
    """Guards that Litestar runs before it reads a body, so that strangers do not learn what a body should contain.

    An API key is looked up here wherever it could count: what its scopes do not name, it learns nothing about.
    """
    name = needs.signed_in or ("visitor" if "visitor" in needs.provided else None)
    if name is None:
        return []

    async def guard(connection: Request[Any, Any, Any], _: BaseRouteHandler) -> None:
        token = token_of(connection)
        if token is None and needs.signed_in:
            raise Unauthenticated
        if token is not None and (token.startswith(KEY_PREFIX) or (needs.takes_body and needs.signed_in)):
            await sync_to_thread(PROVIDERS[name], connection)

    return [guard]


def edge_of(function: Function, needs: Needs, hints: dict[str, Any]) -> Function:
    """`function` for Litestar: a coroutine that hops to a thread once, and there meets all needs and acts."""

    def act(request: Request[Any, Any, Any], given: dict[str, Any]) -> Any:
        return _rendered(function(**needs.met(request, given)))

    async def threaded(request: Request[Any, Any, Any], given: dict[str, Any]) -> Any:
        if "idempotency" in needs.provided:
            await read_body(request)
        return await sync_to_thread(act, request, given)

    async def direct(request: Request[Any, Any, Any], given: dict[str, Any]) -> Any:
        stranger = token_of(request) is None  # identifying anybody else takes a read of the database
        arguments = needs.met(request, given) if stranger else await sync_to_thread(needs.met, request, given)
        return _rendered(await function(**arguments))

    answer = direct if inspect.iscoroutinefunction(function) else threaded

    @wraps(function)
    async def edge(*, request: Request[Any, Any, Any], **given: Any) -> Any:
        return await answer(request, given)

    shown = {name: hint for name, hint in hints.items() if name not in (*needs.provided, "request", "return")}
    shown |= {name: Annotated[str, *get_args(hints[name])[1:]] for name in needs.ids}
    return _with_signature(
        edge, function, {"request": Request[Any, Any, Any], **shown, "return": _documented(hints["return"])}
    )


def _parameters(hints: Mapping[str, Any]) -> dict[str, ParameterKwarg]:
    """What the handler reads of the address and the headers, by the names on the wire."""
    marks = [(name, mark) for name, hint in hints.items() for mark in getattr(hint, "__metadata__", ())]
    found = [(name, mark) for name, mark in marks if isinstance(mark, ParameterKwarg)]
    return {mark.query or mark.header or mark.name or name: mark for name, mark in found}


def _query(function: Function, hints: Mapping[str, Any]) -> Query:
    """What reads the query of a handler."""
    own = inspect.signature(function).parameters
    needed = {name for name, parameter in own.items() if parameter.default is inspect.Parameter.empty}
    return Query(hints, frozenset(needed))


def _declared(method: str, needs: Needs, parameters: Mapping[str, ParameterKwarg], **said: Any) -> Declaration:
    return Declaration(
        method=method,
        signed_in=needs.signed_in is not None,
        provided=frozenset(needs.provided),
        parameters_of=parameters,
        has_body=needs.takes_body or "raw" in said,
        **said,
    )


def _with_signature(edge: Function, function: Function, hints: dict[str, Any]) -> Function:
    """`edge` with the signature for Litestar: the parameters of `function` that are named in `hints`."""
    own = inspect.signature(function).parameters
    blank = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY)
    parameters = [
        own.get(name, blank).replace(annotation=hint, kind=inspect.Parameter.KEYWORD_ONLY)
        for name, hint in hints.items()
        if name != "return"
    ]
    shown = cast("Any", edge)
    shown.__signature__ = inspect.Signature(parameters, return_annotation=hints["return"])
    shown.__annotations__ = hints
    return edge


@dataclass(frozen=True, slots=True)
class Wire(Generic[Model]):
    """An answer of the schema `Model` that is a JSON object already, where making models would cost too much."""

    content: dict[str, Any]


def versioned(content: BaseModel | Wire[Any], version: int) -> Response[Any]:
    """A read of something that two people edit, with an entity tag of its version and of all that is shown."""
    answer: Response[Any] = Response(_json(content))
    answer.headers["ETag"] = etag(version, answer.content)
    return answer


def tagged(content: BaseModel | Wire[Any]) -> Response[Any]:
    """A read with an entity tag of all that is shown: who has it already is answered 304 (`http.negotiation`)."""
    answer: Response[Any] = Response(_json(content))
    answer.headers["ETag"] = content_tag(answer.content)
    return answer


def _rendered(answer: Any) -> Any:
    """JSON of a model or a `Wire`; any other answer unchanged."""
    if isinstance(answer, Response):
        response = cast("Response[Any]", answer)
        response.content = _json(response.content)
        return response
    return _json(answer)


def _json(content: Any) -> Any:
    match content:
        case BaseModel():
            return content.__pydantic_serializer__.to_json(content)
        case Wire():
            return msgspec.json.encode(cast("Wire[Any]", content).content)
        case _:
            return content


def _documented(hint: Any) -> Any:
    """Return type for the OpenAPI document: a `Wire[Model]` is a `Model`."""
    origin = get_origin(hint)
    if origin is Wire:
        return get_args(hint)[0]
    return Response[_documented(get_args(hint)[0])] if origin is Response else hint


def showing_again(function: Function, again: Function | None) -> Function:
    """`function`, but if it raises a `DomainError`, the answer is that of `again`.

    `again` is called with the error as `refusal` and with those of the handler's arguments that it names.
    """
    if again is None:
        return function
    names = set(inspect.signature(again).parameters) & set(inspect.signature(function).parameters)

    @wraps(function)
    def refusable(**given: Any) -> Any:
        try:
            return function(**given)
        except DomainError as refusal:
            return again(refusal=refusal, **{name: given[name] for name in names})

    return refusable


_SAID = ("takes", "gives", "also", "raw", "limited", "security", "statuses", "scopes")
"""Options of ours, which `Declaration` explains."""


def _route(decorator: Any, method: str, **shared: Any) -> Decorator:
    def route(path: Any = None, *, again: Function | None = None, **options: Any) -> Callable[[Function], Any]:
        def decorate(function: Function) -> Any:
            hints = get_type_hints(function, include_extras=True)
            needs, parameters, given = Needs.of(function, hints), _parameters(hints), {**shared, **options}
            said = {name: given.pop(name) for name in _SAID if name in given}
            asks = {"query": _query(function, hints), "scopes": said.get("scopes", ())}
            settings = {"guards": admitting(needs), **asks, **given}
            if given.get("include_in_schema", True):
                limit = given.get("request_max_body_size", MAX_BODY)
                declared = _declared(method, needs, parameters, body_limit=limit, **said)
                settings["operation_class"] = operation(declared)
            return decorator(path, **settings)(edge_of(showing_again(function, again), needs, hints))

        return decorate

    return route


get = _route(litestar.get, "get")
head = _route(litestar.head, "head")
post = _route(litestar.post, "post")
put = _route(litestar.put, "put")
patch = _route(litestar.patch, "patch")
delete = _route(litestar.delete, "delete")
options = _route(litestar.route, "options", http_method=HttpMethod.OPTIONS, status_code=204)
probe = _route(litestar.get, "get", limited=False)
hook = _route(litestar.post, "post", limited=False)
page = _route(litestar.get, "get", include_in_schema=False)
form = _route(litestar.post, "post", include_in_schema=False, status_code=200)
