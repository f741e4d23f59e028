"""Every operation keeps what its OpenAPI says, whoever asks and whatever is sent."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from httpx import Response
from hypothesis import HealthCheck, Phase, seed, settings
from litestar import Litestar
from litestar.testing import TestClient
from pydantic import ValidationError
from schemathesis.checks import not_a_server_error
from schemathesis.config import ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.config._phases import CoveragePhaseConfig, PhasesConfig
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from agrimarket.app import create_app
from agrimarket.http import examples
from agrimarket.http.problems import fields_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.wire import In
from agrimarket.settings import get_settings
from tests.api.conftest import World

_unconnected = Database("postgresql+psycopg://")
APP = create_app(get_settings(), _unconnected)
DOCUMENT: dict[str, Any] = APP.openapi_schema.to_schema()
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 3
VERBS = ("get", "post", "put", "patch", "delete")
OPERATIONS = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods if method in VERBS]
PREFIXES = {
    "alert_id": "alr",
    "delivery_id": "dlv",
    "appeal_id": "apl",
    "application_id": "app",
    "bank_id": "bka",
    "bulk_file_id": "blk",
    "bulletin_id": "bul",
    "rumour_id": "rum",
    "hand_restriction_id": "hnd",
    "cart_id": "crt",
    "case_id": "cas",
    "claim_id": "clm",
    "document_id": "doc",
    "filing_id": "fil",
    "group_id": "grp",
    "import_id": "imp",
    "key_id": "key",
    "listing_id": "lst",
    "listing_photo_id": "lph",
    "lot_id": "lot",
    "mandate_id": "mdt",
    "notification_id": "ntf",
    "proposal_id": "lpr",
    "order_id": "sor",
    "payment_id": "pay",
    "payout_id": "pyo",
    "person_id": "per",
    "photo_id": "pho",
    "delivery_photo_id": "dph",
    "recall_id": "rcl",
    "requirement_id": "psr",
    "session_id": "ses",
    "task_id": "tsk",
}
"""Prefix of the id for each parameter of a path."""
WORDS = {"code": "420102", "kind": "farmer", "role": "coach", "step": "identity", "day": "2020-02-17"}
"""Values of parameters that are not ids."""
# Cases that are fully described by the schema come out of the same few examples; the long coverage phase is left out.
_phases = PhasesConfig(coverage=CoveragePhaseConfig(enabled=False))
_config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(phases=_phases)))
# OPTIONS belongs to resumable uploads (tus), and answers only in headers.
schema = schemathesis.openapi.from_dict(DOCUMENT, config=_config).exclude(method="OPTIONS")


@schemathesis.serializer("application/offset+octet-stream")
def _as_it_is(ctx: schemathesis.SerializationContext, value: Any) -> dict[str, Any]:
    """Bytes of an upload go as they are."""
    return {"data": value if isinstance(value, bytes) else str(value).encode()}


@pytest.fixture(scope="module")
def session(world: World) -> Iterator[asgi.ASGIClient]:
    """A client of the whole application, in process."""
    with asgi.get_client(world.app) as client:
        yield client


@pytest.mark.slow
@schema.parametrize()
@seed(20_200_204)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_operation_keeps_its_contract(case: schemathesis.Case, world: World, session: asgi.ASGIClient) -> None:
    for name in case.path_parameters:
        if known := world.ids(PREFIXES[name], 1) if name in PREFIXES else [WORDS[name]]:
            case.path_parameters[name] = known[0]
    for headers in world.people.values():
        response = case.call(session=session, app=world.app, headers=headers)
        case.validate_response(response, checks=CHECKS)


def test_every_path_parameter_is_known() -> None:
    found = {name for _, path in OPERATIONS for name in re.findall(r"{(\w+)}", path)}
    assert found <= {*PREFIXES, *WORDS}


OPERATION = [pytest.param(method, path, id=f"{method} {path}") for method, path in OPERATIONS]
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def _declared(method: str, path: str) -> dict[str, Any]:
    return DOCUMENT["paths"][path][method]


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    """What a reference within the document stands for."""
    while "$ref" in part:
        found: Any = DOCUMENT
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def _parts(value: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the document that could be a schema, with where it stands; examples hold none."""
    if isinstance(value, dict):
        yield at, value
        for name, inner in value.items():
            if name not in ("example", "examples", "default"):
                yield from _parts(inner, f"{at}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _parts(inner, f"{at}/{number}")


def _of_type(kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [(at, part) for at, part in _parts(DOCUMENT) if part.get("type") == kind and not at.endswith("/properties")]


def test_every_text_says_how_long_it_is_and_of_what() -> None:
    texts = _of_type("string")
    assert len(texts) > 300
    closed = {"enum", "const"}
    assert [at for at, text in texts if not ({"maxLength"} | closed) & text.keys()] == []
    assert [at for at, text in texts if not ({"pattern", "format"} | closed) & text.keys()] == []


def test_every_number_has_two_ends_and_every_list_one() -> None:
    numbers = [*_of_type("integer"), *_of_type("number")]
    assert len(numbers) > 50
    assert [at for at, one in numbers if not {"minimum", "exclusiveMinimum"} & one.keys()] == []
    assert [at for at, one in numbers if not {"maximum", "exclusiveMaximum"} & one.keys()] == []
    assert {one.get("format") for _, one in _of_type("integer")} == {"int32", "int64"}
    assert [at for at, one in _of_type("array") if "maxItems" not in one] == []


MODELS = {
    name: model
    for name, model in APP.openapi_config.models.found.items()  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue]
    if issubclass(model, In)
}


def _beyond(schema: dict[str, Any]) -> Iterator[Any]:
    """Values just outside of the bounds that a schema states."""
    for part in (_resolved(schema), *schema.get("anyOf", ())):
        part = _resolved(part)
        if "maxLength" in part:
            yield "9" * (part["maxLength"] + 1)
        if "minimum" in part:
            yield part["minimum"] - 1
        if "exclusiveMinimum" in part:
            yield part["exclusiveMinimum"]
        if "maximum" in part:
            yield part["maximum"] + 1
        if part.get("type") == "array":
            yield [examples.example(part["items"], SCHEMAS)] * (part["maxItems"] + 1)


@pytest.mark.parametrize("name", MODELS)
def test_bounds_of_a_body_are_kept(name: str) -> None:
    body = examples.example({"$ref": f"#/components/schemas/{name}"}, SCHEMAS)
    for field, schema in SCHEMAS[name].get("properties", {}).items():
        for value in _beyond(schema):
            with pytest.raises((ValidationError, DomainError)) as refusal:
                MODELS[name].model_validate({**body, field: value})
            told = fields_of(refusal.value).fields if isinstance(refusal.value, ValidationError) else []
            assert not told or any(pointer.startswith(f"/{field}") for pointer, _, _ in told), (field, told)


def test_bounds_of_parameters_are_kept(world: World) -> None:
    tried, operator = 0, world.signed_in("operator")
    with TestClient(world.app, raise_server_exceptions=False) as client:
        for method, path in OPERATIONS:
            for parameter in map(_resolved, _declared(method, path).get("parameters", ())):
                for value in _beyond(parameter["schema"]) if parameter["in"] == "query" else ():
                    given = {"params": {parameter["name"]: value}, "headers": operator}
                    answer = client.request(method, _address(world, path), **given)
                    assert answer.status_code == 422, (method, path, parameter["name"], answer.text)
                    tried += 1
    assert tried > 50


def test_examples_are_what_their_schemas_describe() -> None:
    found: list[tuple[str, dict[str, Any], Any]] = []
    for at, part in _parts(DOCUMENT):
        if "schema" in part and "example" in part:
            found.append((at, part["schema"], part["example"]))
        if isinstance(part.get("examples"), list) and not at.endswith("/properties"):
            found += [(at, part, example) for example in part["examples"]]
    bodies = [_declared(*one).get("requestBody", {}).get("content", {}) for one in OPERATIONS]
    media = [body["application/json"] for body in bodies if "application/json" in body]
    assert all("example" in one for one in media if one["schema"].get("format") != "binary")
    assert len(found) > 200
    for at, schema, example in found:
        validator = jsonschema_rs.validator_for({**schema, "components": DOCUMENT["components"]}, validate_formats=True)
        errors = [error.message for error in validator.iter_errors(example)]
        assert errors == [], (at, example)


def _address(world: World, path: str) -> str:
    def known(match: re.Match[str]) -> str:
        prefix = PREFIXES.get(match[1])
        return WORDS[match[1]] if prefix is None else next(iter(world.ids(prefix, 1)), encode(prefix, new_id()))

    return re.sub(r"{(\w+)}", known, path)


def _sent(world: World, client: TestClient[Litestar], method: str, path: str, headers: dict[str, str]) -> Response:
    """The operation's own example, sent to a thing that exists."""
    declared = _declared(method, path)
    needed = [one for one in map(_resolved, declared.get("parameters", ())) if one["required"]]
    own = {one["name"]: one["schema"]["examples"][0] for one in needed if one["in"] == "header"}
    query = {one["name"]: one["schema"]["examples"][0] for one in needed if one["in"] == "query"}
    body: dict[str, Any] = {}
    for kind, media in declared.get("requestBody", {}).get("content", {}).items():
        if kind == "multipart/form-data":
            body = {"files": {"file": ("a.csv", b"x", "text/csv")}}
        elif "example" in media:
            body = {"json": media["example"]}
        else:
            body, own = {"content": b"x"}, {**own, "Content-Type": kind}
    sent = {name: str(value) for name, value in own.items()}
    return client.request(method, _address(world, path), params=query, headers={**sent, **headers}, **body)


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[TestClient[Litestar]]:
    """A client that may meet a 500."""
    with TestClient(world.app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(("method", "path"), OPERATION)
def test_security_is_what_the_guard_does(method: str, path: str, world: World, client: TestClient[Litestar]) -> None:
    security = _declared(method, path)["security"]
    needed = bool(security) and {} not in security
    answer = _sent(world, client, method, path, {})
    assert (answer.status_code == 401) == needed, answer.text
    if path.startswith("/v1/"):
        assert _sent(world, client, method, path, {"Authorization": "Basic eDp5"}).status_code == 401
    for scheme in security:
        assert scheme.keys() <= DOCUMENT["components"]["securitySchemes"].keys()


@pytest.mark.parametrize(("method", "path"), OPERATION)
def test_answers_are_declared_with_their_headers(
    method: str, path: str, world: World, client: TestClient[Litestar]
) -> None:
    for headers in (world.signed_in("operator"), {}):
        answer = _sent(world, client, method, path, headers)
        assert answer.status_code < 500, answer.text
        declared = _resolved(_declared(method, path)["responses"][str(answer.status_code)])
        promised = set(declared.get("headers", {})) - {"Idempotency-Replayed"}
        assert {name for name in promised if name not in answer.headers} == set()
        for name in promised:
            schema = _resolved(declared["headers"][name])["schema"]
            value: Any = int(answer.headers[name]) if schema.get("type") == "integer" else answer.headers[name]
            assert jsonschema_rs.is_valid(schema, value), (name, value)


def test_operations_are_named_described_and_filed_under_tags_that_exist() -> None:
    declared = [_declared(*one) for one in OPERATIONS]
    tags = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}
    assert all(tags.values())
    assert {tag for one in declared for tag in one["tags"]} == tags.keys()
    assert all(one["summary"] and one["description"] for one in declared)
    ids = [one["operationId"] for one in declared]
    assert len(ids) == len(set(ids))
    assert DOCUMENT["info"]["contact"]["url"]
    assert DOCUMENT["info"]["license"]["name"]
    assert [server["url"] for server in DOCUMENT["servers"]] == ["/"]


def test_writes_that_can_be_repeated_take_a_key_and_changes_a_version() -> None:
    def takes(one: tuple[str, str], header: str) -> bool:
        return any(_resolved(each)["name"] == header for each in _declared(*one).get("parameters", ()))

    keyed = {one for one in OPERATIONS if takes(one, "Idempotency-Key")}
    assert {
        ("post", "/v1/checkouts"),
        ("post", "/v1/appeals"),
        ("post", "/v1/imports"),
        ("post", "/v1/claims"),
    } <= keyed
    assert {method for method, _ in keyed} == {"post"}
    versioned = {one for one in OPERATIONS if takes(one, "If-Match")}
    assert versioned == {
        ("patch", "/v1/listings/{listing_id}"),
        ("patch", "/v1/applications/{application_id}/steps/{step}"),
    }
    assert all({"412", "428"} <= _declared(*one)["responses"].keys() for one in versioned)


def test_a_replay_says_so(world: World, client: TestClient[Litestar]) -> None:
    headers = {**world.signed_in("buyer"), "Idempotency-Key": "the-same"}
    first, second = (client.post("/v1/carts", json={"lines": []}, headers=headers) for _ in range(2))
    assert (first.status_code, first.json()) == (201, second.json())
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"


def test_a_changed_or_unread_version_is_refused(world: World, client: TestClient[Litestar]) -> None:
    seller = world.signed_in("seller")
    [lot] = client.get("/v1/lots", params={"limit": 1}, headers=seller).json()["items"]
    listing = lot["listings"][0]
    address = f"/v1/listings/{listing['id']}"
    unread = client.patch(address, json={"title": "another"}, headers=seller)
    stale = client.patch(address, json={"title": "another"}, headers={**seller, "If-Match": '"999"'})
    assert (unread.status_code, stale.status_code) == (428, 412)
    assert client.get(address, headers=seller).json()["title"] == listing["title"]
