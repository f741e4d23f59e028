"""The doctor names what is missing, with what to do, and ends with 1 while anything fails."""

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from agrimarket.accounts.service import staff
from agrimarket.doctor import around, inside
from agrimarket.doctor.examination import examine
from agrimarket.doctor.findings import Finding, Mark
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from agrimarket.settings import Settings
from seeds import load_all
from seeds.people import STAFF
from tests.factories.deliveries import a_dead_letter
from workers.scheduler import schedule_once

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/none"


def _settings(**more: object) -> Settings:
    """Those of a production system that lacks nothing but servers."""
    right: dict[str, object] = {
        "environment": "production",
        "public_url": "https://drive.example.org",
        "allowed_hosts": ("drive.example.org",),
        "secret_key": SecretStr("9f3c1b7e5a2d8460c7e19b4f6d0a3582"),
        "encryption_key": SecretStr(base64.urlsafe_b64encode(bytes(range(32))).decode()),
        "metrics_token": SecretStr("9f3c1b7e5a2d8460"),
        "stripe_api_key": SecretStr("sk_test_9f3c1b7e5a2d8460"),
        "stripe_webhook_secret": SecretStr("whsec_9f3c1b7e5a2d8460"),
        "sms_gateway_url": "https://sms.example.org",
        "smtp_url": SecretStr("smtps://mail.example.org"),
    }
    return Settings(**{**right, **more})  # type: ignore[arg-type]


def _refusal(part: str) -> Callable[[Settings], Finding | None]:
    """The doctor's line about what keeps a production system from starting."""
    return lambda settings: around.refused(settings, part)


@pytest.mark.parametrize(
    ("check", "wrong", "mark"),
    [
        (around.database, {"database_url": ""}, Mark.FAILURE),
        (around.database, {"database_url": NOWHERE}, Mark.FAILURE),
        (_refusal("address"), {"public_url": "http://drive.example.org"}, Mark.FAILURE),
        (_refusal("address"), {"allowed_hosts": ("*",)}, Mark.FAILURE),
        (_refusal("secrets"), {"secret_key": SecretStr("short")}, Mark.FAILURE),
        (_refusal("secrets"), {"encryption_key": SecretStr("not base64!")}, Mark.FAILURE),
        (around.secrets, {"environment": "local", "secret_key": SecretStr("")}, Mark.FAILURE),
        (around.secrets, {"environment": "local", "encryption_key": SecretStr("")}, Mark.FAILURE),
        (around.broker, {"broker_url": ""}, Mark.FAILURE),
        (around.broker, {"broker_url": "amqp://guest:guest@127.0.0.1:1//"}, Mark.FAILURE),
        (around.cache, {"cache_url": ""}, Mark.WARNING),
        (around.cache, {"cache_url": "redis://127.0.0.1:1/0"}, Mark.FAILURE),
        (around.files, {"data_dir": Path("/proc/nowhere")}, Mark.FAILURE),
        (around.drive, {"drive_file": Path("/nowhere/drive.toml")}, Mark.FAILURE),
        (around.drive, {"drive_file": None}, Mark.WARNING),
        (around.stripe, {"stripe_api_key": SecretStr("")}, Mark.FAILURE),
        (around.stripe, {"stripe_webhook_secret": SecretStr("")}, Mark.FAILURE),
        (_refusal("stripe"), {"stripe_api_base": "http://127.0.0.1:1"}, Mark.FAILURE),
        (_refusal("stripe"), {"stripe_livemode": True}, Mark.FAILURE),
        (around.sms, {"sms_gateway_url": "", "mailbox_url": "http://127.0.0.1:1"}, Mark.FAILURE),
        (around.email, {"smtp_url": SecretStr("")}, Mark.FAILURE),
        (around.metrics, {"metrics_token": SecretStr("")}, Mark.WARNING),
    ],
)
def test_what_is_missing_around_is_told_with_what_to_do(check: object, wrong: Mapping[str, object], mark: Mark) -> None:
    finding: Finding = check(_settings(**wrong))  # type: ignore[operator]
    assert (finding.mark, bool(finding.todo)) == (mark, True), finding


def test_what_is_right_around_is_good(fresh_url: str, tmp_path: Path) -> None:
    settings = _settings(database_url=fresh_url, data_dir=tmp_path)
    checks = (around.database, around.schema, around.address, around.secrets, around.files, around.sms, around.email)
    assert [check(settings) for check in checks if check(settings).mark is not Mark.GOOD] == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    assert around.files(_settings(data_dir=tmp_path)).mark is Mark.FAILURE


def test_what_is_missing_inside_is_told_until_it_is_there(fresh_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _settings()

    def marks() -> dict[str, Mark]:
        checks = (inside.reference_data, inside.operators, inside.schedules, inside.dead_letters, inside.work)
        return {finding.name: finding.mark for finding in (check(fresh_db, settings) for check in checks)}

    with fresh_db.transaction() as session:
        a_dead_letter(session)
    assert marks() == {
        "reference data": Mark.FAILURE,
        "operators": Mark.FAILURE,
        "schedules": Mark.FAILURE,
        "failed work": Mark.WARNING,
        "work": Mark.GOOD,
    }
    load_all(lambda _: None, db=fresh_db, settings=Settings(environment="production"))
    schedule_once(fresh_db)
    for number in range(2):
        with fresh_db.transaction() as session:
            staff.enrol(session, f"{number}@example.org", "A", "en", [Role.OPERATOR])
    assert {name for name, mark in marks().items() if mark is not Mark.GOOD} == {"failed work"}
    assert inside.sealed(fresh_db, settings).mark is Mark.GOOD
    assert inside.clock_(fresh_db, settings).mark is Mark.GOOD
    assert inside.demo_people(fresh_db, settings).mark is Mark.GOOD
    with fresh_db.transaction() as session:
        staff.enrol(session, STAFF[0].email, "A", "en", [Role.OPERATOR])
    assert inside.demo_people(fresh_db, settings).mark is Mark.FAILURE
    monkeypatch.setattr("agrimarket.kernel.crypto.get_settings", lambda: _settings(encryption_key=SecretStr(_KEY)))
    assert inside.sealed(fresh_db, settings).mark is Mark.FAILURE


_KEY = base64.urlsafe_b64encode(b"o" * 32).decode()


def test_without_a_database_the_rest_is_still_looked_at() -> None:
    found = {finding.name: finding.mark for finding in examine(_settings(database_url=NOWHERE))}
    assert found["database"] is Mark.FAILURE
    assert found["secrets"] is Mark.GOOD
    assert "operators" not in found


def test_the_command_ends_with_one_and_says_what_to_do(tmp_path: Path) -> None:
    shutil.rmtree(tmp_path)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AGRIMARKET_")}
    done = subprocess.run(
        [sys.executable, "-m", "agrimarket.cli", "doctor"],
        env={**clean, "AGRIMARKET_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "✗ database" in done.stdout
    assert "→ Set it to postgresql+psycopg://" in done.stdout
    assert done.stderr == ""
    assert not tmp_path.exists()
