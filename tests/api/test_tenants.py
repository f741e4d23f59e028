"""Row 28 of the fault matrix: another tenant's ids, on every route. Their things are as if they did not exist."""

from collections.abc import Iterator

import pytest

from agrimarket.kernel.db import Database
from tests.api.doors import House
from tests.api.estate import Estate, estate
from tests.api.tenants import shut, try_asides, try_doors, try_lists, without_example


@pytest.fixture(scope="module")
def owned(module_database: Database) -> Iterator[Estate]:
    """Estate to protect."""
    with estate(module_database) as found:
        yield found


@pytest.fixture(scope="module")
def house(owned: Estate) -> House:
    """Doors to the estate."""
    return House(owned.app)


def test_every_id_in_a_path_has_an_example(owned: Estate, house: House) -> None:
    assert without_example(owned, house) == set(), "give `tests/api/estate.py` one of each"


def test_another_tenants_id_is_as_good_as_none(owned: Estate, house: House) -> None:
    """Invariant 10."""
    found = try_doors(owned, house)
    assert found.wrong == []
    assert found.pairs > 500


def test_an_id_that_no_schema_shows_is_as_good_as_none(owned: Estate) -> None:
    found = try_asides(owned)
    assert found.wrong == []
    assert found.pairs == 3 * len(owned.strangers) + 1


def test_no_list_shows_what_is_another_tenants(owned: Estate, house: House) -> None:
    assert try_lists(owned, house).wrong == []


def test_each_of_these_doors_opens_for_somebody(owned: Estate, house: House) -> None:
    closed = shut(owned, house)
    assert closed == [], "\n".join(closed)
