"""Doors: all operations and pages that take an id, requests to them, and the answers that strangers must get."""

import inspect
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from httpx import Response
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient
from sqlalchemy import Connection, text

from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.principal import Role
from tests.api.estate import TUS, Estate, picture
from tests.factories.accounts import Somebody

VERBS = ("get", "head", "post", "put", "patch", "delete")
WORDS: Mapping[str, tuple[str, ...]] = {
    "code": ("420102",),
    "kind": ("farmer",),
    "role": ("coach",),
    "step": ("identity",),
    "name": ("320.webp",),
    "asked": ("2020-02-17",),
    "act of /review": ("claim", "approve", "reject", "ask", "check", "reveal"),
}
"""Values of parameters that are not ids; the acts differ by path."""
FORM = {
    "act": "x", "fence": "1", "result": "x", "reason": "x", "step": "identity", "ask": "other", "field": "id_number",
    "requirement": "identity_seen", "seen": "yes", "limit": "1", "version": "1",
}  # fmt: skip
"""Fields of the pages' forms; each form takes those that it knows."""
PUBLIC = {
    ("get", "/v1/bulletins/{bulletin_id}"),
    ("get", "/sellers/{seller_id}"),
    ("get", "/photos/{listing_photo_id}/{name}"),
    ("get", "/v1/rumours/{rumour_id}"),
    ("get", "/rumours/{rumour_id}"),
    ("get", "/follows/{follow_id}"),
    ("post", "/follows/{follow_id}/end"),
    ("get", "/clearance/told/{clearance_follow_id}"),
    ("post", "/clearance/told/{clearance_follow_id}/end"),
}
"""Doors that are open to anybody. (The estate's listing is a draft, which only its seller may see.)"""
PUBLIC_IN_BODIES = {("post", "/v1/lots", "/product_id")}
LEFT_OUT = {("post", "/v1/carts", "/lines/0/listing_id")}
"""Doors that leave out what cannot be bought, whether it exists or not."""
BESIDES: Mapping[tuple[str, str], dict[str, Any]] = {("post", "/v1/claims"): {"affected_bps": 1_000}}
"""Values that a body needs and its schema cannot describe."""
OTHER_IDS: Mapping[tuple[str, str], dict[str, str]] = {
    ("patch", "/v1/carts/{cart_id}/lines/{listing_id}"): {"listing_id": "listing_in_cart"},
    ("delete", "/v1/documents/{document_id}"): {"document_id": "appeal_photo_id"},
    ("post", "/v1/staff/{person_id}/reset"): {"person_id": "colleague_id"},
    ("post", "/v1/staff/{person_id}/disable"): {"person_id": "colleague_id"},
    ("get", "/desk/staff/{person_id}"): {"person_id": "colleague_id"},
    ("post", "/desk/staff/{person_id}/reset"): {"person_id": "colleague_id"},
    ("post", "/desk/staff/{person_id}/roles"): {"person_id": "colleague_id"},
    ("post", "/desk/staff/{person_id}/disable"): {"person_id": "colleague_id"},
    ("post", "/documents/{document_id}/remove"): {"document_id": "appeal_photo_id"},
    ("post", "/sell/new/{lot_id}/photos/{photo_id}/remove"): {"photo_id": "draft_photo_id"},
    ("post", "/sell/listings/{listing_id}/photos/{photo_id}/remove"): {
        "listing_id": "listing_in_cart",
        "photo_id": "listing_photo_id",
    },
    **{
        (method, path): {"listing_id": "reviewed_listing_id"}
        for method, path in (
            ("get", "/v1/review/listings/{listing_id}"),
            ("get", "/desk/listings/{listing_id}"),
            ("post", "/desk/listings/{listing_id}/approve"),
            ("post", "/desk/listings/{listing_id}/decline"),
        )
    },
    **{
        (method, f"{at}/{{bulk_file_id}}{act}"): {"bulk_file_id": "order_file_id"}
        for at in ("/v1/seller-orders/bulk/files", "/sell/orders/bulk")
        for method, act in (("get", ""), ("get", "/rows"), ("get", "/faults"), ("post", "/load"))
    },
}
"""Parameters for which the estate has a thing that belongs with the other one in the path."""
HELD = re.compile(r"^(/v1/coaching/tasks|/coach/tasks)/{task_id}/")
"""Doors at which coaches can tell another coach's task from none, since row 25 wants 409; they tell nothing else."""
SELLING = re.compile(r"^(/v1/listing-proposals|/sell/new|/sell/listings)/")
"""Doors that tell whoever has no seller's account so, before the id is read."""
_ID = re.compile(r"^\^([a-z]{3})_\[0-7\]")
_ROLES = {role.value for role in Role}


@dataclass(frozen=True)
class Door:
    """Method and path, and for bodies the property whose id is someone else's."""

    method: str
    path: str
    guard: str = ""
    """Role without which the request is refused before the id is read."""
    open: bool = False
    """Whether the door needs no sign-in."""
    pointer: str = ""

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path} {self.pointer}".strip()

    @property
    def page(self) -> bool:
        """Whether the door is a page, for browsers."""
        return not self.path.startswith("/v1/")

    @property
    def names(self) -> list[str]:
        """The path's parameters."""
        return re.findall(r"{(\w+)}", self.path)

    def expected(self, who: Somebody | None) -> set[int]:
        """The statuses that a stranger may get."""
        if who is None and self.page:
            return {401, 303, 404}
        if who is None and not self.open:
            return {401}
        if who is not None and self.guard and self.guard not in who.principal.roles:
            return {403}
        if who is not None and self.guard == Role.COACH and HELD.match(self.path):
            return {404, 409}
        if who is not None and who.principal.seller_id is None and SELLING.match(self.path):
            return {403, 404}
        if (self.method, self.path, self.pointer) in LEFT_OUT:
            return {201}
        return {404, 422} if self.pointer else {404}  # an id in a body is refused like any other wrong value


class House:
    """All doors of an application."""

    def __init__(self, app: Litestar) -> None:
        self.app = app
        self.document: dict[str, Any] = app.openapi_schema.to_schema()
        self._csrf = ""

    def csrf_token(self, client: TestClient[Litestar]) -> str:
        """Token that forms carry, as in the cookie."""
        if not self._csrf:
            client.get("/sign-in")
            self._csrf = client.cookies["csrftoken"]
        return self._csrf

    @cached_property
    def _handlers(self) -> dict[tuple[str, str], HTTPRouteHandler]:
        found: dict[tuple[str, str], HTTPRouteHandler] = {}
        for route in self.app.routes:
            for handler in getattr(route, "route_handlers", ()):
                if isinstance(handler, HTTPRouteHandler):
                    path = re.sub(r":\w+}", "}", route.path)
                    found |= {(method.lower(), path): handler for method in handler.http_methods}
        return found

    def _door(self, method: str, path: str, pointer: str = "") -> Door:
        asks_for = set(inspect.signature(inspect.unwrap(self._handlers[method, path].fn)).parameters)
        guard = next(iter(asks_for & _ROLES), "")
        return Door(method, path, guard, not asks_for & {"principal", *_ROLES}, pointer)

    def operations(self) -> list[Door]:
        """Operations that the OpenAPI documents with an id in their path."""
        return [self._door(method, path) for method, path in self._documented() if "_id}" in path]

    def _documented(self) -> list[tuple[str, str]]:
        paths: dict[str, dict[str, Any]] = self.document["paths"]
        return [(method, path) for path, methods in paths.items() for method in methods if method in VERBS]

    def pages(self) -> list[Door]:
        """Routes that the OpenAPI leaves out, with an id in their path."""
        hidden = {pair for pair in self._handlers if pair[0] in VERBS and "_id}" in pair[1]} - {*self._documented()}
        return [self._door(*pair) for pair in sorted(hidden)]

    def bodies(self) -> list[Door]:
        """Operations that the OpenAPI documents with an id only in their body, once for each property that is an id."""
        return [
            self._door(method, path, pointer)
            for method, path in self._documented()
            if "_id}" not in path
            for pointer in sorted(set(_pointers(self, self._schema(method, path))))
            if (method, path, pointer) not in PUBLIC_IN_BODIES
        ]

    def lists(self) -> list[Door]:
        """Operations that read without naming anything."""
        found = [pair for pair in self._handlers if pair[0] == "get" and "{" not in pair[1]]
        return [self._door(*pair) for pair in sorted(found) if not pair[1].startswith(("/schema", "/metrics"))]

    def _schema(self, method: str, path: str) -> dict[str, Any]:
        content = self.document["paths"][path][method].get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("schema", {})

    def file_of(self, door: Door) -> str:
        """Name of the part that is the file of an operation that takes one; "" for others."""
        if door.page:
            return ""
        content = self.document["paths"][door.path][door.method].get("requestBody", {}).get("content", {})
        schema = self.resolved(content.get("multipart/form-data", {}).get("schema", {}))
        return next(iter(schema.get("properties", {})), "")

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A schema behind its references and alternatives; the first that is not null."""
        while True:
            if "$ref" in schema:
                schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            elif alternatives := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
                first = next(one for one in alternatives if one.get("type") != "null")
                schema = {**first, **({"examples": schema["examples"]} if "examples" in schema else {})}
            else:
                return schema

    def body(self, door: Door, ids: Mapping[str, str]) -> Any:
        """A body that is accepted from a person who may send it, with ids from `ids` by prefix. None for no body."""
        schema = self._schema(door.method, door.path) if not door.page else {}
        if not schema:
            return None
        return _example(self, schema, ids, door.pointer, "") | BESIDES.get((door.method, door.path), {})


_MULTIPART = (
    "/documents",
    "/photos",
    "/delivery-photos",
    "/delivered",
    "/orders/{order_id}/claim",
    "/claims/{claim_id}/answer",
    "/condition",
)
"""Ends of the addresses of forms with files."""


def _pointers(house: House, schema: dict[str, Any], here: str = "") -> Iterator[str]:
    schema = house.resolved(schema)
    if _ID.match(schema.get("pattern", "")):
        yield here
    for name, inner in schema.get("properties", {}).items():
        yield from _pointers(house, inner, f"{here}/{name}")
    if "items" in schema:
        yield from _pointers(house, schema["items"], f"{here}/0")


def _example(house: House, schema: dict[str, Any], ids: Mapping[str, str], wanted: str, here: str) -> Any:
    """The smallest instance of a schema, with the ids that are `wanted` in it (all, if none is)."""
    schema = house.resolved(schema)
    if found := _ID.match(schema.get("pattern", "")):
        return ids[found[1]]
    for known in ("const", "default"):
        if schema.get(known) is not None:
            return schema[known]
    for listed in ("examples", "enum"):
        if listed in schema:
            return schema[listed][0]
    match schema.get("type"):
        case "object":
            properties: dict[str, Any] = schema.get("properties", {})
            required = schema.get("required", ())
            return {
                name: _example(house, inner, ids, wanted, f"{here}/{name}")
                for name, inner in properties.items()
                if name in required or _names_one(house, inner, wanted, f"{here}/{name}")
            }
        case "array":
            needed = schema.get("minItems") or _names_one(house, schema["items"], wanted, f"{here}/0")
            return [_example(house, schema["items"], ids, wanted, f"{here}/0")] if needed else []
        case "integer" | "number":
            return max(schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return True
        case _:
            return "x" * max(1, schema.get("minLength", 1))


def _names_one(house: House, schema: dict[str, Any], wanted: str, here: str) -> bool:
    found = list(_pointers(house, schema, here))
    return bool(found) and (not wanted or wanted in found)


@dataclass(frozen=True)
class Knock:
    """A door, with values for its parameters that are not ids."""

    door: Door
    words: Mapping[str, str]

    def path(self, ids: Mapping[str, str]) -> str:
        """Path of the door with those ids."""
        names = OTHER_IDS.get((self.door.method, self.door.path), {})
        return re.sub(r"{(\w+)}", lambda m: self.words.get(m[1]) or ids[names.get(m[1], m[1])], self.door.path)


def knocks(door: Door) -> list[Knock]:
    """Knocks at a door, one for each word that fits its path; `KeyError` for a parameter that `WORDS` does not know."""
    found = [Knock(door, {})]
    for name in door.names:
        if not name.endswith("_id"):
            words = WORDS[name if name != "act" else f"act of /{door.path.split('/')[1]}"]
            found = [Knock(door, {**one.words, name: word}) for one in found for word in words]
    return found


def strange_ids(estate: Estate) -> dict[str, str]:
    """Well-formed ids of things that do not exist."""
    made = {prefix: encode(prefix, new_id()) for prefix in {value[:3] for value in estate.ids.values()}}
    return {name: made[value[:3]] for name, value in estate.ids.items()}


def knock(estate: Estate, house: House, at: Knock, ids: Mapping[str, str], who: Somebody | None) -> Response:
    """Send the request of a knock; returns the answer."""
    door, client = at.door, estate.client
    headers = {"Accept-Language": "zh-Hans", **(who.headers if who else {})}
    client.cookies.clear()
    if door.page:
        headers |= {"Accept": "text/html", "X-CSRFToken": house.csrf_token(client)}
        client.cookies.set("csrftoken", headers["X-CSRFToken"])
        if who:
            client.cookies.set("session", who.token)
        sent: dict[str, Any] = {"data": FORM} if door.method == "post" else {}
        if sent and door.path.endswith(_MULTIPART):
            sent["files"] = {"photos": ("id.jpg", b"x", "image/jpeg")}
        return client.request(door.method, at.path(ids), headers=headers, follow_redirects=False, **sent)
    headers |= {"If-Match": '"1"', **TUS}
    if file := house.file_of(door):
        files = {file: ("id.jpg", picture(), "image/jpeg")}
        return client.request(door.method, at.path(ids), files=files, headers=headers)
    if door.path.startswith("/v1/documents") and door.method == "patch":
        headers |= {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        return client.request("PATCH", at.path(ids), content=b"x", headers=headers)
    return client.request(door.method, at.path(ids), json=house.body(door, ids), headers=headers)


def told(response: Response, ids: Mapping[str, str]) -> tuple[int, str]:
    """Status and content of an answer, without the parts that differ each time."""
    said = response.text
    for value in ids.values():
        said = said.replace(value, value[:3])
    return response.status_code, _FRESH.sub("", said)


_FRESH = re.compile(r'value="[0-9a-f]{64,}"|[0-9a-f]{32}|\b[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}\b')
"""Pattern of CSRF tokens, ids of requests, and ids of new rows."""


@contextmanager
def undone(estate: Estate) -> Iterator[Connection]:
    """Roll back, at the end of the block, everything that is done in it."""
    with estate.base.engine.connect() as connection:
        outer = connection.begin()
        estate.current.current = Database.within(connection)
        try:
            yield connection
        finally:
            estate.current.current = estate.base
            outer.rollback()


def written(connection: Connection) -> int:
    """Number of rows written in this transaction, without the notes that somebody was seen."""
    return connection.execute(_WRITTEN).scalar_one()


_WRITTEN = text("""
    SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables
    WHERE relname NOT IN ('sign_in_session', 'api_key')
""")
