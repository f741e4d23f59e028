"""`python -m agrimarket.integrations.apart.server`: imports the libraries once, and forks a process for every file.

Standard input is a socket; each byte on it brings another socket, on which one file is asked for and answered. A fork
takes milliseconds where a start with its imports takes a second, and when it ends, all its memory is given back.
"""

import gc
import os
import resource
import signal
import socket
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from agrimarket.integrations.apart import documents, pdfs, pictures, wire, workbooks
from agrimarket.integrations.apart.wire import Reason, Refused

MEMORY: Final = 1 << 30
"""Bytes of address space of a process."""
CPU_SECONDS: Final = 10
"""Processor time of a process: what a file may cost."""
SECONDS: Final = 45
"""Time of a process, which only a machine with too much to do uses up."""
MAX_QUESTION: Final = 32_000_000
STARTED: Final = b"+"

PROGRAMS: Final[dict[str, Callable[..., tuple[dict[str, Any], bytes]]]] = {
    "picture": pictures.small,
    "sizes": pictures.sizes,
    "pdf_pages": pdfs.rewritten,
    "pdf_page": pdfs.drawn,
    "sheet_heads": workbooks.heads,
    "sheet_rows": workbooks.rows,
    "document": documents.compact,
}


def main() -> None:
    """Fork until the other end closes."""
    control = socket.socket(fileno=0)
    warnings.simplefilter("ignore")  # libraries warn of damaged files, which is what they are here for
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    while True:
        asked, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if not asked:
            return
        with socket.socket(fileno=sockets[0]) as ours, suppress(OSError):  # no process is left: its end tells them
            if os.fork() == 0:
                control.close()
                answer(ours)
                os._exit(0)


def answer(asked: socket.socket) -> None:
    """Open one file; whatever its library raises, panics included, is a refusal."""
    asked.sendall(STARTED)
    _limit()
    question, content = wire.receive(asked, MAX_QUESTION)
    try:
        facts, out = PROGRAMS[question.pop("program")](content, **question)
    except Refused as error:
        facts, out = {"refused": error.reason, "most": error.most}, b""
    except MemoryError:
        facts, out = {"refused": Reason.EFFORT}, b""
    except BaseException:  # a stranger's file may break its reader in any way
        facts, out = {"refused": Reason.UNREADABLE}, b""
    wire.send(asked, facts, out)


def _limit() -> None:
    """Limits of this process. It writes no file, and is the first to go when the machine's memory ends."""
    signal.setitimer(signal.ITIMER_REAL, SECONDS)  # nobody handles its signal, so that it ends the process
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    os.nice(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    with suppress(OSError):
        score = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(score, b"900")


if __name__ == "__main__":
    main()
