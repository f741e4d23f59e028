"""Seed sets, in the order in which they build on each other."""

from sqlmodel import Session

from agrimarket.catalog.service import products
from agrimarket.regions.service import places
from agrimarket.settings import Settings
from seeds import appeals, market, notices, people
from seeds import regions as tables
from seeds.loading import SeedSet, fingerprint


def seed_sets(settings: Settings) -> list[SeedSet]:
    """Seed sets for these settings: reference data, and in embedded runs the demo market with its public passwords."""
    notice, source = notices.chosen(settings)
    sets = [
        SeedSet("regions", fingerprint(*tables.FILES), _regions),
        SeedSet("notice", fingerprint(notice, source), lambda session: notices.put_in_force(session, notice, source)),
        SeedSet("products", fingerprint(repr(products.shipped())), _products),
    ]
    if settings.environment == "embedded":
        sets += [
            SeedSet("demo people", fingerprint(repr((people.STAFF, people.TRADERS))), people.load_people, once=True),
            SeedSet("demo market", fingerprint(repr(market.HARVESTS)), market.load_market, once=True),
            SeedSet("demo appeals", fingerprint(appeals.TABLE), appeals.load_appeals, once=True),
        ]
    return sets


def _regions(session: Session) -> str:
    return f"{places.load(session, tables.read_tree()):,} regions"


def _products(session: Session) -> str:
    return f"{products.load(session, products.shipped())} kinds of produce"
