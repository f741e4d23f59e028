"""A disk that is full: how it is known, wherever it shows itself."""

import errno
import tempfile
from pathlib import Path

import psycopg
from sqlalchemy.exc import DBAPIError

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})


def is_without_room(error: BaseException) -> bool:
    """Whether something could not be written because a disk is full, ours or the database's."""
    if isinstance(error, DBAPIError):
        return isinstance(error.orig, psycopg.errors.DiskFull)
    return isinstance(error, psycopg.errors.DiskFull) or (isinstance(error, OSError) and error.errno in _NO_ROOM)


def settle_temporary_folder() -> None:
    """Choose the folder of temporary files once.

    Python tries to write there, and fails where it cannot. A process that starts on a full disk takes the usual folder,
    and is well when there is room again.
    """
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        tempfile.tempdir = str(Path("/tmp"))  # noqa: S108
