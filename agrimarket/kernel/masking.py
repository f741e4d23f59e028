"""Masking: what is written about a run (logs, stored errors) carries no secret and nothing personal.

Values are known in three ways: by name (`phone=…`), by shape (a token, a run of digits), and the settings' own secrets
by themselves. What an exception quotes may be anything that somebody typed, so it is held to the strictest rules.
"""

import re
import traceback
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from agrimarket.settings import Settings, get_settings

MASK = "***"
_LONGEST = 8_000
"""Characters of one text at most; what an exception quotes may be a whole body."""
_PLAIN = frozenset(
    {"level", "timestamp", "logger", "method", "status", "ms", "handler", "delivery", "topic", "loop", "exc_info"}
)
"""Names whose values are ours in every record; `exc_info` becomes words by `tell`."""
_STRICT = frozenset({"error", "exception", "stack"})
_ANYWHERE = (
    "phone|mobile|mail|address|identity|idnumber|id_number|bank|accountnumber|account_number|iban|"
    "passw(?:or)?d|totp|otp|secret|token|cookie|csrf|authorization|apikey|fullname|displayname"
)
_ALONE = "names?|cards?|holder|sessions?|keys?|signature"
_NAME = rf"[A-Za-z_\-]{{0,40}}(?:{_ANYWHERE})[A-Za-z_\-]{{0,40}}|(?:[A-Za-z_\-]{{0,40}}[_\-])?(?:{_ALONE})"
_PERSONAL = re.compile(rf"(?:{_NAME}|(?:.*[_\-])?(?:codes?|pin))", re.IGNORECASE)
_NAMED = re.compile(
    rf"""(?P<name>\b(?:{_NAME})["']?\s*[=:]\s*(?:SecretStr\()?)"""
    r"""(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&)}\]]+)""",
    re.IGNORECASE,
)
_UUID = r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("@", re.compile(r"(?<=://)()[^/\s@\"']+(?=@)")),
    ("@", re.compile(r"()[\w.+%\-]{1,64}@[\w\-]+(?:\.[\w\-]+)+")),
    ("=", re.compile(r"(?<=[?&])([^\s\"'<>=&]{1,80}=)[^\s\"'<>&]+")),
    (" ", re.compile(r"(\b(?:bearer|basic)\s+)[^\s\"',;]+", re.IGNORECASE)),
    ("_", re.compile(r"()\b(?:(?:sk|rk|pk)_(?:test|live)_\w+|whsec_\w+|\w{1,80}_secret_\w+)")),
    ("", re.compile(r"()(?<![\w-])(?=[\w-]{36})(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*[0-9])[\w-]+")),
    ("", re.compile(r"()(?<![\w-])[A-Z2-7]{26,}(?![\w-])")),
    ("", re.compile(rf"({_UUID})|(?<![\w.])\+?[0-9](?:[ -]?[0-9]){{7,}}[Xx]?(?!\w)")),
)
"""Shapes of what is masked, each with a sign without which it is not looked for; a group of one is kept."""
_QUOTED = re.compile(
    rf"(?P<uuid>{_UUID})"
    r"|(?P<key>Key \([^)]*\)=)\(.*?\)(?= )"
    r"|(?P<row>Failing row contains )\(.*\)"
    r"|(?P<input>input_value=).*?(?=, input_type=)"
    r"|(?P<spaced>'[^'\n]*[ ][^'\n]*'|\"[^\"\n]*[ ][^\"\n]*\")"
    r"|(?P<digits>(?<![\w.])[0-9]{6,}(?![\w]))"
    r"|(?P<foreign>[^\x00-\x7f‘’“”…–—·→×]+)",
    re.DOTALL,
)


def mask(text: str) -> str:
    """`text` without secrets, telephones, e-mail addresses, long numbers, and values of queries in addresses."""
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}…"
    for secret in _secrets():
        if secret in text:
            text = text.replace(secret, MASK)
    if "=" in text or ":" in text:
        text = _NAMED.sub(_named, text)
    for sign, shape in _SHAPES:
        if sign in text:
            text = shape.sub(_shape, text)
    return text


def mask_error(text: str) -> str:
    """`text` of an exception as `mask` has it, and without what it quotes: rows, input, sentences, other scripts."""
    return _QUOTED.sub(_quote, mask(text))


def mask_value(name: str, value: Any) -> Any:
    """The value of a record's field, masked by its name, or by its shape, however deep it lies."""
    if _is_personal(name) and value is not None and not isinstance(value, bool):
        return MASK
    match value:
        case str():
            return mask_error(value) if name in _STRICT else mask(value)
        case bool() | int() | float() | None:
            return value
        case dict():
            return {mask(str(key)): mask_value(str(key), each) for key, each in _items(value)}
        case list() | tuple() | set() | frozenset():
            return [mask_value(name, each) for each in _each(value)]
        case SecretStr():
            return MASK
        case BaseException():
            return mask_error(f"{type(value).__name__}: {value}")
        case _:
            return mask_error(str(value))


def masked(_logger: Any, _method: str, event: Any) -> Any:
    """Processor of structlog that masks every field of a record."""
    for name, value in event.items():
        if not _is_ours(name, value):
            event[name] = mask_error(str(value)) if name == "event" else mask_value(name, value)
    return event


def tell(error: BaseException, trace: TracebackType | None = None) -> str:
    """Traceback of `error` and of what caused it: places in the code, without its lines and values; texts masked."""
    return "\n".join(_lines(traceback.TracebackException(type(error), error, trace or error.__traceback__)))


def _lines(found: traceback.TracebackException) -> Iterator[str]:
    if found.__cause__ is not None:
        yield from _lines(found.__cause__)
        yield "which caused:"
    elif found.__context__ is not None and not found.__suppress_context__:
        yield from _lines(found.__context__)
        yield "while that was handled:"
    for frame in found.stack:
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
    yield mask_error("".join(found.format_exception_only()).strip())
    for each in found.exceptions or ():
        yield from _lines(each)


def _items(value: Any) -> Iterable[tuple[Any, Any]]:
    return value.items()


def _each(value: Any) -> Iterable[Any]:
    return value


@lru_cache(2_048)
def _is_personal(name: str) -> bool:
    return _PERSONAL.fullmatch(name) is not None


def _is_ours(name: str, value: Any) -> bool:
    """Whether a field of a record holds a word or an id that this program made."""
    if name == "event":
        return isinstance(value, str) and value.isidentifier()
    return name in _PLAIN or (name == "request_id" and isinstance(value, str) and len(value) == 32 and value.isalnum())


def _named(found: re.Match[str]) -> str:
    return f"{found['name']}{MASK}"


def _shape(found: re.Match[str]) -> str:
    kept = found[1] or ""
    return kept if kept == found[0] else f"{kept}{MASK}"


def _quote(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "uuid":
            return found[0]
        case "key" | "row" | "input" as kept:
            return f"{found[kept]}{MASK}"
        case _:
            return MASK


@cache
def _secrets() -> tuple[str, ...]:
    return secrets_of(get_settings())


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """The settings' secrets, those inside addresses too, the longest first."""
    found: set[str] = set()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            found.add(value.get_secret_value())
            value = value.get_secret_value()
        if isinstance(value, str) and "://" in value and (password := urlsplit(value).password):
            found |= {password, unquote(password)}
    return tuple(sorted((secret for secret in found if len(secret) >= 6), key=len, reverse=True))
