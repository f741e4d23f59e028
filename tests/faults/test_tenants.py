"""Row 28: another tenant's ids on every route. The default run has the same test in `tests/api/test_tenants.py`."""

import os

import pytest

from agrimarket.kernel.db import Database
from tests.api.doors import House
from tests.api.estate import estate
from tests.api.tenants import doors, shut, try_asides, try_doors, try_lists
from tests.faults.figures import figure


@pytest.mark.skipif("QUICK" in os.environ, reason="`make test` has the same")
def test_row_28_another_tenants_ids(module_database: Database) -> None:
    with estate(module_database) as owned:
        house = House(owned.app)
        found = [try_doors(owned, house), try_asides(owned), try_lists(owned, house)]
        closed = shut(owned, house)
    pairs, wrong = sum(each.pairs for each in found), [one for each in found for one in each.wrong]
    figure(
        28,
        "another tenant's ids on every route",
        operations=len(house.operations()),
        pages=len(house.pages()),
        ids_in_bodies=len(house.bodies()),
        lists=len(house.lists()),
        tenants=len(owned.strangers),
        pairs_of_route_and_tenant=pairs,
        leaks=f"{len(wrong)} ({len(wrong) / pairs:.4f} a pair)",
        doors_that_open_for_their_owner=f"{len(doors(house)) - len(closed)} of {len(doors(house))}",
    )
    assert (wrong, closed) == ([], [])
