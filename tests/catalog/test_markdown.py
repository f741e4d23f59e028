"""A price that falls over the last days: never below its floor, at midnight in China alone, and seen everywhere."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from sqlmodel import Session

from agrimarket.accounts.states import Standing
from agrimarket.catalog import rules
from agrimarket.catalog.errors import ExposureExceeded
from agrimarket.catalog.service import listings, search
from agrimarket.catalog.types.listings import ListingView, Markdown, NewListing
from agrimarket.catalog.types.search import Search, Sort
from agrimarket.http import readcache
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE, last_day
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from tests.catalog.conftest import listing_body
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody
from tests.support.statements import statements
from workers.handling import RUNNERS
from workers.tasks.catalog import reprice_listings

MARGIN = timedelta(minutes=5)
FULL, FLOOR = 6_800, 4_000
SOON = datetime(2020, 2, 20, 16, tzinfo=UTC)
CASES = st.tuples(
    st.integers(2, 10**9),
    st.integers(1, 10**9),
    st.integers(1, rules.MAX_MARKDOWN_DAYS),
    st.integers(-100_000, 100_000).map(lambda minutes: SOON + timedelta(minutes=minutes)),
    st.integers(-40, 5),
)


def _case(full: int, floor: int, days: int, by: datetime, ahead: int) -> tuple[int, Markdown, datetime, date]:
    return full, Markdown(min(floor, full - 1), days), by, last_day(by) + timedelta(days=ahead)


@given(CASES)
def test_a_falling_price_stays_within_its_bounds_and_never_rises(drawn: Any) -> None:
    full, markdown, by, day = _case(*drawn)
    today, tomorrow = (rules.price_on(full, markdown, by, day + timedelta(days=n)) for n in (0, 1))
    assert markdown.floor <= tomorrow <= today <= full
    if day >= last_day(by):
        assert today == markdown.floor
    if (last_day(by) - day).days >= markdown.days:
        assert today == full
    if today not in (full, markdown.floor):
        assert today % rules.TIDY == 0
    assert rules.price_on(full, None, by, day) == full


@given(CASES)
def test_the_price_changes_when_it_is_said_to(drawn: Any) -> None:
    full, markdown, by, day = _case(*drawn)
    at = rules.price_changes_at(markdown, by, day)
    if at is None:
        assert day >= last_day(by)
        return
    assert at.timetz() == datetime.min.replace(tzinfo=PEOPLES_ZONE).timetz()
    before, price = rules.china_day(at) - timedelta(days=1), rules.price_on(full, markdown, by, day)
    assert day <= before < last_day(by)
    assert rules.price_on(full, markdown, by, before) == price
    assert rules.price_days(full, markdown, by)[-1] == (last_day(by), markdown.floor)


def test_sql_and_python_name_the_same_price(db: Database) -> None:
    """The rule stands twice, in `rules` and in the migration: the same price, and the same day of the next change."""

    @settings(max_examples=8, deadline=None)
    @given(st.lists(CASES, min_size=30, max_size=60))
    def check(drawn: Sequence[Any]) -> None:
        cases = [_case(*each) for each in drawn]
        asked = {
            "full": [full for full, *_ in cases],
            "floor": [markdown.floor for _, markdown, *_ in cases],
            "days": [markdown.days for _, markdown, *_ in cases],
            "by": [by for *_, by, _ in cases],
            "day": [day for *_, day in cases],
        }
        with db.reading() as session:
            found = session.connection().execute(_SQL, asked).all()
        for (full, markdown, by, day), (price, following) in zip(cases, found, strict=True):
            assert price == rules.price_on(full, markdown, by, day)
            at = rules.price_changes_at(markdown, by, day)
            assert following == (None if at is None else rules.china_day(at))

    check()


_SQL = text("""
    SELECT price_on(f, l, d, b, t), next_price_day(d, b, t) FROM unnest(
        CAST(:full AS bigint[]), CAST(:floor AS bigint[]), CAST(:days AS integer[]), CAST(:by AS timestamptz[]),
        CAST(:day AS date[])) WITH ORDINALITY AS c (f, l, d, b, t, n) ORDER BY n
""")


def test_a_price_that_falls_can_be_said() -> None:
    days = rules.price_days(FULL, Markdown(FLOOR, 3), SOON)
    assert [(day.isoformat(), price) for day, price in days] == [
        ("2020-02-18", 5_860),
        ("2020-02-19", 4_930),
        ("2020-02-20", 4_000),
    ]


def to_midnight(session: Session, nights: int, margin: timedelta) -> None:
    """Move the clock to that midnight from now in China, and `margin` beyond it (or before it)."""
    now = clock.read(session)
    midnight = now.astimezone(PEOPLES_ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=nights)
    clock.advance(session, midnight + margin - now)


def falling(session: Session, seller: Principal, *, days: int = 2) -> ListingView:
    """A listing on sale whose last day is the third from now, and whose price falls over the last `days`."""
    now = clock.read(session).astimezone(PEOPLES_ZONE)
    by = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=3)
    lot = catalog.a_lot(session, seller, perish_by=by)
    draft = listings.add(
        session, seller, NewListing(lot.id, "東港草莓", 2_500, Money(FULL), markdown=Markdown(FLOOR, days))
    )
    return listings.publish(session, seller, draft.id)


def stored(session: Session, listing_id: UUID) -> tuple[int, date]:
    """The sort key of a listing, and the day that it is of."""
    row = session.connection().execute(
        text("SELECT price_per_kg, priced_on FROM listing WHERE id = :id"), {"id": listing_id}
    )
    return tuple(row.one())  # type: ignore[return-value]


def test_the_very_next_request_after_midnight_has_the_new_price(
    fresh_db: Database, fresh_client: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invariant 16: nothing is written at midnight, and yet no kept answer outlives it."""
    monkeypatch.setattr(readcache, "SECONDS", 3_600)
    with fresh_db.transaction() as session:
        listing = falling(session, accounts.a_seller(session).principal)
        to_midnight(session, 1, -MARGIN)
    paths = ("/v1/listings", f"/v1/listings/{encode('lst', listing.id)}")

    def told() -> list[Any]:
        bodies = [fresh_client.get(path).json() for path in paths]
        rows = [body["items"][0] if "items" in body else body for body in bodies]
        return [(row["price"]["amount"], row["price_per_kg"]["amount"]) for row in rows]

    assert told() == [(6_800, 2_720)] * 2
    with statements() as seen:
        assert told() == [(6_800, 2_720)] * 2
        assert not any("FROM listing" in statement for statement in seen)
    with fresh_db.transaction() as session:
        tag = fresh_client.get(paths[1]).headers["etag"]
        clock.advance(session, 2 * MARGIN)
    assert told() == [(5_400, 2_160)] * 2
    assert fresh_client.get(paths[1], headers={"if-none-match": tag}).status_code == 200
    row = fresh_client.get(paths[1]).json()
    assert (row["full_price"]["amount"], row["markdown"]) == (
        6_800,
        {"floor": {"amount": 4_000, "currency": "CNY"}, "from_days": 2},
    )
    with fresh_db.transaction() as session:
        clock.advance(session, timedelta(days=1))
    assert told() == [(4_000, 1_600)] * 2
    assert fresh_client.get(paths[1]).json()["price_changes_at"] is None


def test_offers_and_lists_tell_the_price_of_now_and_the_sweep_brings_the_order_after(db: Database) -> None:
    with db.transaction() as session:
        seller = accounts.a_seller(session).principal
        cheap = catalog.a_listing(session, seller, price=5_500)
        listing = falling(session, seller)
        to_midnight(session, 1, MARGIN)
        assert [offer.price.amount for offer in listings.offers(session, [listing.id])] == [5_400]
        rows = search.find(session, Search(sort=Sort.CHEAPEST)).listings
        assert [(row.id, row.price.amount, row.stored_per_kg) for row in rows] == [
            (cheap.id, 5_500, 2_200),
            (listing.id, 5_400, 2_720),
        ]
    with db.transaction() as session, statements() as seen:
        assert listings.reprice(session) == 1
        assert len(seen) == 1
    with db.transaction() as session:
        assert (stored(session, listing.id)[0], listings.reprice(session)) == (2_160, 0)
        rows = search.find(session, Search(sort=Sort.CHEAPEST)).listings
        assert [row.id for row in rows] == [listing.id, cheap.id]
        assert rows[0].version == listing.version  # who edits it over midnight is not refused


def test_a_price_is_not_written_before_its_days(db: Database) -> None:
    with db.transaction() as session:
        listing = falling(session, accounts.a_seller(session).principal, days=1)
        before = stored(session, listing.id)
        to_midnight(session, 1, MARGIN)
        assert (listings.reprice(session), stored(session, listing.id)) == (0, before)
        clock.advance(session, timedelta(days=1))
    RUNNERS[reprice_listings](db, new_id(), {"name": reprice_listings, "slot": "2020-02-17T00:00:00Z"})
    with db.reading() as session:
        assert stored(session, listing.id)[0] == 1_600


def test_a_seller_turns_it_on_and_off(client: TestClient[Litestar], db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        lot = catalog.a_lot(session, farmer.principal)
    floor = {"floor": {"amount": 4_000}, "from_days": 30}
    body = listing_body(encode("lot", lot.id), markdown=floor)
    made = client.post("/v1/listings", json=body, headers=farmer.headers)
    assert made.status_code == 201, made.text
    assert made.json()["price"]["amount"] < made.json()["full_price"]["amount"] == 6_800
    path = f"/v1/listings/{made.json()['id']}"
    tag = client.get(path, headers=farmer.headers).headers["etag"]
    changed = client.patch(path, json={"markdown": None}, headers=farmer.headers | {"if-match": tag})
    assert (changed.json()["markdown"], changed.json()["price"]["amount"]) == (None, 6_800)


@pytest.mark.parametrize(
    ("markdown", "code"),
    [
        ({"floor": {"amount": 6_800}, "from_days": 3}, "listing.markdown_floor"),
        ({"floor": {"amount": 9_000}, "from_days": 3}, "listing.markdown_floor"),
        ({"floor": {"amount": 4_000}, "from_days": 31}, "invalid_fields"),
        ({"floor": {"amount": 0}, "from_days": 3}, "invalid_fields"),
        ({"floor": {"amount": 4_000}}, "invalid_fields"),
    ],
)
def test_a_floor_lies_below_the_price(
    client: TestClient[Litestar], db: Database, farmer: Somebody, markdown: Any, code: str
) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
    path = f"/v1/listings/{encode('lst', listing.id)}"
    tag = client.get(path, headers=farmer.headers).headers["etag"]
    refused = client.patch(path, json={"markdown": markdown}, headers=farmer.headers | {"if-match": tag})
    assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
    with db.reading() as session:
        assert listings.view(session, listing.id).markdown is None


def test_a_price_is_not_lowered_below_the_floor(client: TestClient[Litestar], db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        listing = falling(session, farmer.principal)
    path = f"/v1/listings/{encode('lst', listing.id)}"
    tag = client.get(path, headers=farmer.headers).headers["etag"]
    refused = client.patch(path, json={"price": {"amount": FLOOR}}, headers=farmer.headers | {"if-match": tag})
    assert (refused.status_code, refused.json()["code"]) == (422, "listing.markdown_floor")
    with db.reading() as session:
        assert listings.view(session, listing.id).full_price.amount == FULL


def test_the_exposure_of_a_limited_seller_counts_the_full_price(db: Database) -> None:
    with db.transaction() as session:
        limited = accounts.a_seller(session, standing=Standing.LIMITED, exposure_limit=Money(FULL * 40 - 1)).principal
        lot = catalog.a_lot(session, limited)  # of 40 packs
        draft = listings.add(
            session, limited, NewListing(lot.id, "東港草莓", 2_500, Money(FULL), markdown=Markdown(FLOOR, 30))
        )
        assert draft.price.amount < FULL
    with pytest.raises(ExposureExceeded), db.transaction() as session:
        listings.publish(session, limited, draft.id)
