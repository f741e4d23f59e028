"""Every seed set, in the order in which they build on each other."""

from agrimarket.regions import service as regions
from agrimarket.settings import Settings
from seeds.loading import SeedSet, fingerprint
from seeds.notices import chosen, put_in_force
from seeds.people import load_people
from seeds.regions import FOLDER, read_tree


def seed_sets(settings: Settings) -> list[SeedSet]:
    """Reference data everywhere; the demo market in embedded runs alone."""
    notice, source = chosen(settings)
    tables = [FOLDER.joinpath(name) for name in ("provinces.csv", "cities.csv", "areas.csv", "HK-MO-TW.json")]
    sets = [
        SeedSet("regions", fingerprint(*tables), lambda s: f"{regions.load_regions(s, read_tree()):,} regions"),
        SeedSet("notice", fingerprint(notice, source), lambda s: put_in_force(s, notice, source)),
    ]
    if settings.environment == "embedded":
        sets.append(SeedSet("demo people", fingerprint("1"), load_people, once=True))
    return sets
