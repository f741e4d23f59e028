"""The deploy guide, `compose.yaml` and `Dockerfile` name only what there is."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.cli import main
from agrimarket.drive import load
from agrimarket.kernel.db import Database
from agrimarket.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guides" / "deploy.md").read_text(encoding="utf-8")
COMPOSE_TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
CODE = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) + re.findall(r"(?<!`)`([^`\n]+)`(?!`)", GUIDE)
"""Blocks and spans of code in the guide."""


@pytest.mark.parametrize("text", [GUIDE, COMPOSE_TEXT, DOCKERFILE], ids=["guide", "compose", "dockerfile"])
def test_every_setting_exists(text: str) -> None:
    named = set(re.findall(r"AGRIMARKET_([A-Z_]*[A-Z])", text))
    assert len(named) >= 3
    told_by_a_supervisor = {"READY_FILE"}
    assert named - {name.upper() for name in Settings.model_fields} - told_by_a_supervisor == set()


def _commands() -> Iterator[tuple[str, list[str]]]:
    for code in CODE:
        for line in code.splitlines():
            for words in re.findall(r"(?<!-U )(?<!owner=)\bagrimarket ([a-z]+(?: [^|;&#]*)?)$", line.strip()):
                yield line, words.split()


def test_every_command_exists_with_its_options() -> None:
    found = list(_commands())
    assert {words[0] for _, words in found} >= {"staff", "doctor"}
    for line, (name, *rest) in found:
        context = click.Context(main)
        command = main.get_command(context, name)
        assert command is not None, line
        if isinstance(command, click.Group) and rest:
            command = command.get_command(click.Context(command), rest[0])
            assert command is not None, line
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} - options == set(), line


def test_every_service_of_a_compose_command_exists() -> None:
    services, flags = set(COMPOSE["services"]), r"(?: --?[a-zA-Z-]+)*"
    lines = [line.strip() for code in CODE for line in code.splitlines() if line.strip().startswith("docker compose")]
    assert len(lines) > 15
    for line in lines:
        one = re.match(rf"docker compose (?:exec|run){flags} ([a-z]+)\b", line)
        many = re.match(rf"docker compose (?:stop|restart|logs|up){flags}((?: [a-z]+)*)", line)
        named = {one[1]} if one else set(many[1].split()) if many else set[str]()
        assert named <= services, line


def test_every_address_exists(app: Litestar) -> None:
    paths = {route.path for route in app.routes}
    named = set(re.findall(r"`(?:GET |POST )?(/(?:v1|desk|health|ready|metrics)[a-z0-9/-]*)`", GUIDE))
    assert {"/desk/staff", "/metrics", "/v1/reconciliations"} <= named
    assert named - paths == set()


def test_every_metric_exists(client: TestClient[Litestar], db: Database) -> None:
    told = client.get("/metrics").text
    named = set(re.findall(r"`(agrimarket_[a-z_]+)`", GUIDE))
    assert len(named) >= 3
    assert {name for name in named if f"\n{name} " not in told} == set()


def test_its_example_is_a_drive(tmp_path: Path) -> None:
    example = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert len(example) == 1
    file = tmp_path / "drive.toml"
    file.write_text(example[0], encoding="utf-8")
    found = load(file)
    assert (found.regions.growers, found.fees.commission_bps) == (("2106",), 500)
    named = re.search(r"^AGRIMARKET_DRIVE_FILE=(/[a-z]+)/drive.toml$", GUIDE, re.MULTILINE)
    assert named
    for name in ("migrate", "api", "worker", "relay", "scheduler"):
        assert f"./drive:{named[1]}:ro" in COMPOSE["services"][name]["volumes"]


def test_a_setting_left_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guide's `.env` leaves some empty."""
    for name in Settings.model_fields:
        monkeypatch.setenv(f"AGRIMARKET_{name.upper()}", "")
    assert Settings() == Settings.model_construct()


def test_compose_takes_nothing_that_the_guide_does_not_give() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)\}", COMPOSE_TEXT))
    given = set(re.findall(r"^([A-Z_]+)=", GUIDE, re.MULTILINE))
    assert asked
    assert asked <= given
    for service in COMPOSE["services"].values():
        for mount in service.get("volumes", []):
            assert mount.partition(":")[0] in {*COMPOSE["volumes"], "./drive"}
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])
        for needed, how in service.get("depends_on", {}).items():
            healthy = how["condition"] == "service_healthy"
            assert "healthcheck" in COMPOSE["services"][needed] or not healthy


def test_what_compose_starts_can_be_started() -> None:
    commands = [service["command"] for service in COMPOSE["services"].values() if "command" in service]
    modules = [words[words.index("-m") + 1] for words in commands if "-m" in words]
    assert set(modules) == {"workers.relay", "workers.scheduler"}
    assert all(importlib.util.find_spec(module) for module in [*modules, "workers.celery_app"])
    shell = COMPOSE["services"]["migrate"]["command"][-1]
    assert [part.split() for part in shell.split(" && ")] == [["agrimarket", "migrate"], ["agrimarket", "seed"]]
    data = next(word for word in DOCKERFILE.split() if word.startswith("AGRIMARKET_DATA_DIR=")).partition("=")[2]
    for name in ("api", "worker", "relay", "scheduler"):
        assert f"files:{data}" in COMPOSE["services"][name]["volumes"]
