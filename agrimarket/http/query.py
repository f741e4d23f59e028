"""Query parameters, read strictly: each comes once, is UTF-8, and is what its operation says.

In the API an operation's query is refused as a whole, with every fault at its parameter (`ParametersWrong`, 422); so is
a parameter that the operation does not know. Pages ignore what they do not know, since others write to their addresses.
"""

import re
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from types import NoneType
from typing import Annotated, Any, cast, get_args
from urllib.parse import parse_qsl

from litestar.params import ParameterKwarg, QueryParameter
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from agrimarket.http.problems import MAX_PROBLEMS, ParametersWrong, findings_of
from agrimarket.kernel.paging import CursorMalformed

Faults = list[tuple[str, str, dict[str, Any]]]
Canonical = tuple[tuple[str, str], ...]
"""The parameters that were given, sorted by name, each with the one text that stands for its value."""
_WHOLE = re.compile(r"-?[0-9]{1,18}\Z")
_KEPT = "surrogateescape"
_UNREADABLE = re.compile("[\0\ud800-\udfff]")
_BOOLS = {"true": True, "1": True, "false": False, "0": False}


def _whole(value: Any) -> int:
    if not _WHOLE.match(str(value)):
        raise PydanticCustomError("int_parsing", "no whole number")
    return int(value)


def _bool(value: Any) -> bool:
    if str(value) not in _BOOLS:
        raise PydanticCustomError("bool_type", "neither true nor false")
    return _BOOLS[str(value)]


def _adapter(hint: Any, mark: ParameterKwarg) -> TypeAdapter[Any]:
    """What reads a parameter's text: of the type `hint`, within the bounds that `mark` states."""
    kinds = [kind for kind in get_args(get_args(hint)[0]) if kind is not NoneType]
    kind = kinds[0] if len(kinds) == 1 else get_args(hint)[0]
    values = [kind] if isinstance(kind, type) else get_args(kind)
    read = _bool if kind is bool else _whole if all(one is int or isinstance(one, int) for one in values) else str
    bounds = {name: getattr(mark, name) for name in ("ge", "le", "min_length", "max_length", "pattern")}
    stated = Field(**{name: value for name, value in bounds.items() if value is not None})
    return TypeAdapter(cast("Any", Annotated)[kind, stated, BeforeValidator(read)])


class Query:
    """The query parameters of one operation, read from its handler's types."""

    def __init__(self, hints: Mapping[str, Any], required: frozenset[str]) -> None:
        """`hints` are the handler's annotated types by parameter; those `required` have no default."""
        self._adapters: dict[str, TypeAdapter[Any]] = {}
        self._required: set[str] = set()
        for name, hint in hints.items():
            for mark in getattr(hint, "__metadata__", ()):
                if isinstance(mark, QueryParameter):
                    known = mark.query or mark.name or name
                    self._adapters[known] = _adapter(hint, mark)
                    if name in required:
                        self._required.add(known)
        self._read = lru_cache(256)(self._parse)

    def check(self, query: bytes, *, strict: bool) -> None:
        """Refuse a query that is not what the operation takes; with `strict`, one with more than it knows.

        `ParametersWrong`, or `CursorMalformed` if the cursor alone is wrong.
        """
        faults = [fault for fault in self._read(query)[1] if strict or fault[1] != "parameter_unknown"]
        if faults and all(pointer == "/cursor" for pointer, _, _ in faults):
            raise CursorMalformed(pointer="/cursor")
        if faults:
            raise ParametersWrong(faults[:MAX_PROBLEMS])

    def canonical(self, query: bytes) -> Canonical | None:
        """The same for all queries that mean the same; None for one that is refused."""
        found, faults = self._read(query)
        return None if faults else found

    def _parse(self, query: bytes) -> tuple[Canonical, Faults]:
        try:
            # Bytes that are no UTF-8 come out as lone surrogates, so that each is a fault of its own parameter.
            text = query.decode(errors=_KEPT)
            pairs = parse_qsl(text, keep_blank_values=True, errors=_KEPT, max_num_fields=100)
        except ValueError:  # too many
            return (), [("/", "parameter_unreadable", {})]
        given: dict[str, list[str]] = {}
        for name, value in pairs:
            given.setdefault(name, []).append(value)
        found: dict[str, str] = {}
        faults: Faults = [(f"/{name}", "missing", {}) for name in sorted(self._required - given.keys())]
        for name, values in given.items():
            if fault := self._fault(name, values, found):
                faults.append((f"/{name.encode(errors='replace').decode()}", *fault))
        return tuple(sorted(found.items())), faults

    def _fault(self, name: str, values: list[str], found: dict[str, str]) -> tuple[str, dict[str, Any]] | None:
        if name not in self._adapters:
            return "parameter_unknown", {"known": ", ".join(sorted(self._adapters)) or "–"}
        if any(_UNREADABLE.search(text) for text in values):
            return "parameter_unreadable", {}
        if len(values) > 1:
            return "parameter_repeated", {}
        try:
            value = self._adapters[name].validate_python(values[0])
        except ValidationError as error:
            ((_, code, params), *_) = findings_of(error)
            return code, params
        found[name] = str(value.value if isinstance(value, Enum) else value)
        return None
