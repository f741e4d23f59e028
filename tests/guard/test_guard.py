"""What production refuses to start with: everything that is wrong is told at once, and how to make it right."""

import base64
import os
import subprocess
import sys

import pytest

from agrimarket.guard import faults
from agrimarket.http.csrf import form_tokens
from agrimarket.settings import Settings

_HEX = "9f3c1b7e5a2d8460c7e19b4f6d0a3582be71c4d95f0836a2"
RIGHT = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql+psycopg://agrimarket:4f1c9a7de2b8@postgres/agrimarket",
    "BROKER_URL": "amqp://agrimarket:77aa0c1d5e9f@rabbitmq:5672//",
    "CACHE_URL": "redis://:19bd3f5a7c2e@valkey:6379/0",
    "PUBLIC_URL": "https://drive.example.org",
    "ALLOWED_HOSTS": '["drive.example.org"]',
    "SECRET_KEY": _HEX,
    "ENCRYPTION_KEY": base64.urlsafe_b64encode(bytes(range(7, 39))).decode(),
    "STRIPE_API_KEY": f"sk_test_{_HEX}",
    "STRIPE_WEBHOOK_SECRET": f"whsec_{_HEX}",
}
WRONG = [
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "Q"),
    ("SECRET_KEY", "s" * 64),
    ("SECRET_KEY", "abababababababababababababababababababab"),
    ("SECRET_KEY", "changeme-" + _HEX),
    ("SECRET_KEY", "a secret of the tests that is long enough"),
    ("ENCRYPTION_KEY", ""),
    ("ENCRYPTION_KEY", "not base64!"),
    ("ENCRYPTION_KEY", base64.urlsafe_b64encode(b"k" * 32).decode()),
    ("ENCRYPTION_KEY", base64.urlsafe_b64encode(bytes(range(31))).decode()),
    ("STRIPE_API_KEY", ""),
    ("STRIPE_API_KEY", "sk_test_sandbox_sandbox"),
    ("STRIPE_API_KEY", "pk_test_" + _HEX),
    ("STRIPE_API_KEY", "sk_live_" + _HEX),
    ("STRIPE_WEBHOOK_SECRET", ""),
    ("STRIPE_WEBHOOK_SECRET", "whsec_sandbox"),
    ("STRIPE_API_BASE", "http://127.0.0.1:9"),
    ("PUBLIC_URL", ""),
    ("PUBLIC_URL", "http://drive.example.org"),
    ("ALLOWED_HOSTS", '["*"]'),
    ("MAILBOX_URL", "http://127.0.0.1:1/mailbox"),
    ("METRICS_TOKEN", "m"),
    ("DATABASE_URL", ""),
    ("DATABASE_URL", "postgresql+psycopg://postgres:postgres@db/agrimarket"),
    ("BROKER_URL", "amqp://guest:guest@rabbitmq//"),
    ("CACHE_URL", "redis://valkey:6379/0"),
]


def _settings(monkeypatch: pytest.MonkeyPatch, **changed: str) -> Settings:
    for name in [name for name in os.environ if name.startswith("AGRIMARKET_")]:
        monkeypatch.delenv(name)
    for name, value in {**RIGHT, **changed}.items():
        monkeypatch.setenv(f"AGRIMARKET_{name}", value)
    return Settings()


def test_a_right_production_system_has_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults(_settings(monkeypatch)) == []
    assert faults(_settings(monkeypatch, METRICS_TOKEN=_HEX)) == []


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_each_fault_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    found = faults(_settings(monkeypatch, **{name: value}))
    told = "stripe_livemode" if value.startswith("sk_live_") else name.lower()
    assert told in {fault.setting for fault in found}
    assert all(fault.todo and value not in f"{fault.said}{fault.todo}" for fault in found if value)


def test_no_other_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for environment in ("embedded", "local"):
        assert faults(_settings(monkeypatch, ENVIRONMENT=environment, SECRET_KEY="")) == []


@pytest.mark.parametrize("secret", ["", "x", "s" * 31])
def test_no_form_token_is_made_with_a_key_that_could_be_guessed(secret: str) -> None:
    with pytest.raises(ValueError, match="SECRET_KEY"):
        form_tokens(secret, secure=True)


PROCESSES = {
    "api": ["-c", "from agrimarket.app import create_app; create_app()"],
    "worker": ["-c", "import workers.celery_app"],
    "relay": ["-m", "workers.relay"],
    "scheduler": ["-m", "workers.scheduler"],
    "seeds": ["-m", "seeds"],
    "staff": ["-m", "agrimarket.cli", "staff", "list"],
}


def _run(*argv: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AGRIMARKET_")}
    told = {f"AGRIMARKET_{name}": value for name, value in environment.items()}
    command = [sys.executable, *argv]
    return subprocess.run(command, env={**clean, **told}, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_of_production_starts_without_its_secrets(process: str, tmp_path: object) -> None:
    weak = "only-this-short-one"
    done = _run(*PROCESSES[process], ENVIRONMENT="production", SECRET_KEY=weak, DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for name in ("SECRET_KEY", "ENCRYPTION_KEY", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", "PUBLIC_URL"):
        assert f"AGRIMARKET_{name} " in done.stderr
    assert "openssl rand -hex 32" in done.stderr
    assert weak not in done.stdout + done.stderr


def test_an_unknown_environment_is_refused_without_a_value(tmp_path: object) -> None:
    for argv in (PROCESSES["relay"], ["-m", "agrimarket.cli", "up"]):
        done = _run(*argv, ENVIRONMENT="prod", SECRET_KEY="quite-a-secret", DATA_DIR=str(tmp_path))
        assert done.returncode == 1
        assert "AGRIMARKET_ENVIRONMENT" in done.stderr
        assert "quite-a-secret" not in done.stdout + done.stderr


def test_up_is_refused_in_production(tmp_path: object) -> None:
    done = _run("-m", "agrimarket.cli", "up", ENVIRONMENT="production", DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "production" in done.stderr
    assert "Ready" not in done.stdout
