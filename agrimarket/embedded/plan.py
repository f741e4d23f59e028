"""Plan of an embedded run's processes: the parts that are not configured, and agrimarket's own."""

import asyncio
import hashlib
import http.client
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from agrimarket.drive import drive
from agrimarket.embedded.folder import MARK
from agrimarket.embedded.logs import Logs
from agrimarket.embedded.notes import note
from agrimarket.embedded.nursery import Nursery
from agrimarket.embedded.ports import Ports
from agrimarket.embedded.postgres import EmbeddedPostgres, create_database
from agrimarket.embedded.processes import Process
from agrimarket.embedded.secrets import Secrets
from agrimarket.embedded.supervisor import Part, Say, Step, Supervisor
from agrimarket.embedded.valkey import EmbeddedValkey
from agrimarket.settings import Settings

ROOT = Path(__file__).parents[2]
"""Folder with the packages `agrimarket`, `workers` and `seeds`."""
MIGRATIONS = (ROOT / "agrimarket" / "migrations",)
_REGIONS = ROOT / "agrimarket" / "regions"
SEEDS = (
    ROOT / "seeds",
    *(
        ROOT / "agrimarket" / "regions" / name
        for name in ("data", "finding.py", "gazetteer.py", "names.py", "zones.py")
    ),
    ROOT / "agrimarket" / "catalog" / "data",
)
"""What the seeds are made of: where a file of it changes, a cluster is seeded again at its next start."""
_DATABASE = "agrimarket"
_SERVERS, _OUTSIDE, _WORKERS, _FRONT = range(4)


@dataclass
class Plan:
    """Parts of one system and their environment. Ports and secrets are chosen, but nothing is started."""

    settings: Settings
    logs: Logs
    ports: Ports
    data_dir: Path
    nursery: Nursery
    parts: list[Part] = field(default_factory=list[Part])
    environment: dict[str, str] = field(default_factory=dict[str, str])
    """Variables `AGRIMARKET_…` of every child."""
    supervisor: Supervisor | None = None
    server: EmbeddedPostgres | None = None
    """The embedded database, unless one is configured."""

    @classmethod
    def make(cls, settings: Settings, data_dir: Path, nursery: Nursery) -> "Plan":
        """Plan to embed whatever `settings` does not name."""
        plan = cls(settings, Logs(data_dir / "logs"), Ports(data_dir / "ports.json"), data_dir, nursery)
        secrets = Secrets.load(data_dir / "secrets.json")
        plan._add_site(secrets)
        plan._add_postgres()
        plan._add_valkey(secrets)
        plan._add_nursery()
        plan._add_outside(secrets)
        plan._add_own()
        nursery.env |= plan._env()
        return plan

    @property
    def site(self) -> str:
        """Address of the site, without a slash at the end."""
        return self.environment["AGRIMARKET_PUBLIC_URL"]

    def steps(self) -> list[Step]:
        """Steps that bring the schema and, into an embedded database, the seeds."""
        servers = tuple(part.name for part in self.parts if part.wave <= _OUTSIDE)
        steps = [Step("schema", "Schema", self._migrate, tuple(name for name in servers if name == "postgres"))]
        if not self.settings.database_url:
            steps.append(Step("seeds", "Real data and a demo market", self._seed, (*servers, "schema")))
        return steps

    def _add_site(self, secrets: Secrets) -> None:
        host = self.settings.host
        port = self.ports.choose("site", self.settings.port, host)
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
        self.environment |= {
            # A database that is configured gets no demo people, and its clock is not moved.
            "AGRIMARKET_ENVIRONMENT": "local" if self.settings.database_url else "embedded",
            "AGRIMARKET_DATA_DIR": str(self.data_dir),
            "AGRIMARKET_HOST": host,
            "AGRIMARKET_PORT": str(port),
            "AGRIMARKET_REQUESTS_PER_MINUTE": str(self._requests_per_minute()),
            "AGRIMARKET_PUBLIC_URL": self.settings.public_url or f"http://{shown}:{port}",
            "AGRIMARKET_SECRET_KEY": self.settings.secret_key.get_secret_value() or secrets.secret_key,
            "AGRIMARKET_ENCRYPTION_KEY": self.settings.encryption_key.get_secret_value() or secrets.encryption_key,
        }

        if self.settings.drive_file:
            self.environment["AGRIMARKET_DRIVE_FILE"] = str(self.settings.drive_file.resolve())

    def _requests_per_minute(self) -> int:
        """As configured; else so many that a load test, which comes from one address, is answered."""
        given = "requests_per_minute" in self.settings.model_fields_set
        return self.settings.requests_per_minute if given or self.settings.database_url else 1_000_000

    def _add_postgres(self) -> None:
        if self.settings.database_url:
            self.environment["AGRIMARKET_DATABASE_URL"] = self.settings.database_url
            return
        log = self.logs.path("postgres")
        server = EmbeddedPostgres(self.data_dir / "postgres", self.ports.choose("postgres"), log=log)
        self.server = server
        self.environment["AGRIMARKET_DATABASE_URL"] = server.application_dsn(_DATABASE)
        stop = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0))
        self.parts.append(
            Part("postgres", "PostgreSQL", server.launch, server.is_ready, (), server.prepare, _SERVERS, stop)
        )

    def _add_valkey(self, secrets: Secrets) -> None:
        broker, cache = self.settings.broker_url, self.settings.cache_url
        if not (broker and cache):
            port, log = self.ports.choose("valkey"), self.logs.path("valkey")
            server = EmbeddedValkey(self.data_dir / "valkey", secrets.valkey_password, port, log)
            self.parts.append(Part("valkey", "Valkey", server.launch, server.is_ready, wave=_SERVERS))
            broker, cache = broker or server.url(0), cache or server.url(1)
        self.environment |= {"AGRIMARKET_BROKER_URL": broker, "AGRIMARKET_CACHE_URL": cache}

    def _add_nursery(self) -> None:
        if sys.platform == "linux":
            nursery = self.nursery
            self.parts.append(Part("nursery", "Program", nursery.launch, nursery.is_ready, wave=_SERVERS))

    def _add_outside(self, secrets: Secrets) -> None:
        settings = self.settings
        sandbox = not settings.stripe_api_key.get_secret_value()
        gateways = settings.smtp_url.get_secret_value() and settings.sms_gateway_url
        mailbox = not settings.mailbox_url and not gateways
        if not (sandbox or mailbox):
            return
        port = self.ports.choose("outside")
        address = f"http://127.0.0.1:{port}"
        told = {
            "AGRIMARKET_MAILBOX_DB": str(self.data_dir / "mailbox" / "mailbox.sqlite3"),
            "AGRIMARKET_SANDBOX_DB": str(self.data_dir / "stripe" / "sandbox.sqlite3"),
            "AGRIMARKET_SANDBOX_WEBHOOK_URL": f"{self.site}/webhooks/stripe",
        }
        if mailbox:
            self.environment["AGRIMARKET_MAILBOX_URL"] = f"{address}/mailbox"
        if sandbox:
            self.environment |= {
                "AGRIMARKET_STRIPE_API_BASE": address,
                "AGRIMARKET_STRIPE_API_KEY": secrets.stripe_api_key,
                "AGRIMARKET_STRIPE_WEBHOOK_SECRET": secrets.stripe_webhook_secret,
            }
        for name in ("mailbox", "stripe"):
            (self.data_dir / name).mkdir(exist_ok=True)
        command = _granian("agrimarket.embedded.outside:app", "127.0.0.1", port, 1)
        needs = tuple(part.name for part in self.parts if part.name == "nursery")
        ready = _Answers("127.0.0.1", port, "/mailbox/messages?limit=1")
        self._add("outside", "Stripe sandbox and mailbox", "granian", command, _OUTSIDE, needs, ready, told)

    def _add_own(self) -> None:
        settings, port = self.settings, int(self.environment["AGRIMARKET_PORT"])
        api = _granian("agrimarket.app:create_app", settings.host, port, settings.api_processes, "--factory")
        needs = ("schema", *(part.name for part in self.parts if part.name in ("valkey", "nursery")))
        host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host  # noqa: S104
        self._add("api", "API and pages", "granian", api, _FRONT, needs, _Answers(host, port, "/ready"))
        concurrency = str(settings.worker_concurrency)
        self._add("worker", "Worker", "agrimarket.embedded.worker", (concurrency,), _WORKERS, needs)
        self._add("relay", "Relay", "workers.relay", (), _FRONT, needs)
        self._add("scheduler", "Scheduler", "workers.scheduler", (), _FRONT, needs)

    def _add(
        self,
        name: str,
        title: str,
        module: str,
        argv: Sequence[str],
        wave: int,
        needs: tuple[str, ...] = (),
        is_ready: Callable[[], bool] | None = None,
        told: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Add a process of ours; without `is_ready`, it makes the file named in `AGRIMARKET_READY_FILE` when ready."""
        flag, log = self.data_dir / "run" / f"{name}.ready", self.logs.path(name)

        def launch() -> Process:
            flag.unlink(missing_ok=True)
            env = self._env() | dict(told) | {"AGRIMARKET_READY_FILE": str(flag)}
            return self.nursery.start(module, argv, env, log)

        # A worker that would not finish its task in time gives it back: SIGQUIT is Celery's cold shutdown.
        stop = ((signal.SIGTERM, 5.0), (signal.SIGQUIT, 2.0))
        self.parts.append(Part(name, title, launch, is_ready or flag.exists, needs, None, wave, stop))

    def _env(self) -> dict[str, str]:
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        metrics = self.data_dir / "run" / "metrics"
        own = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1", "PROMETHEUS_MULTIPROC_DIR": str(metrics)}
        return os.environ | self.environment | own | {MARK: str(self.data_dir)}

    async def _migrate(self, say: Say) -> str:
        if self.server is None:
            return await self._prepare("schema", "migrate", MIGRATIONS, say, self._env())
        owner = self.server.dsn(_DATABASE)
        create_database(owner)
        env = self._env() | {"AGRIMARKET_DATABASE_URL": owner}
        word = await self._prepare("schema", "migrate", MIGRATIONS, say, env)
        await asyncio.to_thread(self.server.admit_application, _DATABASE)
        return word

    async def _seed(self, say: Say) -> str:
        return await self._prepare("seeds", "seed", SEEDS, say, self._env())

    async def _prepare(self, name: str, command: str, made_of: Sequence[Path], say: Say, env: Mapping[str, str]) -> str:
        """Run `agrimarket <command>` unless it was run on this cluster from the same files."""
        if self.supervisor is None:
            raise RuntimeError("The plan has no supervisor yet.")
        embedded = not self.settings.database_url
        done = self.data_dir / "postgres" / f"{name}.done"  # beside the cluster, so that both stay together
        print_ = fingerprint(made_of, str(self.settings.reference_data_dir or ""), *_drive_in_full())
        if embedded and done.exists() and done.read_text() == print_:
            return "unchanged"
        if embedded:
            done.unlink(missing_ok=True)
        argv = [sys.executable, "-m", "agrimarket.cli", command]
        lines = await self.supervisor.run_to_end(name, argv, env, say)
        if embedded:
            note(done, print_)
        return lines[-1] if lines else ""


class _Answers:
    """Check that an address answers 200."""

    def __init__(self, host: str, port: int, path: str) -> None:
        self.host, self.port, self.path = host, port, path

    def __call__(self) -> bool:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=5)
        try:
            connection.request("GET", self.path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def fingerprint(made_of: Iterable[Path], *more: str) -> str:
    """Hash of the names and contents of files, of those below folders, and of `more`."""
    digest = hashlib.sha256(json.dumps(more).encode())
    for source in made_of:
        for path in sorted(_files(source)):
            digest.update(str(path.relative_to(source.parent)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _drive_in_full() -> tuple[str, str]:
    """The drive's values and its own kinds of produce: the seeds depend on both."""
    table = drive().taxonomy.file
    return drive().model_dump_json(), table.read_text(encoding="utf-8") if table else ""


def _files(source: Path) -> Iterable[Path]:
    found = [source] if source.is_file() else source.rglob("*")
    return (path for path in found if path.is_file() and "__pycache__" not in path.parts)


def _granian(target: str, host: str, port: int, workers: int, *options: str) -> list[str]:
    return [
        *("--interface", "asgi", "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--workers-kill-timeout", "5", "--respawn-failed-workers", *options, target),
    ]
