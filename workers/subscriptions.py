"""Which handlers get which event: one dict."""

from collections.abc import Mapping, Sequence

from workers.tasks import accounts, catalog, coaching, notifications, onboarding, orders, regions

_WORK: Mapping[str, Sequence[str]] = {
    "application.approved": [coaching.open_case],
    "coaching.case_opened": [coaching.match_case],
    "schedule.coaching.leases": [coaching.sweep_leases],
    "schedule.coaching.match": [coaching.match_waiting],
    "appeal.received": [onboarding.triage],
    "schedule.accounts.tidy": [accounts.tidy],
    "regions.bulletin_imported": [regions.audit_import],
    "schedule.catalog.expire_listings": [catalog.expire_listings],
    "seller.standing_changed": [catalog.publish_waiting],
    "payment.succeeded": [orders.place_paid],
    "payment.cancelled": [orders.end_unpaid],
    "payment.settled": [orders.release_packed],
    "refund.succeeded": [orders.settle_claim],
    "refund.failed": [orders.alarm_refund],
    "regions.restrictions_changed": [orders.reconsider],
    "lot.recalled": [orders.recall],
    "schedule.orders.unpaid": [orders.sweep_unpaid],
    "schedule.orders.unanswered": [orders.sweep_unanswered],
    "schedule.orders.delivered": [orders.sweep_delivered],
}
SUBSCRIPTIONS: Mapping[str, Sequence[str]] = {
    topic: [*_WORK.get(topic, ()), *notifications.TOLD.get(topic, ())] for topic in {**_WORK, **notifications.TOLD}
}
