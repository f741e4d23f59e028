"""Seed sets, in the order in which they build on each other."""

from functools import partial

from sqlmodel import Session

from agrimarket.catalog.service import products
from agrimarket.regions.service import places
from agrimarket.settings import Settings
from seeds import appeals, market, notices, passes, people
from seeds import regions as tables
from seeds.loading import SeedSet, fingerprint
from seeds.naming import names_of


def seed_sets(settings: Settings) -> list[SeedSet]:
    """The sets for these settings: reference data, and in embedded runs the demo market, whose passwords are public.

    The sample notice is part of the demo: where people live by what is in force, an operator imports the real one.
    """
    notice, source = notices.chosen(settings)
    embedded = settings.environment == "embedded"
    market_of = partial(market.load_market, settings=settings)
    sets = [
        SeedSet("regions", fingerprint(*tables.FILES), _regions),
        SeedSet("products", fingerprint(repr(products.taxonomy())), _products),
    ]
    if embedded or source != notices.SAMPLE_SOURCE:
        said = fingerprint(notice, source, *notices.TABLES)
        sets.append(SeedSet("notice", said, lambda session: notices.put_in_force(session, notice, source)))
    if embedded:
        sets += [
            SeedSet("sample pass requirement", fingerprint(repr(passes.SAMPLE)), passes.load_sample, once=True),
            SeedSet("demo people", fingerprint(repr((people.STAFF, people.TRADERS))), people.load_people, once=True),
            SeedSet("demo market", fingerprint(repr(market.HARVESTS)), market_of, once=True),
            SeedSet("demo appeals", fingerprint(appeals.TABLE), appeals.load_appeals, once=True),
        ]
    return sets


def _regions(session: Session) -> str:
    tree = tables.read_tree()
    return f"{places.load(session, tree, names_of(tree)):,} regions"


def _products(session: Session) -> str:
    return f"{products.load(session, products.taxonomy())} kinds of produce"
