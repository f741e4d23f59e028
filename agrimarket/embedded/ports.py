"""Choice of ports: the wanted one if it is free, else another, and the same one next time."""

import json
import socket
from dataclasses import dataclass, field
from pathlib import Path

from agrimarket.embedded.notes import note


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether nobody listens on `port`."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # SO_REUSEADDR, as servers set it: a port that only lingers in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_port(wanted: int = 0, host: str = "127.0.0.1", taken: frozenset[int] = frozenset()) -> int:
    """Return `wanted` if it is free, else a port that the system picks; never one of `taken`."""
    if wanted and wanted not in taken and is_free(wanted, host):
        return wanted
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((host, 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port


@dataclass
class Ports:
    """Ports of one data folder, remembered in `path` and used again while they are free."""

    path: Path
    refused: dict[str, int] = field(default_factory=dict[str, int])
    """Name → the port that was wanted but is in use by another program."""

    def choose(self, name: str, wanted: int = 0, host: str = "127.0.0.1") -> int:
        """Choose the port for `name`: `wanted` if given and free, else the remembered one, else any free one."""
        chosen = self._chosen()
        others = frozenset(port for other, port in chosen.items() if other != name)
        if wanted and (wanted in others or not is_free(wanted, host)):
            self.refused[name] = wanted
            wanted = 0
        port = free_port(wanted or chosen.get(name, 0), host, others)
        note(self.path, json.dumps(chosen | {name: port}, indent=1))
        return port

    def _chosen(self) -> dict[str, int]:
        try:
            return json.loads(self.path.read_text())
        except (FileNotFoundError, ValueError):
            return {}
