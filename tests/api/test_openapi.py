"""Every operation keeps what its OpenAPI says, whoever asks and whatever is sent, and no id opens another's door."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from litestar import Litestar
from litestar.testing import TestClient
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
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode, new_id
from agrimarket.settings import get_settings
from tests.api.conftest import World

_unconnected = Database("postgresql+psycopg://")
DOCUMENT: dict[str, Any] = create_app(get_settings(), _unconnected).openapi_schema.to_schema()
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 3
REFUSALS = (401, 403, 404, 412, 415, 422, 428)
"""Of one who may not; a write can be refused for what it says before anybody looks for what it is about."""
VERBS = ("get", "post", "put", "patch", "delete")
OPERATIONS = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods if method in VERBS]
PREFIXES = {
    "alert_id": "alr",
    "appeal_id": "apl",
    "application_id": "app",
    "bank_id": "bka",
    "bulletin_id": "bul",
    "cart_id": "crt",
    "case_id": "cas",
    "claim_id": "clm",
    "document_id": "doc",
    "filing_id": "fil",
    "group_id": "grp",
    "import_id": "imp",
    "key_id": "key",
    "listing_id": "lst",
    "lot_id": "lot",
    "notification_id": "ntf",
    "order_id": "sor",
    "payment_id": "pay",
    "payout_id": "pyo",
    "person_id": "per",
    "photo_id": "pho",
    "session_id": "ses",
    "task_id": "tsk",
}
"""The prefix of the id that stands for each parameter of a path."""
WORDS = {"code": "420102", "kind": "farmer", "role": "coach", "step": "identity"}
"""What stands for parameters that are no ids."""
PUBLIC = re.compile(r"^/v1/(listings|bulletins)/{\w+}$")
"""What anybody may see (GET)."""

# Cases that are fully described by the schema come out of the same few examples; the long coverage phase is left out.
_phases = PhasesConfig(coverage=CoveragePhaseConfig(enabled=False))
_config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(phases=_phases)))
# OPTIONS is the resumable uploads' (tus), which answers in headers alone.
schema = schemathesis.openapi.from_dict(DOCUMENT, config=_config).exclude(method="OPTIONS")


@pytest.fixture(scope="module")
def session(world: World) -> Iterator[asgi.ASGIClient]:
    """A client of the whole application, in process."""
    with asgi.get_client(world.app) as client:
        yield client


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


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[TestClient[Litestar]]:
    with TestClient(world.app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(("method", "path"), [pair for pair in OPERATIONS if "_id}" in pair[1]])
def test_row_28_a_foreign_id_is_as_good_as_none(
    method: str, path: str, world: World, client: TestClient[Litestar]
) -> None:
    body = example_body(method, path)
    names = [name for name in re.findall(r"{(\w+)}", path) if name in PREFIXES]
    foreign = [world.ids(PREFIXES[name], 3) for name in names]
    unknown = _fill(path, [encode(PREFIXES[name], new_id()) for name in names])
    for who, headers in {**world.strangers, "nobody": {}}.items():
        asked = {**headers, "If-Match": '"1"', "Tus-Resumable": "1.0.0"}
        nothing = client.request(method, unknown, json=body, headers=asked)
        assert nothing.status_code in (REFUSALS[:3] if method == "get" else REFUSALS), (who, nothing.text)
        if method == "get" and PUBLIC.match(path):
            assert nothing.status_code == 404
            continue
        for taken in zip(*foreign, strict=False):
            there = client.request(method, _fill(path, list(taken)), json=body, headers=asked)
            assert (there.status_code, there.json()["code"]) == (nothing.status_code, nothing.json()["code"]), who


def _fill(path: str, values: list[str]) -> str:
    left = iter(values)
    return re.sub(r"{(\w+)}", lambda match: WORDS.get(match[1]) or next(left), path)


def example_body(method: str, path: str) -> Any:
    """A body as the OpenAPI shows it, or None."""
    content = DOCUMENT["paths"][path][method].get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    return schema[path][method].as_strategy().example().body
