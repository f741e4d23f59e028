"""A small system under the real supervisor, for the tests: `python fake_system.py FOLDER CASE`.

It prints each report of the supervisor as a line. The part `server` leaves its process id, and that of its child, which
ignores SIGTERM, in the folder.
"""

import asyncio
import sys
from pathlib import Path

from agrimarket.embedded import processes
from agrimarket.embedded.folder import MARK, DataFolder
from agrimarket.embedded.logs import Logs
from agrimarket.embedded.supervisor import Part, Say, Step, Supervisor

SERVER = """
import os, signal, subprocess, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
own = subprocess.Popen([sys.executable, "-c", '''
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
'''], stdout=subprocess.PIPE)
own.stdout.readline()
def leave(*_):
    with (folder / "order").open("a") as file:
        file.write(sys.argv[2] + "\\n")
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
(folder / f"{sys.argv[2]}.pids").write_text(f"{os.getpid()} {own.pid}")
(folder / f"{sys.argv[2]}.ready").touch()
time.sleep(60)
"""
CRASH = "import sys; print('the reason', file=sys.stderr); sys.exit(3)"


class Lines:
    """Screen that prints reports as lines."""

    def began(self, title: str) -> None:
        print("began", title, flush=True)

    def at(self, title: str, progress: str) -> None:
        print("at", title, progress, flush=True)

    def done(self, title: str, word: str, seconds: float) -> None:
        print("done", title, word, flush=True)

    def trouble(self, message: str) -> None:
        print("trouble", message, flush=True)


def system(folder: Path, case: str) -> Supervisor:
    """System of a base, then a step, then a front; `case` says what is wrong with the front or the step."""
    env = {MARK: str(folder), "PATH": "/usr/bin:/bin"}
    logs = Logs(folder / "logs")
    scripts = {"base": SERVER, "front": CRASH if case == "crash" else SERVER}

    def part(name: str, wave: int, *needs: str) -> Part:
        argv = [sys.executable, "-c", scripts[name], str(folder), name]

        def launch() -> processes.Process:
            (folder / f"{name}.ready").unlink(missing_ok=True)
            return processes.spawn(argv, env, logs.path(name))

        return Part(name, name, launch, (folder / f"{name}.ready").exists, needs, wave=wave)

    async def load(say: Say) -> str:
        step = "print('half'); print('whole'); import sys; sys.exit(5 if sys.argv[1] == 'step' else 0)"
        return (await supervisor.run_to_end("load", [sys.executable, "-c", step, case], env, say))[-1]

    parts = [part("base", 0), part("front", 1, "load")]
    supervisor = Supervisor(parts, [Step("load", "load", load, ("base",))], logs, Lines())
    supervisor.on_ready = lambda seconds: print("ready", flush=True)
    return supervisor


if __name__ == "__main__":
    held = DataFolder(Path(sys.argv[1]))
    held.hold()
    print("leftovers", len(held.end_leftovers()), flush=True)
    sys.exit(asyncio.run(system(held.path, sys.argv[2]).run()))
