"""What each operation of the OpenAPI document declares beside its types, read from its handler.

A handler says by what it asks for who may call it, which headers it reads and which it answers with (`Declaration`);
what it can be refused with follows from the same. `ApiOperation` writes that down when the document is made, so that no
handler repeats it. What all operations share stands in the document once and is referred to (`COMPONENTS`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from litestar.openapi.spec import Operation
from litestar.params import ParameterKwarg, PathParameter

from agrimarket.http.principal import SELLER
from agrimarket.http.problems import DESCRIBED, MEDIA_TYPE, NAMES
from agrimarket.http.request import MAX_BODY
from agrimarket.kernel.principal import SELLS, Scope
from agrimarket.kernel.wire import LARGEST_INT32

Json = dict[str, Any]
BEARER: Final[Json] = {"bearer": []}
KEY: Final = "key"
"""Name of the security scheme of API keys."""
WRITES: Final = frozenset({"post", "put", "patch", "delete"})
UNSAID = r"^[^\x00]*$"
"""Pattern of texts that say nothing of their characters: a NUL is refused everywhere, and no column holds one."""


def _number(largest: int = LARGEST_INT32, **more: Any) -> Json:
    return {"type": "integer", "format": "int32", "minimum": 0, "maximum": largest, **more}


def _text(pattern: str, longest: int, example: str) -> Json:
    return {"type": "string", "pattern": pattern, "maxLength": longest, "examples": [example]}


HEADERS: Final[Mapping[str, tuple[str, Json]]] = {
    "RateLimit": (
        "What is left of each policy: `r` requests for the next `t` seconds.",
        _text(r'^"[a-z-]+";r=[0-9]+;t=[0-9]+(, "[a-z-]+";r=[0-9]+;t=[0-9]+)*$', 200, '"requests";r=5999;t=60'),
    ),
    "RateLimit-Policy": (
        "What is allowed: `q` requests in `w` seconds, counted by the caller's network.",
        _text(r'^"[a-z-]+";q=[0-9]+;w=[0-9]+(, "[a-z-]+";q=[0-9]+;w=[0-9]+)*$', 200, '"requests";q=6000;w=60'),
    ),
    "Retry-After": ("Seconds after which it is worth trying again.", _number(examples=[60])),
    "Access-Control-Allow-Origin": ("Any site's scripts may read it: no cookie has a say here.", {"const": "*"}),
    "X-Request-Id": (
        "Identifies the request in our logs; the caller's own if it sent a good one.",
        _text(r"^[A-Za-z0-9._-]{8,64}$", 64, "0193f7c2b1c74e0f9c1d7a3b5e2f4d60"),
    ),
    "WWW-Authenticate": ("How to authenticate.", _text(r"^Bearer( .*)?$", 80, "Bearer")),
    "ETag": (
        "The version of the answer, for `If-Match`, and what it shows, for `If-None-Match`.",
        _text(r'^(W/)?"[^"\x00-\x1f]*"$', 80, '"7"'),
    ),
    "Idempotency-Replayed": ("Sent where the answer is that of an earlier request under the key.", {"const": "true"}),
    "Location": (
        "Where the thing that was made is.",
        _text(r"^/v1/[a-z0-9_/-]+$", 200, "/v1/lots/lot_01m8504b7ye8nbqetv75q9crjn"),
    ),
    "Tus-Resumable": ("The version of tus.", {"const": "1.0.0"}),
    "Tus-Version": ("Versions of tus that are understood.", {"const": "1.0.0"}),
    "Tus-Extension": ("Extensions of tus that are understood.", {"const": "creation"}),
    "Tus-Max-Size": ("The largest upload, in bytes.", _number(examples=[12_000_000])),
    "Upload-Offset": ("How many bytes are there.", _number(examples=[0])),
    "Upload-Length": ("How many bytes there will be.", _number(examples=[204_800])),
    "Content-Disposition": ("The file's name.", _text(r"^(inline|attachment)[^\x00-\x1f]*$", 200, "attachment")),
}
"""Headers of answers: what each means, and its schema."""

PARAMETERS: Final[Mapping[str, tuple[str, bool, Json]]] = {
    "Accept-Language": (
        "The language of sentences: `zh-Hant`, `zh-Hans` or `en`.",
        False,
        _text(r"^[A-Za-z0-9*;=,. -]*$", 200, "zh-Hans"),
    ),
    "Idempotency-Key": (
        "The same key with the same request acts once, and is answered alike for thirty days.",
        False,
        {**_text(r"^[\x20-\x7e]+$", 255, "order-2020-02-17-001"), "minLength": 1},
    ),
    "If-Match": (
        "The `ETag` that was read; a change of something that has changed since is refused.",
        True,
        _text(r'^(W/)?"[0-9]{1,9}(\.[0-9a-f]{16})?"$', 30, '"7"'),
    ),
    "If-None-Match": (
        "The `ETag` of the answer that the caller has.",
        False,
        _text(r'^(W/)?"[^"\x00-\x1f]*"$', 80, '"7"'),
    ),
    "Agrimarket-Seller": (
        "The grower whom the caller sells for, under their mandate; without it the caller's own account.",
        False,
        _text(r"^sel_[0-9a-hjkmnp-tv-z]{26}$", 30, "sel_01m8504b7ye8nbqetv75q9crjn"),
    ),
    "Tus-Resumable": ("The version of tus.", True, {"type": "string", "const": "1.0.0", "examples": ["1.0.0"]}),
    "Upload-Length": ("Bytes of the file.", True, _number(examples=[204_800])),
    "Upload-Offset": ("The byte to go on from.", True, _number(examples=[0])),
    "Upload-Metadata": (
        "`filename` and `application` or `appeal`, each in base64.",
        True,
        _text(r"^[A-Za-z]+ [A-Za-z0-9+/=]+(, ?[A-Za-z]+ [A-Za-z0-9+/=]+)*$", 1_000, "filename aWQuanBn"),
    ),
}
"""Headers of requests: what each means, whether it is needed, and its schema."""

SHARED: Final = ("Access-Control-Allow-Origin", "RateLimit", "RateLimit-Policy", "X-Request-Id")
"""Headers of every answer of the API."""
BY_STATUS: Final[Mapping[int, tuple[str, ...]]] = {
    401: ("WWW-Authenticate",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
"""Headers of refusals beside the shared ones."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What an operation takes and gives, as its handler says it.

    `provided` is what the handler asks for by name, `takes` and `gives` are headers beside those that follow from it.
    `also` are media types of answers beside the handler's own.
    `statuses` are refusals beside those that follow, `raw` is the media type of a body that is read as it came.
    `scopes` are those of which an API key needs one; without any the operation is closed to keys.
    `limited` is false for what lies outside the API: no rate limit holds there, and no other site's script may read it.
    """

    method: str
    signed_in: bool
    provided: frozenset[str]
    has_body: bool
    parameters_of: Mapping[str, ParameterKwarg] = field(default_factory=dict[str, ParameterKwarg])
    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    limited: bool = True
    body_limit: int = MAX_BODY
    raw: str | None = None
    security: list[Json] | None = None
    statuses: tuple[int, ...] = ()
    scopes: tuple[Scope, ...] = ()

    @property
    def guarded_by(self) -> list[Json]:
        """Security requirements: a token, or a key with one of the scopes; either of them or nothing; none at all."""
        if self.security is not None:
            return self.security
        asked: list[Json] = [BEARER, *({KEY: [scope.value]} for scope in self.scopes)]
        if self.signed_in:
            return asked
        return [*asked, {}] if "visitor" in self.provided else []

    @property
    def parameters(self) -> tuple[str, ...]:
        """Headers that the operation reads."""
        read = [*self.takes]
        if "idempotency" in self.provided:
            read.append("Idempotency-Key")
        if not SELLS.isdisjoint(self.scopes):
            read.append(SELLER)
        if "expected_version" in self.provided:
            read.append("If-Match")
        if self.kept_by_callers:
            read.append("If-None-Match")
        return (*read, "Accept-Language") if self.limited else tuple(read)

    @property
    def kept_by_callers(self) -> bool:
        """Whether a caller can ask if the answer that it has is still good."""
        return self.method == "get" and "ETag" in self.gives

    @property
    def headers(self) -> tuple[str, ...]:
        """Headers of the answer where all goes well."""
        replayed = ("Idempotency-Replayed",) if "Idempotency-Key" in self.parameters else ()
        return (*SHARED, *self.gives, *replayed) if self.limited else self.gives

    @property
    def refusals(self) -> list[int]:
        """Statuses of what it can be refused with."""
        writes, kinds = self.method in WRITES, {type(mark) for mark in self.parameters_of.values()}
        found = {
            (400, 500): True,
            (429,): self.limited,
            (503,): "db" in self.provided,
            (401,): self.limited,
            (403,): self.signed_in or "visitor" in self.provided,
            (404,): self.limited and (self.signed_in or self.has_body or PathParameter in kinds),
            (422,): self.limited,
            (409,): self.limited and writes,
            (413,): self.has_body,
            (415,): self.limited and self.has_body,
            (412, 428): "expected_version" in self.provided,
            self.statuses: True,
        }
        return sorted({status for statuses, so in found.items() if so for status in statuses})


def _refusal(status: int, headers: Iterable[str]) -> Json:
    found: Json = {
        "description": DESCRIBED[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    return found | ({"headers": _headers(headers)} if headers else {})


def _headers(names: Iterable[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def components() -> Json:
    """What operations refer to: headers, parameters, and refusals."""
    return {
        "headers": {name: {"description": told, "schema": schema} for name, (told, schema) in HEADERS.items()},
        "parameters": {
            name: {"name": name, "in": "header", "description": told, "required": needed, "schema": schema}
            for name, (told, needed, schema) in PARAMETERS.items()
        },
        "responses": {
            NAMES[status]: _refusal(status, (*SHARED, *BY_STATUS.get(status, ()))) for status in sorted(DESCRIBED)
        },
    }


class ApiOperation(Operation):
    """An operation that declares what its handler does. Made for each handler by `operation`."""

    declaration: ClassVar[Declaration]

    def to_schema(self) -> Json:
        """The operation as it stands in the document."""
        declared, found = self.declaration, super().to_schema()
        found["security"] = declared.guarded_by
        del found["deprecated"]
        found["responses"] = self._responses(found["responses"])
        if parameters := self._parameters(found.get("parameters", [])):
            found["parameters"] = parameters
        if declared.raw is not None:
            found["requestBody"] = {
                "required": True,
                "content": {declared.raw: {"schema": _bytes(declared.body_limit)}},
            }
        elif "requestBody" in found:
            _bound_files(found["requestBody"], declared.body_limit)
        return found

    def _parameters(self, found: list[Json]) -> list[Json]:
        for parameter in found:
            known = self.declaration.parameters_of.get(parameter["name"])
            parameter["schema"] = _bounded(parameter["schema"], known)
            del parameter["deprecated"]
        return [*found, *({"$ref": f"#/components/parameters/{name}"} for name in self.declaration.parameters)]

    def _responses(self, found: Json) -> Json:
        declared = self.declaration
        answers = {status: answer for status, answer in found.items() if status < "400"}
        for answer in answers.values():
            answer.pop("headers", None)
            if declared.headers:
                answer["headers"] = _headers(declared.headers)
            content = answer.get("content", {})
            content.update({kind: {} for kind in declared.also})
            for kind, media in content.items():
                if not kind.endswith("json"):
                    media["schema"] = _bytes(MAX_FILE)
        if declared.kept_by_callers:
            answers["304"] = {"description": NOT_MODIFIED, "headers": _headers(declared.headers)}
        for status in declared.refusals:
            answers[str(status)] = (
                {"$ref": f"#/components/responses/{NAMES[status]}"} if declared.limited else _refusal(status, ())
            )
        return answers


def operation(declaration: Declaration) -> type[ApiOperation]:
    """The class of that one operation."""
    return type("ApiOperation", (ApiOperation,), {"declaration": declaration})


NOT_MODIFIED: Final = "The answer that the caller has is still good."
MAX_FILE: Final = 100_000_000
"""Bytes of a file that goes out; what comes in is smaller."""


def _bytes(limit: int) -> Json:
    return {"type": "string", "format": "binary", "maxLength": limit}


def _bound_files(body: Json, limit: int) -> None:
    for media in body["content"].values():
        for name, member in media["schema"].get("properties", {}).items():
            if member.get("format") == "binary":
                media["schema"]["properties"][name] = _bytes(limit)
                media["schema"]["required"] = [name]


_BOUNDS: Final = {
    "min_length": "minLength", "max_length": "maxLength", "pattern": "pattern", "ge": "minimum", "le": "maximum",
    "examples": "examples", "description": "description",
}  # fmt: skip


def _bounded(schema: Json, known: ParameterKwarg | None) -> Json:
    """The schema of a parameter with the bounds that its handler gives it: what is absent is absent, and never null."""
    found = next((one for one in schema.get("oneOf", ()) if one.get("type") != "null"), schema)
    found = {**found, **({"default": schema["default"]} if schema.get("default") is not None else {})}
    for name, key in _BOUNDS.items():
        value = getattr(known, name, None)
        if value is not None:
            found[key] = [one.value for one in value] if name == "examples" else value
    if found.get("type") == "integer":
        found["format"] = "int32"
        if values := found.get("enum"):
            found |= {"minimum": min(values), "maximum": max(values)}
    elif found.get("type") == "string" and not {"enum", "format", "pattern"} & found.keys():
        found["pattern"] = UNSAID
    return found
