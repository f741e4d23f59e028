"""Which handlers get which event: one dict."""

from collections.abc import Mapping, Sequence

from workers.tasks import coaching, onboarding, regions

SUBSCRIPTIONS: Mapping[str, Sequence[str]] = {
    "application.approved": [coaching.open_case],
    "coaching.case_opened": [coaching.match_case],
    "schedule.coaching.leases": [coaching.sweep_leases],
    "schedule.coaching.match": [coaching.match_waiting],
    "appeal.received": [onboarding.triage],
    "regions.bulletin_imported": [regions.audit_import],
}
