"""Litestar's route decorators as this house uses them.

Handlers are synchronous and run in a thread, with every error declared. An id in an address is asked for as what it
names (`lot_id: FromPath[LotId]`) and comes as a UUID. A form that is refused is shown again by its `again`.
"""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, cast, get_args, get_type_hints

import litestar
from litestar.params import PathParameter

from agrimarket.http.problems import declared
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.ids import WireId, parse

_READ = (400, 401, 403, 404, 422, 429, 503)
_WRITE = (*_READ, 402, 409, 410, 412, 413, 415, 428)

Function = Callable[..., Any]
Decorator = Callable[..., Callable[[Function], Any]]


def _mark(hint: Any) -> WireId | None:
    """The kind of id that a parameter of the address is; None for everything else."""
    marks: tuple[Any, ...] = getattr(hint, "__metadata__", ())
    if not any(isinstance(mark, PathParameter) for mark in marks):
        return None
    return next((mark for mark in marks if isinstance(mark, WireId)), None)


def reading_ids(function: Function) -> Function:
    """`function` called with UUIDs where Litestar has texts; what is no id of that kind is not found."""
    hints = get_type_hints(function, include_extras=True)
    marks = {name: mark for name, hint in hints.items() if (mark := _mark(hint)) is not None}
    if not marks:
        return function

    @wraps(function)
    def with_ids(**given: Any) -> Any:
        return function(**{**given, **{name: parse(mark.prefix, given[name]) for name, mark in marks.items()}})

    @wraps(function)
    async def with_ids_async(**given: Any) -> Any:
        return await with_ids(**given)

    texts = {name: Annotated[str, *get_args(hints[name])[1:]] for name in marks}
    wrapper = with_ids_async if inspect.iscoroutinefunction(function) else with_ids
    return _shown(wrapper, function, {**hints, **texts})


def _shown(wrapper: Function, function: Function, hints: dict[str, Any]) -> Function:
    """`wrapper` as Litestar is to see it: with the parameters of `function`, typed as `hints` says."""
    signature = inspect.signature(function)
    parameters = [p.replace(annotation=hints[p.name]) for p in signature.parameters.values()]
    shown = cast("Any", wrapper)
    shown.__signature__ = signature.replace(parameters=parameters, return_annotation=hints["return"])
    shown.__annotations__ = hints
    return wrapper


def showing_again(function: Function, again: Function | None) -> Function:
    """`function`, but where it raises a `DomainError` the answer is `again`'s.

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


def _route(decorator: Any, statuses: tuple[int, ...] = (), **shared: Any) -> Decorator:
    if statuses:
        shared["responses"] = declared(*statuses)

    def route(path: Any = None, *, again: Function | None = None, **options: Any) -> Callable[[Function], Any]:
        def decorate(function: Function) -> Any:
            ready = reading_ids(showing_again(function, again))
            threaded = not inspect.iscoroutinefunction(function)
            return decorator(path, **{**shared, "sync_to_thread": threaded, **options})(ready)

        return decorate

    return route


get = _route(litestar.get, _READ)
head = _route(litestar.head, _READ)
post = _route(litestar.post, _WRITE)
put = _route(litestar.put, _WRITE)
patch = _route(litestar.patch, _WRITE)
delete = _route(litestar.delete, _WRITE)
page = _route(litestar.get, include_in_schema=False)
form = _route(litestar.post, include_in_schema=False, status_code=200)
