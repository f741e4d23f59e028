"""Form-encoded parameters of v1 with bracket nesting (`a[b][0]=c`), refused as Stripe does."""

from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import parse_qsl

from agrimarket.embedded.stripe_sandbox.errors import Json, invalid

MAX_METADATA_KEYS = 50


def parse(encoded: str) -> Json:
    """The nested form of a query string or body. An empty value stays `""`, which Stripe reads as "unset"."""
    root: Json = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        _assign(root, name, value)
    return {key: _listed(value) for key, value in root.items()}


def _assign(root: Json, name: str, value: str) -> None:
    head, *rest = name.replace("]", "").split("[")
    node = root
    for part, following in zip([head, *rest], [*rest, None], strict=True):
        key = part or str(len(node))
        if following is None:
            node[key] = value
            return
        child: Any = node.setdefault(key, {})
        if not isinstance(child, dict):
            raise invalid("Invalid hash", head)
        node = cast("Json", child)


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    items = cast("Json", value)
    if items and all(key.isdigit() for key in items):
        return [_listed(items[key]) for key in sorted(items, key=int)]
    return {key: _listed(item) for key, item in items.items()}


class Params:
    """Parameters of one request. Every reader raises Stripe's 400 for a value of the wrong kind."""

    def __init__(self, values: Json, prefix: str = "") -> None:
        self.values = values
        self._prefix = prefix

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def only(self, accepted: Iterable[str]) -> None:
        """Refuse parameters that the operation does not know, as Stripe does."""
        for name in self.values:
            if name not in accepted:
                shown = self._named(name)
                raise invalid(
                    f"Received unknown parameter: {shown} (or one that this sandbox leaves out)",
                    shown,
                    "parameter_unknown",
                )

    def text(self, name: str, default: str | None = None, *, longest: int = 5000) -> str | None:
        """A string; an empty one is None."""
        value = self.values.get(name, default)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise invalid("Invalid string", self._named(name))
        if len(value) > longest:
            raise invalid(f"Invalid string: must be at most {longest} characters", self._named(name))
        return value

    def required(self, name: str) -> str:
        """A required string."""
        value = self.text(name)
        if value is None:
            raise invalid(f"Missing required param: {self._named(name)}.", self._named(name), "parameter_missing")
        return value

    def integer(self, name: str, *, least: int | None = None) -> int | None:
        """A whole number."""
        text = self.text(name)
        if text is None:
            return None
        if not text.removeprefix("-").isdecimal() or len(text) > 18:
            raise invalid(f"Invalid integer: {text}", self._named(name), "parameter_invalid_integer")
        value = int(text)
        if least is not None and value < least:
            raise invalid(
                f"This value must be greater than or equal to {least}.", self._named(name), "parameter_invalid_integer"
            )
        return value

    def amount(self, name: str = "amount") -> int:
        """A required positive amount in minor units."""
        self.required(name)
        value = self.integer(name, least=1)
        assert value is not None  # noqa: S101 - `required` has seen it
        return value

    def currency(self) -> str:
        """A required ISO 4217 code, in lower case."""
        value = self.required("currency").lower()
        if len(value) != 3 or not value.isalpha():
            raise invalid(f"Invalid currency: {value}.", "currency", "invalid_currency")
        return value

    def boolean(self, name: str, default: bool = False) -> bool:
        """A boolean: `true` or `false`."""
        value = self.text(name)
        if value is None:
            return default
        if value not in ("true", "false"):
            raise invalid(f"Invalid boolean: {value}", self._named(name))
        return value == "true"

    def choice(self, name: str, options: tuple[str, ...], default: str | None = None) -> str | None:
        """A string that is one of `options`."""
        value = self.text(name, default)
        if value is not None and value not in options:
            raise invalid(f"Invalid {self._named(name)}: must be one of {', '.join(options)}", self._named(name))
        return value

    def hash(self, name: str) -> "Params":
        """A nested hash; empty when absent."""
        value = self.values.get(name)
        if value is None or value == "":
            return Params({}, self._named(name))
        if not isinstance(value, dict):
            raise invalid("Invalid hash", self._named(name))
        return Params(cast("Json", value), self._named(name))

    def strings(self, name: str) -> list[str] | None:
        """An array of strings."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, list) or not all(isinstance(item, str) for item in cast("list[Any]", value)):
            raise invalid("Invalid array", self._named(name))
        return cast("list[str]", value)

    def metadata(self, before: Json | None = None) -> Json:
        """Metadata after this request: given keys are set, keys given as `""` are removed, `metadata=""` clears all."""
        merged = dict(before or {})
        if self.values.get("metadata") == "":
            return {}
        for key, value in self.hash("metadata").values.items():
            if not isinstance(value, str) or len(key) > 40 or len(value) > 500:
                raise invalid(
                    "Metadata keys have at most 40 characters, values are strings of at most 500.", f"metadata[{key}]"
                )
            if value == "":
                merged.pop(key, None)
            else:
                merged[key] = value
        if len(merged) > MAX_METADATA_KEYS:
            raise invalid("Metadata has at most 50 keys.", "metadata")
        return merged

    def _named(self, name: str) -> str:
        return f"{self._prefix}[{name}]" if self._prefix else name
