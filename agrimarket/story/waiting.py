"""The story begins once the system is ready: `make run` may still be loading."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from agrimarket.embedded import environment
from agrimarket.embedded.folder import DataFolder

PATIENCE = 300.0
"""Seconds for a system to become ready; the first start of all loads real data."""
ANSWER_WITHIN = 10.0
"""Seconds for a service that says it runs to answer."""
TOLD_EVERY = 5.0
PAUSE = 0.25


class NothingRuns(Exception):
    """There is no system to play against; the message says what to do."""


def join_when_ready(
    base_url: str | None, say: Callable[[str], object], *, patience: float = PATIENCE, answer: float = ANSWER_WITHIN
) -> None:
    """Take over what the system of this data folder published, and return once the service answers `/ready`.

    While a supervisor loads it waits, saying so now and then. `NothingRuns`, after `patience` seconds at most. Call it
    before the settings are read.
    """
    if base_url is None:
        _wait_until_published(DataFolder(Path(os.environ.get("AGRIMARKET_DATA_DIR") or ".agrimarket")), say, patience)
    address = base_url or os.environ.get("AGRIMARKET_PUBLIC_URL", "")
    deadline = time.monotonic() + answer
    while not _answers(address):
        if time.monotonic() > deadline:
            raise NothingRuns(f"Nobody answers at {address}. Start the system first: make run")
        time.sleep(PAUSE)


def _wait_until_published(folder: DataFolder, say: Callable[[str], object], patience: float) -> None:
    began, told = time.monotonic(), -TOLD_EVERY
    while folder.is_held():
        if environment.join():
            return
        waited = time.monotonic() - began
        if waited >= patience:
            raise NothingRuns(f"The system in {folder.path} is not ready after {patience:.0f} s; see its logs there.")
        if waited - told >= TOLD_EVERY:
            say(f"The system is still loading; waiting ({waited:.0f} s) …")
            told = waited
        time.sleep(PAUSE)
    if "AGRIMARKET_PUBLIC_URL" not in os.environ:  # else one is configured, which is none of this folder's
        raise NothingRuns(f"Nothing runs in {folder.path}. Start the system first: make run")


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/ready", timeout=5).is_success
    except httpx.HTTPError:
        return False
