"""Which handlers get which event: one dict."""

from collections.abc import Mapping, Sequence

SUBSCRIPTIONS: Mapping[str, Sequence[str]] = {}
