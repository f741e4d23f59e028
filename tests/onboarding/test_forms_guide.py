"""The guide for authors of other forms, followed to the letter."""

import json
import re
from datetime import timedelta
from pathlib import Path

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.accounts.service import sign_in
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "forms.md"
CALL = re.compile(r"```http\n(?P<method>\w+) (?P<path>\S+)\n(?P<body>.*?)```", re.DOTALL)


def _code(db: Database) -> str:
    with db.transaction() as session:
        code_id = session.connection().execute(text("SELECT id FROM sign_in_code")).scalar_one()
        message = sign_in.code_message(session, code_id)
    assert message is not None
    return message.code


def test_the_guides_example_runs_as_it_is_written(client: TestClient[Litestar], placed: Database) -> None:
    known: dict[str, str] = {}
    headers = {"Accept-Language": "zh-Hans"}
    last: dict[str, dict] = {}
    calls = list(CALL.finditer(GUIDE.read_text(encoding="utf-8")))
    assert len(calls) >= 9
    for call in calls:
        path, body = call["path"], call["body"].strip()
        if path == "/v1/auth/sessions":
            with placed.transaction() as session:
                clock.advance(session, timedelta(minutes=2))
            client.post("/v1/auth/codes", json={"phone": json.loads(body)["phone"]})
        if '"CODE"' in body:
            known["CODE"] = _code(placed)
        for word, value in known.items():
            path, body = path.replace(word, value), body.replace(word, value)
        if call["method"] == "PATCH":
            headers["If-Match"] = f'"{last["application"]["version"]}"'
        answer = client.request(call["method"], path, json=json.loads(body) if body else None, headers=headers)
        assert answer.status_code in (200, 201, 202), (path, answer.text)
        got = answer.json()
        if path == "/v1/appeals":
            known["APPEAL"] = got["id"]
        elif path == "/v1/auth/sessions":
            headers["Authorization"] = f"Bearer {got['token']}"
        elif path.startswith("/v1/applications"):
            known["APPLICATION"], last["application"] = got["id"], got
    assert last["application"]["state"] == "submitted"


def test_the_guide_names_every_keyword_and_format(client: TestClient[Litestar]) -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for kind in ("farmer", "cooperative", "enterprise"):
        schema = client.get(f"/v1/forms/{kind}").text
        for keyword in set(re.findall(r'"(x-[a-z]+)"', schema)) | set(re.findall(r'"format":"([a-z-]+)"', schema)):
            assert f"`{keyword}`" in guide or keyword in ("x-kind", "date"), keyword
