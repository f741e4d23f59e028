"""Errors of the domain. They are named, carry the values of a sentence about them, and know no HTTP."""

from enum import Enum, auto
from typing import Any, ClassVar, TypeVar

Thing = TypeVar("Thing")


class Kind(Enum):
    """Kinds of refusals; `agrimarket.http.problems` maps each to one status."""

    UNREADABLE = auto()
    INVALID = auto()
    UNAUTHENTICATED = auto()
    FORBIDDEN = auto()
    NOT_FOUND = auto()
    CONFLICT = auto()
    GONE = auto()
    PRECONDITION_FAILED = auto()
    PRECONDITION_REQUIRED = auto()
    PAYMENT_REFUSED = auto()
    TOO_LARGE = auto()
    ADDRESS_TOO_LONG = auto()
    HEADERS_TOO_LARGE = auto()
    UNSUPPORTED = auto()
    TOO_MANY = auto()
    UNAVAILABLE = auto()


class DomainError(Exception):
    """A refusal. `code` is stable and is the id of its sentence in the catalogues (`locale/*.po`).

    `pointer` is the JSON Pointer of the field at fault, `retry_after` is in seconds. All other keyword arguments are
    `values`: people read them in the sentence, programs in `details` (RFC 9457 extension members). Ids are given as
    UUIDs under a name of `kernel.resources`, money as `Money`; their form on the wire is decided once, there.
    """

    code: ClassVar[str]
    kind: ClassVar[Kind] = Kind.INVALID

    def __init__(
        self,
        *,
        pointer: str | None = None,
        retry_after: int | None = None,
        **values: Any,
    ) -> None:
        super().__init__(self.code, values)
        self.pointer = pointer
        self.retry_after = retry_after
        self.values = values


class Invalid(DomainError):
    """The request is invalid, and its sender can correct it (422)."""

    kind = Kind.INVALID


class NotFound(DomainError):
    """The thing does not exist, or not for this person (404)."""

    kind = Kind.NOT_FOUND
    code: ClassVar[str] = "not_found"


def found(thing: Thing | None, *, pointer: str | None = None) -> Thing:
    """`thing`; `NotFound`, told at the field `pointer`, if it is None."""
    if thing is None:
        raise NotFound(pointer=pointer)
    return thing


class Conflict(DomainError):
    """The thing has changed, or is held by someone else (409)."""

    kind = Kind.CONFLICT


class Forbidden(DomainError):
    """The person is signed in, but lacks the role that the request takes (403)."""

    kind = Kind.FORBIDDEN
    code: ClassVar[str] = "forbidden"


class Unauthenticated(DomainError):
    """The caller is not signed in, or the sign-in is over (401)."""

    kind = Kind.UNAUTHENTICATED
    code: ClassVar[str] = "unauthenticated"


class Unavailable(DomainError):
    """The request cannot be served at this moment and may be tried again (503)."""

    kind = Kind.UNAVAILABLE
    code: ClassVar[str] = "unavailable"


class TooManyRequests(DomainError):
    """A rate limit is exceeded (429)."""

    kind = Kind.TOO_MANY
    code: ClassVar[str] = "too_many_requests"


class LimitReached(TooManyRequests):
    """A limit that counts one act, such as asking for codes; `quota` of them in `seconds` are allowed."""

    def __init__(self, act: str, quota: int, seconds: int) -> None:
        super().__init__(retry_after=seconds, act=act, quota=quota, seconds=seconds)
        self.policy = f'"{act}";q={quota};w={seconds}'
        self.standing = f'"{act}";r=0;t={seconds}'


class InvalidFields(Invalid):
    """Several fields are invalid. Each entry is (JSON Pointer, message id, parameters)."""

    code: ClassVar[str] = "invalid_fields"

    def __init__(self, fields: list[tuple[str, str, dict[str, Any]]]) -> None:
        super().__init__()
        self.fields = fields

    def has(self, code: str) -> bool:
        """Whether a field is refused for that reason."""
        return any(code == named for _, named, _ in self.fields)
