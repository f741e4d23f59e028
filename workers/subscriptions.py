"""Which handlers get which event: one dict."""

from collections.abc import Mapping, Sequence

from workers.tasks import onboarding, regions

SUBSCRIPTIONS: Mapping[str, Sequence[str]] = {
    "appeal.received": [onboarding.triage],
    "regions.bulletin_imported": [regions.audit_import],
}
