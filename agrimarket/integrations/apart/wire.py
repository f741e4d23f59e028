"""Words between us and a process apart: a line of JSON and bytes, one way and the other."""

import json
import socket
import struct
from enum import StrEnum
from typing import Any, Final

MAX_ANSWER: Final = 64_000_000
"""Bytes that are taken from a process apart, whatever became of it."""
_HEAD = struct.Struct("!II")


class Reason(StrEnum):
    """Why a file was not opened."""

    UNREADABLE = "unreadable"
    LOCKED = "locked"
    """It wants a password, or a program of its own."""
    PIXELS = "pixels"
    PAGES = "pages"
    ROWS = "rows"
    UNPACKED = "unpacked"
    """It unpacks to more than allowed."""
    EFFORT = "effort"
    """Its process ran out of time or memory, or crashed."""


class Refused(Exception):
    """The file was not opened. `most` is the limit that it exceeds, if it is one."""

    def __init__(self, reason: Reason, most: int = 0) -> None:
        super().__init__(reason, most)
        self.reason = reason
        self.most = most


def send(to: socket.socket, facts: dict[str, Any], content: bytes) -> None:
    """Send facts and content."""
    head = json.dumps(facts).encode()
    to.sendall(_HEAD.pack(len(head), len(content)) + head)
    to.sendall(content)


def receive(source: socket.socket, most: int) -> tuple[dict[str, Any], bytes]:
    """Facts and content that were sent; `EOFError` if the other side ended, `ValueError` above `most` bytes."""
    head, body = _HEAD.unpack(_exactly(source, _HEAD.size))
    if head + body > most:
        raise ValueError(head + body)
    return json.loads(_exactly(source, head)), bytes(_exactly(source, body))


def _exactly(source: socket.socket, size: int) -> bytearray:
    taken = bytearray(size)
    view, at = memoryview(taken), 0
    while at < size:
        got = source.recv_into(view[at:])
        if not got:
            raise EOFError
        at += got
    return taken
