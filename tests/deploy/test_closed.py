"""What `compose.yaml` and `Dockerfile` start has no more rights, room or neighbours than it needs."""

import re
from typing import Any

import pytest

from agrimarket.guard import faults
from agrimarket.settings import Settings
from tests.deploy.test_guide import COMPOSE, COMPOSE_TEXT, DOCKERFILE, GUIDE

SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "api", "worker", "relay", "scheduler")
_OF_ROOT = {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_closed(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert any(mount.partition(":")[0] == "/tmp" for mount in service["tmpfs"])
    assert service["mem_limit"]
    assert service["pids_limit"] > 0
    assert not {"privileged", "network_mode", "pid", "ipc", "user"} & set(service)
    assert not [mount for mount in service.get("volumes", []) if "docker.sock" in mount]
    assert name == "migrate" or service["healthcheck"]["test"]


def test_our_own_processes_get_no_right_back() -> None:
    for name in OURS:
        assert "cap_add" not in SERVICES[name]
    assert SERVICES["proxy"]["cap_add"] == ["NET_BIND_SERVICE"]
    assert all(set(service.get("cap_add", [])) <= _OF_ROOT | {"NET_BIND_SERVICE"} for service in SERVICES.values())


def test_only_the_proxy_is_open_to_the_world() -> None:
    open_ = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(open_) == {"api", "proxy"}
    assert all(port.startswith("127.0.0.1:") for port in open_["api"])


def test_the_image_is_not_roots_and_may_write_to_its_volume() -> None:
    lines = DOCKERFILE.splitlines()
    assert re.search(r"^USER agrimarket$", DOCKERFILE, re.MULTILINE)
    assert not [line for line in lines[lines.index("USER agrimarket") :] if line.startswith(("RUN", "USER root"))]
    assert "install -d -o agrimarket -g agrimarket /var/lib/agrimarket" in DOCKERFILE
    assert all("files:/var/lib/agrimarket" in SERVICES[name]["volumes"] for name in ("api", "worker"))


def test_every_server_asks_for_a_password() -> None:
    assert "requirepass" in SERVICES["valkey"]["command"][-1]
    assert "${POSTGRES_PASSWORD}" in SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD"]
    assert "${RABBITMQ_PASSWORD}" in SERVICES["rabbitmq"]["environment"]["RABBITMQ_DEFAULT_PASS"]
    told = SERVICES["api"]["environment"]
    for name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL"):
        assert re.search(r":\$\{[A-Z]+_PASSWORD\}@", told[f"AGRIMARKET_{name}"])


def test_the_applications_role_is_no_superuser() -> None:
    role = COMPOSE["configs"]["role"]["content"]
    assert "CREATE ROLE agrimarket LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE" in role
    assert "CREATE DATABASE agrimarket OWNER agrimarket" in role
    assert "POSTGRES_USER" not in COMPOSE_TEXT
    assert SERVICES["postgres"]["configs"] == [{"source": "role", "target": "/docker-entrypoint-initdb.d/role.sql"}]


def test_what_the_guide_makes_may_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guide's `.env`, with what its commands make, and compose's own settings."""
    made = {"-hex 32": "9f3c1b7e5a2d8460" * 4, "-hex 24": "9f3c1b7e5a2d8460" * 3}
    env = dict(re.findall(r"^([A-Z_]+)=(.*)$", GUIDE, re.MULTILINE))
    for name, value in env.items():
        env[name] = next((secret for how, secret in made.items() if how in value), value)
    env["AGRIMARKET_ENCRYPTION_KEY"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    env |= {
        "AGRIMARKET_STRIPE_API_KEY": "sk_test_9f3c1b7e5a2d8460",
        "AGRIMARKET_STRIPE_WEBHOOK_SECRET": "whsec_9f3c1b7e5a2d84",
    }
    told = {**env, **SERVICES["api"]["environment"], "AGRIMARKET_ENVIRONMENT": "production"}
    for name, value in told.items():
        monkeypatch.setenv(name, re.sub(r"\$\{([A-Z_]+)\}", lambda found: env[found[1]], value))
    assert faults(Settings()) == []
