"""Parts of one running sandbox, shared by its routes."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from litestar.datastructures import State

from agrimarket.embedded.stripe_sandbox.engine import Engine
from agrimarket.embedded.stripe_sandbox.store import Store, Transaction
from agrimarket.embedded.stripe_sandbox.timers import run_due


@dataclass(frozen=True)
class House:
    """Store, engine, and the bell that tells the courier about new events."""

    store: Store
    engine: Engine
    wake: Callable[[], None]

    @staticmethod
    def of(state: State) -> "House":
        """The house that the application was made with."""
        house = state["house"]
        assert isinstance(house, House)  # noqa: S101 - create_sandbox put it there
        return house

    @contextmanager
    def changing(self) -> Generator[Transaction]:
        """Transaction that begins after everything due was done, and whose events are delivered."""
        run_due(self.store)
        with self.store.transaction() as tx:
            yield tx
        self.wake()
