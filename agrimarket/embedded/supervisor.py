"""Supervisor that starts the parts of a system in order, keeps them running, and ends every process that it started.

Call it from the main thread: the kernel ends a child with the thread that started it.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from agrimarket.embedded import processes
from agrimarket.embedded.logs import Logs
from agrimarket.embedded.notes import log_of, note
from agrimarket.embedded.processes import PartError, Process

_POLL = 0.03
_SETTLED = 60.0
"""Seconds of life after which a death starts a new count of deaths."""
_ATTEMPTS = 4
"""Deaths of a part that was never ready after which the start is given up."""
_LONGEST_PAUSE = 30.0

Stop = Sequence[tuple[signal.Signals, float]]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """A process that is kept running."""

    name: str
    title: str
    launch: Callable[[], Process]
    """Function that starts the process, as the leader of its own session; called in the main thread."""
    is_ready: Callable[[], bool]
    """Function that is asked in a thread until it returns True."""
    needs: tuple[str, ...] = ()
    prepare: Callable[[], object] | None = None
    """Function that is called in a thread before each launch; its `PartError` ends the start."""
    wave: int = 0
    """Wave in which the part is ended: from the highest down, all parts of one wave together."""
    stop: Stop = ((signal.SIGTERM, 5.0),)
    patience: float = 60.0
    """Seconds from launch until it must be ready."""


@dataclass(frozen=True)
class Step:
    """Task that is done once. `run` gets a function that shows progress, and returns the text to show at the end."""

    name: str
    title: str
    run: Callable[[Say], Awaitable[str]]
    needs: tuple[str, ...] = ()


class Screen(Protocol):
    """Protocol of screens that show progress; titles name the parts and steps."""

    def began(self, title: str) -> None:
        """Show that work on `title` has started."""
        ...

    def at(self, title: str, progress: str) -> None:
        """Show the progress of `title`."""
        ...

    def done(self, title: str, word: str, seconds: float) -> None:
        """Show that `title` is ready."""
        ...

    def trouble(self, message: str) -> None:
        """Show a message about something that went wrong."""
        ...


class StartError(PartError):
    """The system did not come up; the message carries the end of the log of the part that failed."""


class _StopAskedError(Exception):
    """The system was asked to end."""


@dataclass
class Supervisor:
    """Supervisor of `parts` and `steps`, until told to stop. Nothing that it started outlives it."""

    parts: Sequence[Part]
    steps: Sequence[Step]
    logs: Logs
    screen: Screen
    on_ready: Callable[[float], None] = lambda _: None
    """Function that is called once, with the seconds that the start took."""
    pids: Path | None = None
    """Folder for files `<name>.pid`, for people who look for a process."""
    running: dict[str, Process] = field(default_factory=dict[str, Process])
    _settled: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    _stop_asked: asyncio.Event = field(default_factory=asyncio.Event)
    _asked_at: float = 0.0
    _hurry: bool = False

    async def run(self) -> int:
        """Start, watch until SIGINT, SIGTERM or SIGHUP, end everything. Returns 0, or 1 if the start failed."""
        processes.adopt_orphans()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self.stop)
        self._settled = {node.name: asyncio.Event() for node in (*self.parts, *self.steps)}
        began, code = time.monotonic(), 0
        try:
            async with asyncio.TaskGroup() as group:
                for work in (self._stop_when_asked(), self._cap_logs()):
                    group.create_task(work)
                for node in (*self.steps, *self.parts):
                    group.create_task(self._once(node) if isinstance(node, Step) else self._keep(node))
                await self._after(tuple(self._settled))
                await asyncio.to_thread(self.on_ready, time.monotonic() - began)
        except* _StopAskedError:
            pass
        except* PartError as failures:
            code = 1
            for failure in failures.exceptions:
                self.screen.trouble(str(failure))
        finally:
            await self._end_all()
        return code

    def stop(self) -> None:
        """Ask for the end of everything, in order; a call over a second later ends everything without waiting."""
        now = time.monotonic()
        self._asked_at = self._asked_at or now
        # A terminal and `make` may both pass on the same signal.
        self._hurry = now - self._asked_at > 1.0
        self._stop_asked.set()

    async def run_to_end(self, name: str, argv: Sequence[str], env: Mapping[str, str], say: Say) -> list[str]:
        """Run a command that ends by itself, showing each line it prints; returns the lines. Raises `StartError`."""
        log, lines = self.logs.path(name), list[str]()
        process = processes.spawn(argv, env, log, pipe=True)
        self.running[name] = process
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), process.stdout
        )
        with log_of(log) as file, closing(transport):
            while line := await reader.readline():
                with suppress(OSError):
                    file.write(line)
                lines.append(line.decode(errors="replace").strip())
                say(lines[-1])
        while process.poll() is None:
            await asyncio.sleep(_POLL)
        del self.running[name]
        if process.returncode != 0:
            raise StartError(f"{name} {_how(process)}:\n{processes.tail(log)}")
        return lines

    async def _once(self, step: Step) -> None:
        await self._after(step.needs)
        began = time.monotonic()
        self.screen.began(step.title)
        word = await step.run(lambda text: self.screen.at(step.title, text))
        self.screen.done(step.title, word, time.monotonic() - began)
        self._settled[step.name].set()

    async def _keep(self, part: Part) -> None:
        """Start a part, and start it again whenever it ends, with growing pauses."""
        await self._after(part.needs)
        deaths = 0
        log = self.logs.path(part.name)
        while True:
            began = time.monotonic()
            self.screen.began(part.title)
            if part.prepare:
                await asyncio.to_thread(part.prepare)
            process = self.running[part.name] = part.launch()
            if self.pids:
                note(self.pids / f"{part.name}.pid", str(process.pid))
            if await self._becomes_ready(part, process):
                self.screen.done(part.title, "again" if deaths else "", time.monotonic() - began)
                self._settled[part.name].set()
            while process.poll() is None:
                await asyncio.sleep(_POLL)
            await asyncio.to_thread(processes.end_group, process.pid)
            deaths = 1 if time.monotonic() - began > _SETTLED else deaths + 1
            pause = min(_LONGEST_PAUSE, 0.1 * 2 ** (deaths - 1))
            what = f"{part.title} {_how(process)}"
            if deaths >= _ATTEMPTS and not self._settled[part.name].is_set():
                raise StartError(f"{what} {deaths} times while starting. Its log, {log}, ends:\n{processes.tail(log)}")
            self.screen.trouble(f"{what}; starting it again in {pause:.1f} s. Log: {log}")
            await asyncio.sleep(pause)

    async def _becomes_ready(self, part: Part, process: Process) -> bool:
        deadline = time.monotonic() + part.patience
        while process.poll() is None:
            if await asyncio.to_thread(part.is_ready):
                return True
            if time.monotonic() > deadline:
                self.screen.trouble(f"{part.title} was not ready after {part.patience:.0f} s.")
                await self._end(process, part.stop)
                return False
            await asyncio.sleep(_POLL)
        return False

    async def _after(self, names: Sequence[str]) -> None:
        for name in names:
            await self._settled[name].wait()

    async def _stop_when_asked(self) -> None:
        await self._stop_asked.wait()
        raise _StopAskedError

    async def _cap_logs(self) -> None:
        while True:
            await asyncio.sleep(10)
            await asyncio.to_thread(self.logs.cap)

    async def _end_all(self) -> None:
        parts = {part.name: part for part in self.parts}
        last = max((part.wave for part in self.parts), default=0) + 1  # steps that still run are ended first
        for wave in range(last, -1, -1):
            ending = [name for name in self.running if (parts[name].wave if name in parts else last) == wave]
            stops = [parts[name].stop if name in parts else Part.stop for name in ending]
            ends = [self._end(self.running.pop(name), stop) for name, stop in zip(ending, stops, strict=True)]
            await asyncio.gather(*ends)

    async def _end(self, process: Process, stop: Stop) -> None:
        for number, patience in stop:
            if process.poll() is None:
                process.send_signal(number)
            deadline = time.monotonic() + patience
            while process.poll() is None and time.monotonic() < deadline and not self._hurry:
                await asyncio.sleep(_POLL)
        if process.poll() is None:
            process.kill()
        await asyncio.to_thread(process.wait)
        await asyncio.to_thread(processes.end_group, process.pid)


def _how(process: Process) -> str:
    code = process.poll() or 0
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
