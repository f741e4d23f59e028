"""Schedules of the sweeps."""

from collections.abc import Sequence
from datetime import timedelta

from agrimarket.kernel.schedule import Schedule

SCHEDULES: Sequence[Schedule] = (
    Schedule("kernel.purge", timedelta(minutes=10)),
    Schedule("accounts.tidy", timedelta(hours=1)),
    Schedule("onboarding.tidy", timedelta(hours=6)),
    Schedule("coaching.leases", timedelta(seconds=15)),
    Schedule("coaching.match", timedelta(minutes=1)),
    Schedule("catalog.describe_listings", timedelta(minutes=1)),
    Schedule("catalog.expire_listings", timedelta(minutes=1)),
    Schedule("catalog.reprice_listings", timedelta(minutes=1)),
    Schedule("catalog.photos", timedelta(hours=1)),
    Schedule("catalog.clearance", timedelta(minutes=5)),
    Schedule("payments.transfers", timedelta(seconds=10)),
    Schedule("payments.payouts", timedelta(seconds=30)),
    Schedule("payments.unresolved", timedelta(seconds=30)),
    Schedule("payments.events", timedelta(minutes=1)),
    Schedule("payments.reconcile", timedelta(hours=1)),
    Schedule("regions.expired", timedelta(minutes=1)),
    Schedule("orders.unpaid", timedelta(seconds=10)),
    Schedule("orders.unanswered", timedelta(minutes=1)),
    Schedule("orders.delivered", timedelta(minutes=1)),
    Schedule("orders.short_harvests", timedelta(minutes=1)),
    Schedule("orders.watch", timedelta(minutes=1)),
)
