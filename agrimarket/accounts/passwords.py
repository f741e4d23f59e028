"""Password hashing: Argon2id, few at a time, since each takes 19 MiB and a core."""

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerificationError

from agrimarket.accounts.errors import SignInBusy

AT_A_TIME = 4
WAIT = 5.0
"""Seconds that a caller waits for its turn."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
"""Argon2id with the smallest parameters that OWASP recommends."""
_turns = BoundedSemaphore(AT_A_TIME)


def hash_password(password: str) -> str:
    """Encoded hash of the password, with its salt and parameters."""
    return _hasher.hash(password)


def password_fits(password: str, hashed: str | None) -> bool:
    """Whether `password` has that hash; without a hash it takes as long and is False. `SignInBusy` after `WAIT`."""
    if not _turns.acquire(timeout=WAIT):
        raise SignInBusy(retry_after=2)
    try:
        return _hasher.verify(hashed or _decoy(), password) and hashed is not None
    except VerificationError:
        return False
    finally:
        _turns.release()


@cache
def _decoy() -> str:
    return hash_password("the password of nobody")
