"""Documents of JSON, read strictly. Runs apart."""

import json
from typing import Any, Final, NoReturn

from agrimarket.integrations.apart.wire import Reason, Refused

MAX_DEPTH: Final = 32


def compact(content: bytes) -> tuple[dict[str, Any], bytes]:
    """The document without its blanks, in UTF-8. `Refused` for one that is no JSON, or nested too deep."""
    try:
        found = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
        _measure(found)
        return {}, json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    except (ValueError, RecursionError) as error:  # a lone surrogate, too, which nothing can store
        raise Refused(Reason.UNREADABLE) from error


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _measure(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise ValueError(depth)
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:  # pyright: ignore[reportUnknownVariableType]
            _measure(inner, depth + 1)
