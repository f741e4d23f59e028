"""Forms by version, with their words."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.onboarding.forms import definitions, validation
from tests.factories import onboarding as make


def _begin(client: TestClient[Litestar], who: make.SignedIn, kind: str = "farmer") -> dict:
    return client.post("/v1/applications", json={"kind": kind}, headers=who.headers).json()


def _save(client: TestClient[Litestar], who: make.SignedIn, application: dict, step: str, given: object):
    headers = {**who.headers, "If-Match": f'"{application["version"]}"'}
    return client.patch(f"/v1/applications/{application['id']}/steps/{step}", json=given, headers=headers)


def test_a_draft_keeps_the_version_it_began_with(
    client: TestClient[Litestar], farmer: make.SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = _begin(client, farmer)
    first = definitions.form("farmer", 1)
    steps = (
        definitions.Step("identity", ("legal_name", "id_number", "company_name"), (), {}, first.steps[0].definitions),
    )
    newer = {"farmer": {1: first, 2: definitions.Form("farmer", 2, steps + first.steps[1:])}}
    monkeypatch.setattr(definitions, "registry", lambda: newer)
    validation._validator.cache_clear()
    assert client.get("/v1/forms/farmer").json()["x-version"] == 2
    assert client.get("/v1/forms/farmer?version=1").json()["x-version"] == 1
    refused = _save(client, farmer, begun, "identity", {"company_name": "王家公司"})
    assert refused.json()["errors"][0]["code"] == "extra_forbidden"
    other = make.sign_in(client.app.state.sources.db, 5)
    fresh = _begin(client, other)
    assert (begun["form_version"], fresh["form_version"]) == (1, 2)
    assert _save(client, other, fresh, "identity", {"company_name": "王家公司"}).status_code == 200
    validation._validator.cache_clear()


@pytest.mark.parametrize("kind", ["farmer", "cooperative", "enterprise"])
def test_a_form_has_every_word_in_three_languages(client: TestClient[Litestar], kind: str) -> None:
    schema = client.get(f"/v1/forms/{kind}", headers={"Accept-Language": "en"}).json()
    assert schema["x-order"] == list(schema["properties"])
    assert len(schema["x-order"]) == 6
    for step in schema["properties"].values():
        assert set(step["x-labels"]) == {"zh-Hant", "zh-Hans", "en"}
        assert step["x-order"] == list(step["properties"])
        for name, field in step["properties"].items():
            words = [
                *field["x-labels"].values(),
                *(w for c in field.get("x-choices", []) for w in c["labels"].values()),
            ]
            assert not [word for word in words if word.startswith("form.")], name
    assert client.get("/v1/forms/bank").status_code == 404
    assert client.get(f"/v1/forms/{kind}?version=99").status_code == 404
