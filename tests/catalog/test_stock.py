"""Invariant 1: nothing is sold twice, under any concurrency and any order of operations."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select, update

from agrimarket.catalog.errors import (
    LotNotHeld,
    LotPerished,
    LotRecalled,
    LotShort,
    LotSoldOut,
    LotSoldOutOthersOpen,
)
from agrimarket.catalog.models.listings import HarvestLot, Listing
from agrimarket.catalog.service import listings, lots, stock
from agrimarket.catalog.states import ListingState
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.outbox import OutboxMessage
from agrimarket.kernel.quantity import Weight
from tests.factories import accounts, catalog

PACK = 2_500


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    with db.transaction() as session:
        yield session


def held(session: Session, lot_id: UUID) -> tuple[int, int]:
    lot = session.exec(
        select(HarvestLot).where(HarvestLot.id == lot_id).execution_options(populate_existing=True)
    ).one()
    return lot.reserved, lot.committed


def topics(session: Session) -> list[str]:
    return list(session.exec(select(OutboxMessage.topic).order_by(OutboxMessage.id)))


def test_a_reservation_of_several_lots_is_all_or_nothing(session: Session) -> None:
    seller = accounts.a_seller(session).principal
    many = catalog.a_lot(session, seller, grams=10_000).id
    few = catalog.a_lot(session, seller, code="pineapple", grams=1_000).id
    with pytest.raises(LotShort) as refusal:
        stock.reserve(session, {many: 5_000, few: 1_001})
    assert refusal.value.values == {"lot_id": few, "left": Weight(1_000)}
    assert (held(session, many), held(session, few)) == ((0, 0), (0, 0))
    stock.reserve(session, {many: 5_000, few: 1_000})
    assert (held(session, many), held(session, few)) == ((5_000, 0), (1_000, 0))


def test_the_refusal_tells_how_many_others_of_the_place_are_open(session: Session) -> None:
    seller = accounts.a_seller(session).principal
    lot_id = catalog.a_listing(session, seller, grams=PACK).lot_id
    stock.reserve(session, {lot_id: PACK})
    with pytest.raises(LotSoldOut) as refusal:
        stock.reserve(session, {lot_id: PACK})
    assert type(refusal.value) is LotSoldOut
    for _ in range(2):
        catalog.a_listing(session, seller)
    catalog.a_listing(session, seller, region="420525")
    catalog.a_listing(session, seller, code="pineapple")
    with pytest.raises(LotSoldOutOthersOpen) as refusal:
        stock.reserve(session, {lot_id: PACK})
    assert refusal.value.values == {"lot_id": lot_id, "others": 2}


def test_a_perished_a_recalled_and_an_unknown_lot_take_nothing(session: Session) -> None:
    seller = accounts.a_seller(session).principal
    recalled, perished = (catalog.a_lot(session, seller).id for _ in range(2))
    lots.recall(session, seller, recalled, "residue")
    with pytest.raises(LotRecalled):
        stock.reserve(session, {recalled: 1})
    with pytest.raises(NotFound):
        stock.reserve(session, {perished: 1, new_id(): 1})
    catalog.perish(session)
    with pytest.raises(LotPerished):
        stock.reserve(session, {perished: 1})
    assert (held(session, recalled), held(session, perished)) == ((0, 0), (0, 0))


def test_what_is_not_held_is_neither_released_nor_committed(session: Session) -> None:
    lot_id = catalog.a_lot(session, accounts.a_seller(session).principal).id
    stock.reserve(session, {lot_id: 100})
    for act in (stock.release, stock.commit):
        with pytest.raises(LotNotHeld):
            act(session, {lot_id: 101})
    with pytest.raises(LotNotHeld):
        stock.restock(session, {lot_id: 1})
    assert held(session, lot_id) == (100, 0)


def test_the_last_pack_ends_the_listing_and_says_so_once(session: Session) -> None:
    seller = accounts.a_seller(session).principal
    listing = catalog.a_listing(session, seller, grams=2 * PACK + 10)
    for _ in range(2):
        assert listings.view(session, listing.id).state is ListingState.PUBLISHED
        stock.reserve(session, {listing.lot_id: PACK})
        stock.commit(session, {listing.lot_id: PACK})
    assert listings.view(session, listing.id).state is ListingState.SOLD_OUT
    assert topics(session).count("lot.sold_out") == 1


def test_the_table_itself_refuses_an_oversold_lot(session: Session) -> None:
    lot_id = catalog.a_lot(session, accounts.a_seller(session).principal, grams=10).id
    with pytest.raises(IntegrityError, match="never_oversold"), session.begin_nested():
        session.exec(update(HarvestLot).where(HarvestLot.id == lot_id).values(reserved=6, committed=5))


class Stock(RuleBasedStateMachine):
    """Random operations on two lots against a model of two counters each."""

    session: Session
    lots: list[UUID]
    QUANTITY = 100

    def __init__(self) -> None:
        super().__init__()
        self.books = {lot: [0, 0] for lot in self.lots}
        self.session.exec(update(HarvestLot).where(HarvestLot.id.in_(self.lots)).values(reserved=0, committed=0))

    def _act(self, act: object, amounts: tuple[int, int], fits: bool, change: tuple[int, int]) -> None:
        wanted = {lot: grams for lot, grams in zip(self.lots, amounts, strict=True) if grams}
        done = False
        with suppress(LotSoldOut, LotNotHeld):
            act(self.session, wanted)  # type: ignore[operator]
            done = True
        assert done is fits
        if done:
            for lot, grams in wanted.items():
                for i in (0, 1):
                    self.books[lot][i] += change[i] * grams

    amounts = st.tuples(st.integers(0, 60), st.integers(0, 60))

    @rule(amounts=amounts)
    def reserve(self, amounts: tuple[int, int]) -> None:
        fits = all(sum(self.books[lot]) + n <= self.QUANTITY for lot, n in zip(self.lots, amounts, strict=True))
        self._act(stock.reserve, amounts, fits, (1, 0))

    @rule(amounts=amounts)
    def release(self, amounts: tuple[int, int]) -> None:
        self._act(stock.release, amounts, self._has(0, amounts), (-1, 0))

    @rule(amounts=amounts)
    def commit(self, amounts: tuple[int, int]) -> None:
        self._act(stock.commit, amounts, self._has(0, amounts), (-1, 1))

    @rule(amounts=amounts)
    def restock(self, amounts: tuple[int, int]) -> None:
        self._act(stock.restock, amounts, self._has(1, amounts), (0, -1))

    def _has(self, book: int, amounts: tuple[int, int]) -> bool:
        return all(self.books[lot][book] >= n for lot, n in zip(self.lots, amounts, strict=True))

    @invariant()
    def agrees(self) -> None:
        for lot in self.lots:
            assert held(self.session, lot) == tuple(self.books[lot])
            assert sum(held(self.session, lot)) <= self.QUANTITY


def test_any_order_of_operations_keeps_the_books(session: Session) -> None:
    seller = accounts.a_seller(session).principal
    Stock.session = session
    Stock.lots = [catalog.a_lot(session, seller, grams=Stock.QUANTITY).id for _ in range(2)]
    run_state_machine_as_test(Stock, settings=settings(max_examples=25, stateful_step_count=20, deadline=None))


def test_fifty_threads_never_oversell_one_lot(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        lot_id = catalog.a_listing(session, accounts.a_seller(session).principal, grams=40 * PACK).lot_id

    def buy(_: int) -> bool:
        try:
            with fresh_db.transaction() as session:
                stock.reserve(session, {lot_id: PACK})
            with fresh_db.transaction() as session:
                stock.commit(session, {lot_id: PACK})
        except LotSoldOut:
            return False
        return True

    with ThreadPoolExecutor(50) as pool:
        bought = list(pool.map(buy, range(100)))
    with fresh_db.transaction() as session:
        assert (sum(bought), held(session, lot_id)) == (40, (0, 40 * PACK))
        assert session.exec(select(Listing.state)).one() == ListingState.SOLD_OUT


def test_shuffled_lots_never_deadlock(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        seller = accounts.a_seller(session).principal
        lot_ids = [catalog.a_listing(session, seller, grams=1_000 * PACK).lot_id for _ in range(6)]

    def buy(turn: int) -> None:
        wanted = {lot_ids[(turn * 5 + step * (1 + turn % 5)) % 6]: PACK for step in range(4)}
        with fresh_db.transaction() as session:
            stock.reserve(session, wanted)
        with fresh_db.transaction() as session:
            (stock.commit if turn % 2 else stock.release)(session, wanted)

    with ThreadPoolExecutor(24) as pool:
        list(pool.map(buy, range(120)))  # a deadlock would raise here
    with fresh_db.transaction() as session:
        assert all(held(session, lot)[0] == 0 for lot in lot_ids)
