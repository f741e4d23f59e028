"""Handlers of each event: one dict."""

from collections.abc import Mapping, Sequence

from workers.tasks import accounts, catalog, coaching, kernel, notifications, onboarding, orders, payments, regions

_WORK: Mapping[str, Sequence[str]] = {
    "application.approved": [coaching.open_case, onboarding.open_bank_account],
    "coaching.case_opened": [coaching.match_case],
    "schedule.coaching.leases": [coaching.sweep_leases],
    "schedule.coaching.match": [coaching.match_waiting],
    "import.loading": [onboarding.load_import],
    "appeal.forgotten": [onboarding.erase_photos],
    "application.withdrawn": [onboarding.erase_files],
    "document.uploaded": [onboarding.finish_upload],
    "schedule.onboarding.tidy": [onboarding.tidy],
    "schedule.kernel.purge": [kernel.purge],
    "schedule.accounts.tidy": [accounts.tidy],
    "regions.bulletin_imported": [regions.audit_import],
    "regions.hand_restriction_changed": [regions.audit_by_hand],
    "regions.rumour_published": [regions.audit_rumour],
    "regions.rumour_set_aside": [regions.audit_set_aside],
    "regions.name_answered": [regions.audit_answer],
    "schedule.regions.expired": [regions.end_expired],
    "regions.pass_requirement_changed": [regions.audit_pass_requirement],
    "schedule.catalog.expire_listings": [catalog.expire_listings],
    "schedule.catalog.clearance": [catalog.make_clearance],
    "appeal.verified": [catalog.take_verified],
    "clearance.made": [catalog.tell_clearance],
    "staff.dismissed": [onboarding.let_go_holds, coaching.retire_coach],
    "seller.standing_changed": [catalog.publish_waiting],
    "payments.call_prepared": [payments.make_call],
    "payments.payment_stale": [payments.look_again],
    "stripe.event_received": [payments.act_on_event],
    "schedule.payments.transfers": [payments.send_due_transfers],
    "schedule.payments.payouts": [payments.pay_out],
    "schedule.payments.unresolved": [payments.resolve_calls],
    "schedule.payments.events": [payments.poll_events],
    "schedule.payments.reconcile": [payments.reconcile],
    "payment.succeeded": [orders.place_paid],
    "payment.method_changed": [orders.pay_another_way],
    "payment.cancelled": [orders.end_unpaid],
    "payment.settled": [orders.release_packed],
    "refund.succeeded": [orders.settle_claim],
    "refund.failed": [orders.alarm_refund],
    "regions.restrictions_changed": [orders.reconsider, catalog.reconsider, regions.tell_followers],
    "order.placed": [orders.look_at_placed],
    "lot.recalled": [orders.recall],
    "schedule.orders.unpaid": [orders.sweep_unpaid],
    "schedule.orders.unanswered": [orders.sweep_unanswered],
    "schedule.orders.delivered": [orders.sweep_delivered],
}
SUBSCRIPTIONS: Mapping[str, Sequence[str]] = {
    topic: [*_WORK.get(topic, ()), *notifications.TOLD.get(topic, ())] for topic in {**_WORK, **notifications.TOLD}
}
