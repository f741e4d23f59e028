"""Which handlers get which event: one dict."""

from collections.abc import Mapping, Sequence

from workers.tasks import regions

SUBSCRIPTIONS: Mapping[str, Sequence[str]] = {
    "regions.bulletin_imported": [regions.audit_import],
}
