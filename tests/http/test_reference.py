"""The reference page holds all that the OpenAPI document says, in each language."""

import re
from html import unescape
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.http.reference import METHODS, Reference

DOCUMENT: dict[str, Any] = {
    "info": {"title": "t", "version": "1"},
    "tags": [{"name": "b", "description": "Second `thing`."}, {"name": "nobody"}],
    "security": [{"bearer": []}],
    "paths": {
        "/a/{a_id}": {
            "parameters": [{"$ref": "#/components/parameters/A"}],
            "patch": {
                "tags": ["a"],
                "parameters": [
                    {"name": "If-Match", "in": "header", "required": True, "schema": {"examples": ['"7"']}},
                    {"name": "mode", "in": "query", "required": True, "schema": {"enum": ["slow & sure", "fast"]}},
                    {"name": "more", "in": "query", "schema": {"type": "boolean"}},
                ],
                "requestBody": {"content": {"application/json": {"example": {"n": 3}, "schema": {"type": "object"}}}},
                "responses": {
                    "200": {
                        "description": "Done.",
                        "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
                        "content": {"application/json": {"examples": {"one": {"value": {"n": 4}}}}},
                    },
                    "409": {"$ref": "#/components/responses/Conflict"},
                },
            },
        },
        "/b": {
            "get": {"tags": ["b"], "security": [], "responses": {"200": {"description": ""}}},
            "head": {"tags": ["b"], "security": [{"bearer": []}, {}], "responses": {"204": {"description": ""}}},
            "post": {
                "tags": ["b"],
                "requestBody": {"content": {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/File"}}}},
                "responses": {"201": {"description": ""}},
            },
        },
    },
    "components": {
        "parameters": {
            "A": {"name": "a_id", "in": "path", "required": True, "schema": {"type": "string"}, "example": "a_1"}
        },
        "headers": {"ETag": {"description": "The version.", "schema": {"type": "string"}}},
        "responses": {
            "Conflict": {
                "description": "It has changed.",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
            "Unused": {"description": ""},
        },
        "schemas": {
            "Problem": {"type": "object", "properties": {"code": {"type": "string", "description": "Stable <b>."}}},
            "File": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string"}}},
        },
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "A token."},
            "stripe": {"type": "apiKey", "in": "header", "name": "Stripe-Signature"},
        },
    },
}


def test_references_are_followed_and_examples_are_the_documents() -> None:
    first, second = Reference(DOCUMENT).tags()
    assert (first.name, str(first.text), second.name) == ("b", "Second <code>thing</code>.", "a")
    (change,) = second.operations
    assert [(field.name, field.where, field.required) for field in change.parameters] == [
        ("a_id", "path", True),
        ("If-Match", "header", True),
        ("mode", "query", True),
        ("more", "query", False),
    ]
    assert change.body_example == '{\n  "n": 3\n}'
    (done,), (conflict,) = change.answers, change.failures
    assert (done.example, done.headers, done.media) == ('{\n  "n": 4\n}', ("ETag",), ("application/json",))
    assert (conflict.status, str(conflict.text), conflict.shared) == ("409", "It has changed.", "Conflict")
    assert conflict.refs == ("Problem",)


def test_who_may_call_is_told() -> None:
    reference = Reference(DOCUMENT)
    told = {
        (operation.method, operation.path): (operation.access, operation.open)
        for tag in reference.tags()
        for operation in tag.operations
    }
    assert told == {
        ("PATCH", "/a/{a_id}"): (("bearer",), False),
        ("GET", "/b"): ((), True),
        ("HEAD", "/b"): (("bearer",), True),
        ("POST", "/b"): (("bearer",), False),
    }
    ways = [(name, header, str(text)) for name, header, text in reference.access()]
    assert ways == [("bearer", "Authorization: Bearer …", "A token."), ("stripe", "Stripe-Signature: …", "")]
    silent = Reference({**DOCUMENT, "security": None})
    assert [tag.operations[-1].access for tag in silent.tags()] == [(), ()]


def test_a_call_with_curl_has_all_that_is_needed_and_no_more() -> None:
    calls = {operation.id: operation.curl for tag in Reference(DOCUMENT).tags() for operation in tag.operations}
    assert calls == {
        "patch-a-a_id": (
            'curl -X PATCH "$BASE/a/a_1?mode=slow+%26+sure" \\\n  -H "Authorization: Bearer $TOKEN" \\\n'
            "  -H 'If-Match: \"7\"' \\\n  --json @body.json"
        ),
        "get-b": 'curl "$BASE/b"',
        "head-b": 'curl -I "$BASE/b"',
        "post-b": 'curl "$BASE/b" \\\n  -H "Authorization: Bearer $TOKEN" \\\n  -F file=@file',
    }


def test_what_is_shared_is_told_once() -> None:
    reference = Reference(DOCUMENT)
    assert [(answer.status, answer.shared) for answer in reference.refusals()] == [("409", "Conflict")]
    assert [(field.name, str(field.text)) for field in reference.headers()] == [("ETag", "The version.")]
    _, problem = reference.models()
    assert str(problem[2][0].text) == "Stable &lt;b&gt;."


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_every_operation_is_on_the_page_with_all_that_the_document_says(
    client: TestClient[Litestar], language: str
) -> None:
    document = client.get("/schema/openapi.json").json()
    components = document["components"]

    def resolved(kind: str, part: dict[str, Any]) -> dict[str, Any]:
        return components[kind][part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part

    page = client.get("/schema", headers={"accept": "text/html", "accept-language": language}).text
    assert f'<html lang="{language}">' in page
    assert not re.findall(r">\s*(?:reference|guides|site)\.[a-z_]+\s*<", page)
    articles = dict(re.findall(r'<article class="card" id="([^"]+)"[^>]*>(.*?)</article>', page, re.DOTALL))
    found = [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]
    assert len(found) > 140
    for path, method, operation in found:
        shown = unescape(articles[f"{method}-{re.sub('[{}]', '', path.strip('/').replace('/', '-'))}"])
        assert f"<code>{path}</code>" in shown
        assert operation["summary"] in shown
        for parameter in operation.get("parameters", []):
            assert f"<code>{resolved('parameters', parameter)['name']}</code>" in shown, (path, method)
        for status, response in operation["responses"].items():
            assert status in shown, (path, method, status)
            for name in resolved("responses", response).get("headers", {}):
                assert f"#header-{name}" in shown or f"#refusal-{response['$ref'].rsplit('/', 1)[1]}" in shown
        for kind in operation.get("requestBody", {}).get("content", {}):
            assert kind in shown, (path, method)
        for schemes in operation.get("security", []):
            assert all(f"#access-{name}" in shown for name in schemes), (path, method)
        assert f'"$BASE{path.partition("{")[0]}' in shown
    assert set(components["schemas"]) <= set(articles)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
