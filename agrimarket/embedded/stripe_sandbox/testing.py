"""The sandbox for tests: its own process on a free port, so that it can be killed like the real thing."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import stripe

from agrimarket.embedded.processes import die_with_parent

SECRET_KEY = "sk_test_sandbox"  # noqa: S105 - the sandbox's own
WEBHOOK_SECRET = "whsec_sandbox"  # noqa: S105
STARTS_WITHIN_SECONDS = 30.0


@dataclass
class RunningSandbox:
    """A sandbox that is being served."""

    url: str
    secret_key: str
    webhook_secret: str
    process: subprocess.Popen[bytes]

    @cached_property
    def _controls(self) -> httpx.Client:
        return httpx.Client(base_url=f"{self.url}/sandbox/", timeout=10, trust_env=False)

    def client(self, *, max_network_retries: int = 0, timeout: float = 80) -> stripe.StripeClient:
        """The real SDK, pointed at this sandbox; `timeout` in seconds."""
        return stripe.StripeClient(
            self.secret_key,
            base_addresses={"api": self.url},
            max_network_retries=max_network_retries,
            http_client=stripe.RequestsClient(timeout=timeout),
        )

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call `/sandbox/{path}` and return its JSON; raises `httpx.HTTPStatusError` if refused."""
        answer = self._controls.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def kill(self) -> None:
        """Kill the server and its worker, as `kill -9` does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running_sandbox(
    database: Path | str = ":memory:",
    *,
    webhook_url: str | None = None,
    secret_key: str = SECRET_KEY,
    webhook_secret: str = WEBHOOK_SECRET,
    port: int | None = None,
) -> Generator[RunningSandbox]:
    """Serve a sandbox until the block ends."""
    port = port or _free_port()
    environment = os.environ | {
        "AGRIMARKET_SANDBOX_DB": str(database),
        "AGRIMARKET_STRIPE_API_KEY": secret_key,
        "AGRIMARKET_STRIPE_WEBHOOK_SECRET": webhook_secret,
        "AGRIMARKET_SANDBOX_WEBHOOK_URL": webhook_url or "",
    }
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--log-level", "error", "--workers-kill-timeout", "2"]
    command += ["agrimarket.embedded.stripe_sandbox.app:app"]
    with subprocess.Popen(
        command,
        env=environment,
        cwd=Path(__file__).parents[3],
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),  # a killed test run leaves no sandbox behind
    ) as process:
        sandbox = RunningSandbox(f"http://127.0.0.1:{port}", secret_key, webhook_secret, process)
        try:
            _wait_until_answers(sandbox)
            yield sandbox
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_answers(sandbox: RunningSandbox) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if sandbox.process.poll() is not None:
            raise RuntimeError(f"The sandbox ended with {sandbox.process.returncode}.")
        try:
            httpx.get(f"{sandbox.url}/sandbox/clock", timeout=1, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("The sandbox did not start.")
