"""The place of an appeal: taken as it is typed where it is sure, and offered for choosing where it is not."""

import pytest
from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.onboarding.errors import RegionNotFound, RegionTooWide, RegionUnsure, SeveralRegions
from agrimarket.onboarding.service.appeals import find_region
from tests.factories.regions import load_tree


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("湖北省武汉市江岸区中山大道1号", "420102"),
        ("武汉江岸", "420102"),
        ("襄樊", "420600"),
        ("Dandong Donggang", "210681"),
        ("東莞長安鎮", "441900"),
        ("420102", "420102"),
    ],
)
def test_a_place_that_is_sure_is_taken(db: Database, typed: str, code: str) -> None:
    with db.transaction() as session:
        load_tree(session)
        assert find_region(session, None, typed).code == code


@pytest.mark.parametrize(
    ("typed", "refusal", "first"),
    [
        ("东港", SeveralRegions, "210681"),
        ("武汉江按区", RegionUnsure, "420102"),
        ("Dongang", RegionUnsure, "210681"),
        ("湖北", RegionTooWide, "420100"),
    ],
)
def test_a_place_that_is_not_sure_is_offered(
    db: Database, typed: str, refusal: type[SeveralRegions | RegionTooWide], first: str
) -> None:
    with db.transaction() as session:
        load_tree(session)
        with pytest.raises(refusal) as refused:
            find_region(session, None, typed)
        assert type(refused.value) is refusal
        assert refused.value.values["candidates"][0]["code"] == first
        assert _written(refused.value.values["candidates"][0])


def test_what_is_no_place_is_not_found(db: Database) -> None:
    with db.transaction() as session:
        load_tree(session)
        _not_found(session, "没有这样的地方")


def _written(candidate: dict[str, str]) -> bool:
    return all(candidate[script] for script in ("name", "latin", "traditional"))


def _not_found(session: Session, typed: str) -> None:
    with pytest.raises(RegionNotFound):
        find_region(session, None, typed)
