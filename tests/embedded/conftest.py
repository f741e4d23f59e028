"""Sandbox process for all tests of this folder, emptied before each, and a receiver for its webhooks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any

import pytest
import stripe

from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox, running_sandbox


@dataclass
class Receiver:
    """Receiver of webhooks on a free port. `statuses` answers the next posts; afterwards every post is accepted."""

    url: str = ""
    posts: Queue[tuple[bytes, str]] = field(default_factory=Queue)
    statuses: list[int] = field(default_factory=list)

    def next(self) -> tuple[bytes, str]:
        """The next post: raw body and signature header."""
        return self.posts.get(timeout=20)

    def clear(self) -> None:
        """Forget all posts."""
        self.statuses.clear()
        while not self.posts.empty():
            self.posts.get_nowait()


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """A listening receiver."""
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = state.statuses.pop(0) if state.statuses else 200
            state.posts.put((body, self.headers["Stripe-Signature"]))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def served() -> Iterator[RunningSandbox]:
    """A sandbox process without webhooks."""
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: RunningSandbox) -> RunningSandbox:
    """The sandbox, empty."""
    served.control("POST", "reset")
    return served


@pytest.fixture
def client(sandbox: RunningSandbox) -> stripe.StripeClient:
    """The real SDK on an empty sandbox."""
    return sandbox.client()


@pytest.fixture
def pay(client: stripe.StripeClient) -> Callable[..., Any]:
    """Function that pays an amount by card; further parameters override the defaults."""

    def paying(amount: int = 10_000, **more: Any) -> Any:
        params: dict[str, Any] = {
            "amount": amount,
            "currency": "cny",
            "confirm": True,
            "payment_method": "pm_card_visa",
            "allowed_payment_method_types": ["card"],
        }
        return client.v1.payment_intents.create(params | more)  # type: ignore[arg-type]

    return paying


@pytest.fixture
def seller(client: stripe.StripeClient, sandbox: RunningSandbox) -> str:
    """The id of an onboarded connected account."""
    account = client.v1.accounts.create(
        {
            "type": "express",
            "country": "HK",
            "default_currency": "cny",
            "capabilities": {"transfers": {"requested": True}},
        }
    )
    sandbox.control("POST", f"accounts/{account.id}/complete_onboarding")
    return account.id
