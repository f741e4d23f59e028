"""Lots that are expected: within a bound before their harvest is in, and ordinary or shared out afterwards."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from agrimarket.catalog import rules
from agrimarket.catalog.errors import LotBeingShared, LotNotExpected, LotNotHeld, LotShort, LotSoldOut
from agrimarket.catalog.service import homes, listings, lots, stock
from agrimarket.catalog.types.lots import LotView, NewLot
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES
from agrimarket.kernel.ids import encode
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.waiting import Turn
from tests.catalog.conftest import lot_body
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody

PACK = 2_500


def expected(
    session: Session, seller: Principal, *, grams: int = 100_000, days: int = 5, share: int | None = None
) -> LotView:
    """A lot whose harvest is expected in `days` days."""
    kind = catalog.product(session)
    day = catalog.today(session) + timedelta(days=days)
    return lots.add(session, seller, NewLot(kind.id, catalog.PLACE, day, grams, share=share))


def books(session: Session, lot_id: UUID) -> tuple[Any, ...]:
    """Quantity, reserved, committed, expected share and what came in of a lot."""
    row = session.connection().execute(
        text("SELECT quantity, reserved, committed, expected_share, came_in FROM harvest_lot WHERE id = :id"),
        {"id": lot_id},
    )
    return tuple(row.one())


def test_a_harvest_ahead_is_recorded_within_the_bounds(
    client: TestClient[Litestar], db: Database, farmer: Somebody
) -> None:
    with db.transaction() as session:
        today = catalog.today(session)
    body = lot_body(db, harvested_on=str(today + timedelta(days=5)))
    made = client.post("/v1/lots", json=body, headers=farmer.headers).json()
    assert (made["expected"], made["share_percent"], made["free"]) == (True, 80, {"grams": 80_000})
    less = client.post("/v1/lots", json=body | {"share_percent": 50}, headers=farmer.headers).json()
    assert less["free"] == {"grams": 50_000}
    ordinary = client.post("/v1/lots", json=lot_body(db), headers=farmer.headers).json()
    assert (ordinary["expected"], ordinary["share_percent"]) == (False, None)
    kept = [datetime.fromisoformat(lot["perish_by"]) for lot in (ordinary, made)]
    assert kept[1] - kept[0] == timedelta(days=5)  # it keeps from the day on which it is harvested


@pytest.mark.parametrize(
    ("days", "more", "code"),
    [
        (rules.MAX_EXPECTED.days + 1, {}, "lot.harvest_ahead"),
        (5, {"share_percent": 81}, "lot.share_too_large"),
        (0, {"share_percent": 50}, "lot.share_of_harvested"),
    ],
)
def test_what_is_beyond_the_bounds_is_refused_in_every_language(
    client: TestClient[Litestar], db: Database, farmer: Somebody, days: int, more: dict[str, int], code: str
) -> None:
    with db.transaction() as session:
        day = catalog.today(session) + timedelta(days=days)
    said: set[str] = set()
    for language in LANGUAGES:
        headers = farmer.headers | {"accept-language": language}
        refused = client.post("/v1/lots", json=lot_body(db, harvested_on=str(day), **more), headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
        said.add(refused.json()["detail"])
    assert len(said) == len(LANGUAGES)
    with db.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM harvest_lot")).scalar_one() == 0


def test_no_more_than_the_share_is_sold_before_the_harvest(db: Database) -> None:
    """Invariant 1."""
    with db.transaction() as session:
        seller = accounts.a_seller(session).principal
        lot = expected(session, seller, grams=10_000)
        stock.reserve(session, {lot.id: 8_000})
    with pytest.raises(LotSoldOut), db.transaction() as session:
        stock.reserve(session, {lot.id: 1})
    with db.transaction() as session:
        stock.commit(session, {lot.id: 8_000})
        stock.end_sold_out(session, [lot.id])  # more than was expected may come in
        draft = catalog.a_draft(session, seller, lot.id)
        assert listings.publish(session, seller, draft.id).available_packs == 0  # it is on sale, and waits
        assert books(session, lot.id) == (10_000, 0, 8_000, 8_000, None)


def test_the_table_itself_refuses_more_than_the_share(db: Database) -> None:
    with db.transaction() as session:
        lot = expected(session, accounts.a_seller(session).principal, grams=10_000)
    for change in ("reserved = 8001", "reserved = 8000, expected_share = 7000", "expected_share = NULL, came_in = 1"):
        with pytest.raises(IntegrityError), db.transaction() as session:
            session.connection().execute(text(f"UPDATE harvest_lot SET {change} WHERE id = :id"), {"id": lot.id})


def test_forty_threads_never_sell_more_than_the_share(fresh_db: Database) -> None:
    """Invariant 1, with real commits."""
    with fresh_db.transaction() as session:
        lot = expected(session, accounts.a_seller(session).principal, grams=20 * PACK)

    def buy(_: int) -> bool:
        try:
            with fresh_db.transaction() as session:
                stock.reserve(session, {lot.id: PACK})
        except LotSoldOut:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(buy, range(40))) == 16
    with fresh_db.reading() as session:
        assert books(session, lot.id)[1] == 16 * PACK


def test_a_harvest_that_covers_what_is_sold_makes_an_ordinary_lot(db: Database) -> None:
    with db.transaction() as session:
        seller = accounts.a_seller(session).principal
        lot = expected(session, seller, grams=10_000)
        listing = listings.publish(session, seller, catalog.a_draft(session, seller, lot.id).id)
        assert (listing.expected, listing.available_packs) == (True, 3)
        stock.reserve(session, {lot.id: 5_000})
    with db.transaction() as session:
        seen = lots.bring_in(session, seller, lot.id, 9_000)
        assert (seen.expected, seen.quantity, seen.free) == (False, 9_000, 4_000)
        assert seen.harvested_on == catalog.today(session)
        assert seen.perish_by == lot.perish_by - timedelta(days=5)
        after = listings.view(session, listing.id)
        assert (after.expected, after.available_packs, after.perish_by) == (False, 1, seen.perish_by)
    with pytest.raises(LotNotExpected), db.transaction() as session:
        lots.bring_in(session, seller, lot.id, 9_000)


def test_of_a_short_harvest_nothing_is_sold_until_it_is_shared_out(db: Database) -> None:
    with db.transaction() as session:
        seller = accounts.a_seller(session).principal
        lot = expected(session, seller, grams=10_000)
        stock.reserve(session, {lot.id: 7_500})
        stock.commit(session, {lot.id: 5_000})
    with db.transaction() as session:
        lots.bring_in(session, seller, lot.id, 4_000)
        assert books(session, lot.id) == (10_000, 2_500, 5_000, 8_000, 4_000)
        assert (lots.being_shared(session), lots.lock_short(session, lot.id)) == ([], None)  # somebody still pays
    with pytest.raises(LotBeingShared), db.transaction() as session:
        stock.reserve(session, {lot.id: 1})
    with pytest.raises(LotBeingShared), db.transaction() as session:
        lots.correct_quantity(session, seller, lot.id, 10_000)
    with db.transaction() as session:
        stock.release(session, {lot.id: 2_500})
        assert (lots.being_shared(session), lots.lock_short(session, lot.id)) == ([lot.id], 4_000)
    with pytest.raises(LotNotHeld), db.transaction() as session:
        lots.share_out(session, lot.id, 4_001)
    with db.transaction() as session:
        lots.share_out(session, lot.id, 3_000)
        assert books(session, lot.id) == (4_000, 0, 3_000, None, None)
        assert lots.being_shared(session) == []
        stock.reserve(session, {lot.id: 1_000})
    with pytest.raises(LotSoldOut) as refusal, db.transaction() as session:
        stock.reserve(session, {lot.id: 1})
    assert not isinstance(refusal.value, LotBeingShared | LotShort)


def test_another_estimate_covers_what_is_sold(client: TestClient[Litestar], db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        lot = expected(session, farmer.principal, grams=10_000)
        stock.reserve(session, {lot.id: 8_000})
    path = f"/v1/lots/{encode('lot', lot.id)}"
    refused = client.patch(path, json={"quantity": {"grams": 9_999}}, headers=farmer.headers)
    assert refused.json()["code"] == "lot.quantity_below_sold"
    more = client.patch(path, json={"quantity": {"grams": 20_000}}, headers=farmer.headers).json()
    assert more["free"] == {"grams": 8_000}


def test_the_harvest_is_told_over_http_by_its_seller_alone(
    client: TestClient[Litestar], db: Database, farmer: Somebody
) -> None:
    with db.transaction() as session:
        lot = expected(session, farmer.principal)
        listing = listings.publish(session, farmer.principal, catalog.a_draft(session, farmer.principal, lot.id).id)
        other, tomorrow = accounts.a_seller(session), catalog.today(session) + timedelta(days=1)
        (line,) = homes.lines(session, farmer.principal)
        assert (line.kind, line.turn, line.path) == (
            "harvest_expected",
            Turn.THEIRS,
            f"/sell/listings/{encode('lst', listing.id)}",
        )
    path, body = f"/v1/lots/{encode('lot', lot.id)}/harvest", {"quantity": "150斤"}
    assert client.post(path, json=body, headers=other.headers).status_code == 404
    ahead = client.post(path, json=body | {"harvested_on": str(tomorrow)}, headers=farmer.headers)
    assert (ahead.status_code, ahead.json()["code"]) == (422, "lot.harvest_not_yet")
    with db.transaction() as session:
        assert books(session, lot.id) == (100_000, 0, 0, 8_000, None)
    done = client.post(path, json=body, headers=farmer.headers)
    assert (done.status_code, done.json()["quantity"]["grams"]) == (200, 75_000), done.text
    again = client.post(path, json=body, headers=farmer.headers)
    assert (again.status_code, again.json()["code"]) == (409, "lot.not_expected")
    with db.reading() as session:
        assert homes.lines(session, farmer.principal) == []


def test_a_day_that_has_come_asks_the_seller(db: Database) -> None:
    with db.transaction() as session:
        seller = accounts.a_seller(session).principal
        lot = expected(session, seller, days=1)
        catalog.a_draft(session, seller, lot.id)
        catalog.perish(session, 1)
        due = [(line.kind, line.turn) for line in homes.lines(session, seller)]
        assert due == [("harvest_due", Turn.YOURS), ("listing_draft", Turn.YOURS)]
        assert lots.bring_in(session, seller, lot.id, 0).quantity == 0  # nothing came in, and nothing was sold
        assert [line.kind for line in homes.lines(session, seller)] == ["listing_draft"]


def test_a_harvest_of_long_ago_is_a_slip(client: TestClient[Litestar], db: Database, farmer: Somebody) -> None:
    """By such a day all of it would be spoiled: its listings would end, with orders of it that are paid."""
    with db.transaction() as session:
        today = catalog.today(session)
    body = lot_body(db, harvested_on=str(today + timedelta(days=5)))
    path = f"/v1/lots/{client.post('/v1/lots', json=body, headers=farmer.headers).json()['id']}"
    before = client.get("/v1/lots", headers=farmer.headers).json()["items"]
    said = {"quantity": "100斤", "harvested_on": str(today - timedelta(days=365))}
    refused = client.post(f"{path}/harvest", json=said, headers=farmer.headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "lot.perish_by_past")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/harvested_on"]
    assert client.get("/v1/lots", headers=farmer.headers).json()["items"] == before
