"""The project's own Stripe, with Connect: a small stateful server that the real `stripe` SDK talks to."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from litestar import Litestar, Request, Response
from litestar.datastructures import State

from agrimarket.embedded.stripe_sandbox.control import ControlController
from agrimarket.embedded.stripe_sandbox.delivery import Courier
from agrimarket.embedded.stripe_sandbox.engine import Engine
from agrimarket.embedded.stripe_sandbox.errors import ApiError, Json
from agrimarket.embedded.stripe_sandbox.gate import serve_v1
from agrimarket.embedded.stripe_sandbox.house import House
from agrimarket.embedded.stripe_sandbox.pages import PagesController
from agrimarket.embedded.stripe_sandbox.store import Store
from agrimarket.embedded.stripe_sandbox.timers import run_due

__all__ = ["create_sandbox"]

TICK_SECONDS = 1.0


def create_sandbox(database: str, secret_key: str, webhook_url: str | None, webhook_secret: str) -> Litestar:
    """The ASGI application. `database` is a file path or `:memory:`; without `webhook_url` events are only listed.

    It must run in a single process: its state is one SQLite connection, used from the event loop alone.
    """
    store = Store(database, webhooks=webhook_url is not None)
    courier = Courier(store, webhook_url, webhook_secret) if webhook_url else None
    wake = courier.wake if courier else _nothing
    house = House(store, Engine(store, secret_key, wake), wake)
    return Litestar(
        [serve_v1, ControlController, PagesController],
        state=State({"house": house}),
        lifespan=[_background(house, courier)],
        exception_handlers={ApiError: _refuse},
        openapi_config=None,
        logging_config=None,
    )


def _nothing() -> None:
    """Do nothing, since there is no courier to wake."""


def _refuse(_: Request[None, None, State], error: ApiError) -> Response[Json]:
    return Response(error.envelope("req_control"), status_code=error.status)


def _background(house: House, courier: Courier | None) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def running(_: Litestar) -> AsyncGenerator[None]:
        tasks = [asyncio.create_task(_tick(house))]
        if courier is not None:
            tasks.append(asyncio.create_task(courier.run()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            house.store.close()

    return running


async def _tick(house: House) -> None:
    """Do what is due even if nobody calls."""
    while True:
        if run_due(house.store):
            house.wake()
        await asyncio.sleep(TICK_SECONDS)
