"""Every operation keeps what its OpenAPI says, whoever asks and whatever is sent."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
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
from agrimarket.settings import get_settings
from tests.api.conftest import World

_unconnected = Database("postgresql+psycopg://")
DOCUMENT: dict[str, Any] = create_app(get_settings(), _unconnected).openapi_schema.to_schema()
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 3
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
"""Prefix of the id for each parameter of a path."""
WORDS = {"code": "420102", "kind": "farmer", "role": "coach", "step": "identity"}
"""Values of parameters that are not ids."""
# Cases that are fully described by the schema come out of the same few examples; the long coverage phase is left out.
_phases = PhasesConfig(coverage=CoveragePhaseConfig(enabled=False))
_config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(phases=_phases)))
# OPTIONS belongs to resumable uploads (tus), and answers only in headers.
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
