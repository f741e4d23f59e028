"""PostgreSQL built by the migrations: one server for a run, a template, and a cloned database for each test worker."""

import base64
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

ROOT = Path(__file__).resolve().parent.parent
SERVER = "AGRIMARKET_TEST_SERVER"
"""Variable with a server to test on, `postgresql+psycopg://…/postgres`; without it the embedded one is started."""

_MADE = "AGRIMARKET_DATA_DIR" not in os.environ
"""Whether the folder of files is this run's own, which is removed after it; one that was named is left alone."""
os.environ.setdefault("AGRIMARKET_DATA_DIR", tempfile.mkdtemp(prefix="agrimarket-test-files-"))
os.environ.setdefault("AGRIMARKET_DRIVE_FILE", str(ROOT / "tests" / "any_hour.toml"))
os.environ.setdefault("AGRIMARKET_ENVIRONMENT", "embedded")
os.environ.setdefault("AGRIMARKET_SECRET_KEY", "a secret of the tests that is long enough")
os.environ.setdefault("AGRIMARKET_ENCRYPTION_KEY", base64.urlsafe_b64encode(b"k" * 32).decode())
os.environ.setdefault("AGRIMARKET_STRIPE_API_KEY", "sk_test_sandbox")
os.environ.setdefault("AGRIMARKET_STRIPE_WEBHOOK_SECRET", "whsec_sandbox")
os.environ.setdefault("AGRIMARKET_BROKER_URL", "memory://")
os.environ.setdefault("AGRIMARKET_REQUESTS_PER_MINUTE", "1000000")  # all tests come from one address

from litestar import Litestar  # noqa: E402
from litestar.testing import TestClient  # noqa: E402
from sqlalchemy import create_engine, make_url, text  # noqa: E402

from agrimarket.app import create_app  # noqa: E402
from agrimarket.embedded.postgres import EmbeddedPostgres  # noqa: E402
from agrimarket.kernel.db import Database  # noqa: E402
from agrimarket.kernel.migrate import upgrade  # noqa: E402
from agrimarket.kernel.principal import Role  # noqa: E402
from agrimarket.settings import get_settings  # noqa: E402
from tests.factories.accounts import a_person  # noqa: E402
from tests.factories.regions import load_tree  # noqa: E402
from tests.support.current import CurrentDatabase  # noqa: E402

MEMORY = Path("/dev/shm")
"""Folder of the server's files, in memory if possible: on a disk they take half the system time of a run."""
ROOM = 2 << 30
PREFIX = "agrimarket-test-"
STRATEGY = "AGRIMARKET_TEST_CLONING"
"""Variable with the way to clone databases: a copy of files only if that is cheap, since it ends with a checkpoint."""
_running: list[tuple[EmbeddedPostgres, str]] = []


def _admin(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def pytest_configure(config: pytest.Config) -> None:
    """Start the server and build the template, in the controlling process only; workers inherit the address."""
    if hasattr(config, "workerinput") or "AGRIMARKET_TEST_TEMPLATE" in os.environ:
        return
    if SERVER not in os.environ:
        in_memory = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
        _forget_killed_runs()
        folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=MEMORY if in_memory else None)
        os.environ[STRATEGY] = "STRATEGY file_copy" if in_memory else ""
        server = EmbeddedPostgres(Path(folder), durable=False)
        server.start()
        _running.append((server, folder))
        os.environ[SERVER] = server.dsn("postgres")
    template = f"agrimarket_template_{uuid4().hex[:8]}"
    _admin(os.environ[SERVER], f"CREATE DATABASE {template}")
    url = _database(os.environ[SERVER], template)
    upgrade(url)
    _load_regions(url)
    os.environ["AGRIMARKET_TEST_TEMPLATE"] = template


def _forget_killed_runs() -> None:
    """Give memory back: a run that was killed could not remove its servers' files."""
    for folder in MEMORY.glob(f"{PREFIX}*-*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not Path("/proc", pid).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _load_regions(url: str) -> None:
    """Load the code tree into the template: it hardly changes, and most tests need some county."""
    database = Database(url, pool_size=1)
    with database.transaction() as session:
        load_tree(session)
    database.close()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what `pytest_configure` started, or drop its template on a server that is not ours."""
    if hasattr(config, "workerinput"):
        return
    if _MADE:
        shutil.rmtree(os.environ["AGRIMARKET_DATA_DIR"], ignore_errors=True)
    template = os.environ.pop("AGRIMARKET_TEST_TEMPLATE", None)
    if _running:
        server, folder = _running.pop()
        server.stop()
        for name in (SERVER, STRATEGY):
            os.environ.pop(name, None)
        shutil.rmtree(folder, ignore_errors=True)
    elif template:
        _admin(os.environ[SERVER], f"DROP DATABASE IF EXISTS {template} WITH (FORCE)")


def pytest_collection_finish() -> None:
    """Freeze what was imported: to look through it for garbage would take a tenth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _clone() -> tuple[str, str]:
    name = f"agrimarket_test_{uuid4().hex[:12]}"
    server = os.environ[SERVER]
    template, strategy = os.environ["AGRIMARKET_TEST_TEMPLATE"], os.environ.get(STRATEGY, "")
    _admin(server, f"CREATE DATABASE {name} TEMPLATE {template} {strategy}")
    return name, _database(server, name)


@pytest.fixture(scope="session")
def worker_database() -> Iterator[Database]:
    """The test worker's own database; tests change it only inside savepoints (fixture `db`)."""
    name, url = _clone()
    database = Database(url, pool_size=4)
    yield database
    database.close()
    _admin(os.environ[SERVER], f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def db(worker_database: Database) -> Iterator[Database]:
    """A database whose transactions are savepoints; all is rolled back after the test."""
    with worker_database.engine.connect() as connection:
        outer = connection.begin()
        yield Database.within(connection)
        outer.rollback()


@pytest.fixture
def fresh_url() -> Iterator[str]:
    """Address of a separate database, for real commits from several connections or processes."""
    name, url = _clone()
    yield url
    _admin(os.environ[SERVER], f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def module_database() -> Iterator[Database]:
    """A database for one module with real commits, for data that is costly to set up."""
    name, url = _clone()
    database = Database(url, pool_size=32)
    yield database
    database.close()
    _admin(os.environ[SERVER], f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def fresh_db(fresh_url: str) -> Iterator[Database]:
    """A database for one test with real commits."""
    database = Database(fresh_url, pool_size=32)
    yield database
    database.close()


@pytest.fixture(scope="session")
def shared_app() -> tuple[Litestar, CurrentDatabase]:
    """The application of this test worker, and the holder of the test's database."""
    current = CurrentDatabase()
    return create_app(get_settings(), current), current


@pytest.fixture
def app(shared_app: tuple[Litestar, CurrentDatabase], db: Database) -> Litestar:
    """The application on this test's savepoint."""
    shared_app[1].current = db
    return shared_app[0]


@pytest.fixture
def client(app: Litestar) -> Iterator[TestClient[Litestar]]:
    """An HTTP client of `app`. Requests run one at a time, since they share one connection."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def fresh_client(shared_app: tuple[Litestar, CurrentDatabase], fresh_db: Database) -> Iterator[TestClient[Litestar]]:
    """An HTTP client of an application with real commits."""
    shared_app[1].current = fresh_db
    with TestClient(shared_app[0], raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def operator_headers(db: Database) -> dict[str, str]:
    """A signed-in operator, on the same savepoint as `client`."""
    with db.transaction() as session:
        return a_person(session, Role.OPERATOR).headers
