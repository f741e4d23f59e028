"""Identities under which root starts a server that refuses to run as root, without another account on the machine."""

import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agrimarket.embedded.processes import libc

_CLONE_NEWUSER = 0x10000000
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522
_NOBODY = 65534
_INSIDE = 1000


@dataclass(frozen=True)
class Identity:
    """Identity that a server runs as."""

    owner: int
    """User id, as seen from outside, that must own the server's files."""
    enter: Callable[[], None]
    """Function that is called in the child between fork and exec."""


@cache
def identity() -> Identity:
    """First identity that this machine allows: ourselves if not root, a user namespace, the account `nobody`."""
    if os.geteuid() != 0:
        return Identity(os.geteuid(), lambda: None)
    if _works(enter_user_namespace):
        return Identity(0, enter_user_namespace)
    return Identity(_NOBODY, become_nobody)


def enter_user_namespace() -> None:
    """Stay root outside, be user 1000 inside: root's files appear as our own, and nothing more is allowed."""
    uid, gid = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    # Unprivileged group maps are refused until setgroups is given up (user_namespaces(7)).
    for name, text in (("setgroups", "deny"), ("uid_map", f"{_INSIDE} {uid} 1"), ("gid_map", f"{_INSIDE} {gid} 1")):
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(descriptor, text.encode())
        os.close(descriptor)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Data(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def become_nobody() -> None:
    """Become `nobody`, keeping only the right to pass folders such as /root on the way to our own files."""
    libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(_NOBODY)
    os.setuid(_NOBODY)
    bit = 1 << _CAP_DAC_OVERRIDE
    header, data = _Header(_CAPABILITY_VERSION_3, 0), (_Data * 2)(_Data(bit, bit, bit), _Data(0, 0, 0))
    # If the container lacks the capability, both calls fail, and ordinary permissions decide.
    libc.capset(ctypes.byref(header), ctypes.byref(data))
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


def give(folder: Path, owner: int) -> None:
    """Make `owner` own `folder` and everything in it. Costs one stat if that is so already."""
    if folder.stat().st_uid == owner:
        return
    for path in (*folder.rglob("*"), folder):
        os.chown(path, owner, -1, follow_symlinks=False)


def _works(enter: Callable[[], None]) -> bool:
    pid = os.fork()
    if pid == 0:
        try:
            enter()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0
