"""Routes from paths to functions, and parts that every operation shares: look-ups, cursor lists and `expand`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from agrimarket.embedded.stripe_sandbox.errors import ApiError, Json, invalid
from agrimarket.embedded.stripe_sandbox.params import Params
from agrimarket.embedded.stripe_sandbox.store import Record, Transaction

LIST = ("created", "ending_before", "limit", "starting_after")
"""Parameters that every list takes."""


@dataclass
class Call:
    """An API request inside its transaction."""

    tx: Transaction
    params: Params
    account: str
    """Owner of the objects: the platform, or the connected account of the `Stripe-Account` header; `""` for all."""
    path: dict[str, str]
    base_url: str
    """Address of the sandbox's own pages, without a slash at the end."""

    def get(self, kind: str, name: str = "id", *, param: str | None = None) -> Record:
        """The object that the path names, or 404."""
        return self.tx.get(self.path[name], kind, self.account, param or name)

    def referred(self, name: str, kind: str) -> Record | None:
        """The object that a parameter names; None without the parameter, 400 if there is no such object."""
        object_id = self.params.text(name)
        return None if object_id is None else self.tx.get(object_id, kind, self.account, name, 400)

    def cursor_list(self, kind: str, url: str, *, equal: tuple[str, ...] = (), fixed: Json | None = None) -> Json:
        """A cursor list, newest first, filtered by the parameters named in `equal` and by `fixed` values."""
        filters: Json = dict(fixed or {})
        for name in equal:
            if (value := self.params.text(name)) is not None:
                filters[name] = value
        types = self.params.strings("types")
        return self._page(kind, url, filters, ("type", types) if types else None)

    def _page(self, kind: str, url: str, filters: Json, among: tuple[str, list[str]] | None) -> Json:
        limit = self.params.integer("limit")
        limit = 10 if limit is None else limit
        if not 1 <= limit <= 100:
            raise invalid("Invalid limit: must be between 1 and 100", "limit", "parameter_invalid_integer")
        after, before = self.referred("starting_after", kind), self.referred("ending_before", kind)
        if after and before:
            raise invalid("You may only specify one of these parameters: starting_after, ending_before.")
        page = self.tx.page(
            kind,
            self.account or None,
            filters,
            bounds=[*self._bounds("created"), *self._bounds("arrival_date")],
            limit=limit,
            after=after.seq if after else None,
            before=before.seq if before else None,
            among=among,
        )
        data = [record.body for record in page.records]
        return {"object": "list", "data": data, "has_more": page.has_more, "url": url}

    def _bounds(self, name: str) -> list[tuple[str, str, int]]:
        if not isinstance(self.params.values.get(name), dict):
            exact = self.params.integer(name)
            return [] if exact is None else [(name, "=", exact)]
        given = self.params.hash(name)
        given.only(("gt", "gte", "lt", "lte"))
        operators = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
        return [
            (name, operators[key], value) for key in given.values if (value := given.integer(key, least=0)) is not None
        ]


Handler = Callable[[Call], Json]


@dataclass(frozen=True)
class Operation:
    """A documented endpoint."""

    method: str
    path: str
    pattern: re.Pattern[str]
    accepts: frozenset[str]
    handler: Handler


OPERATIONS: list[Operation] = []


def operation(method: str, path: str, *accepts: str) -> Callable[[Handler], Handler]:
    """Register the function that answers `method path`, with the parameters it knows."""

    def register(handler: Handler) -> Handler:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "$")
        OPERATIONS.append(Operation(method, path, pattern, frozenset(accepts) | {"expand"}, handler))
        return handler

    return register


def match(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    """The operation for a request, or Stripe's 404."""
    for candidate in OPERATIONS:
        found = candidate.pattern.match(path)
        if candidate.method == method and found:
            return candidate, found.groupdict()
    raise ApiError(404, "invalid_request_error", f"Unrecognized request URL ({method}: {path}).")


def expanded(tx: Transaction, result: Json, paths: list[str]) -> Json:
    """The answer with ids replaced by their objects, at most four levels deep."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > 4:
            raise invalid("You can only expand up to 4 levels.", "expand")
        _expand(tx, result, steps, path)
    return result


def _expand(tx: Transaction, node: Json, steps: list[str], path: str) -> None:
    name, *rest = steps
    if name == "refunds" and node.get("object") == "charge" and name not in node:
        node[name] = _refunds(tx, node["id"])
    if name not in node:
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    value: Any = node[name]
    if isinstance(value, str):
        record = tx.find(value)
        if record is None:
            raise invalid(f"This property cannot be expanded ({path}).", "expand")
        value = node[name] = record.body
    if rest:
        children: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [value]
        for child in children:
            if isinstance(child, dict):
                _expand(tx, cast("Json", child), rest, path)


def _refunds(tx: Transaction, charge_id: str) -> Json:
    data = [record.body for record in reversed(tx.select("refund", charge=charge_id))]
    return {"object": "list", "data": data[:10], "has_more": len(data) > 10, "url": f"/v1/charges/{charge_id}/refunds"}
