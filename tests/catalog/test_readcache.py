"""Kept answers are given only while they are true."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.app import create_app
from agrimarket.catalog.service import listings
from agrimarket.http import readcache
from agrimarket.http.readcache import Kept, Key, ReadCache, SharedCheck
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from agrimarket.kernel.money import Money
from agrimarket.kernel.reading import run
from agrimarket.settings import get_settings
from tests.factories import accounts, catalog
from tests.support.statements import statements

Client = TestClient[Litestar]


def price(client: Client, path: str) -> int:
    body = client.get(path).json()
    return (body["items"][0] if "items" in body else body)["price"]["amount"]


def test_two_processes_see_a_changed_price_with_the_very_next_request(
    fresh_db: Database, fresh_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invariant 16."""
    monkeypatch.setattr(readcache, "SECONDS", 3_600)
    with fresh_db.transaction() as session:
        seller = accounts.a_seller(session).principal
        listing = catalog.a_listing(session, seller)
    paths = ("/v1/listings", f"/v1/listings/{encode('lst', listing.id)}")
    with statements() as seen, TestClient(create_app(get_settings(), fresh_db)) as other:
        version, amount = listing.version, 6_800
        for _ in range(5):
            for client in (fresh_client, other):
                assert [price(client, path) for path in paths] == [amount, amount]
                seen.clear()
                assert [price(client, path) for path in paths] == [amount, amount]
                assert not any("FROM listing" in statement for statement in seen)
            amount += 100
            with fresh_db.transaction() as session:
                changed = listings.change(session, seller, listing.id, version, {"price": Money(amount)})
            version = changed.version


def test_a_change_that_is_rolled_back_is_never_seen(fresh_db: Database, fresh_client: Client) -> None:
    with fresh_db.transaction() as session:
        seller = accounts.a_seller(session).principal
        listing = catalog.a_listing(session, seller)
    with pytest.raises(RuntimeError), fresh_db.transaction() as session:
        listings.change(session, seller, listing.id, listing.version, {"price": Money(1)})
        assert price(fresh_client, "/v1/listings") == 6_800
        raise RuntimeError
    assert price(fresh_client, "/v1/listings") == 6_800


def test_answers_keep_their_own_request_ids_and_drafts_stay_private(fresh_db: Database, fresh_client: Client) -> None:
    with fresh_db.transaction() as session:
        seller = accounts.a_seller(session)
        draft = catalog.a_draft(session, seller.principal, catalog.a_lot(session, seller.principal).id)
    path = f"/v1/listings/{encode('lst', draft.id)}"
    assert fresh_client.get(path, headers=seller.headers).status_code == 200
    assert fresh_client.get(path).status_code == 404
    first, second = (fresh_client.get("/v1/listings") for _ in range(2))
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.json() == second.json()


def test_concurrent_changes_never_wait_and_each_moves_the_version(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        seller = accounts.a_seller(session).principal
        offers = [catalog.a_listing(session, seller) for _ in range(8)]
        before = run(session, listings.MARKET_VERSION)[0]
    together = threading.Barrier(8)

    def change(i: int) -> None:
        with fresh_db.transaction() as session:
            listings.change(session, seller, offers[i].id, offers[i].version, {"price": Money(1_000 + i)})
            together.wait(30)  # all eight hold their counter before any of them commits

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(8)))
    with fresh_db.transaction() as session:
        after = run(session, listings.MARKET_VERSION)[0]
        assert session.connection().execute(text("SELECT count(*) FROM market_version")).scalar_one() == 8
    assert int(after.split()[0]) == int(before.split()[0]) + 8


def test_a_shared_check_begins_after_each_who_waits_for_it() -> None:
    reads: list[int] = []
    running, go_on = threading.Event(), threading.Event()

    def read() -> str:
        reads.append(len(reads))
        running.set()
        assert go_on.wait(30)
        return str(len(reads))

    async def act() -> list[str]:
        check = SharedCheck(lambda: asyncio.to_thread(read))
        first = asyncio.ensure_future(check.version())
        await asyncio.to_thread(running.wait, 30)
        late = [asyncio.ensure_future(check.version()) for _ in range(20)]
        await asyncio.sleep(0)
        go_on.set()
        return [await first, *[await one for one in late]]

    assert asyncio.run(act()) == ["1", *["2"] * 20]


def test_a_check_that_fails_tells_everybody_and_the_next_one_works() -> None:
    answers = iter([OSError("away"), "2"])

    def read() -> str:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    async def act() -> str:
        check = SharedCheck(lambda: asyncio.to_thread(read))
        failed = await asyncio.gather(check.version(), check.version(), return_exceptions=True)
        assert [type(error) for error in failed] == [OSError, OSError]
        return await check.version()

    assert asyncio.run(act()) == "2"


@pytest.mark.parametrize("asked", [("gzip", "identity"), ("identity", "gzip")])
def test_two_headers_that_disagree_spoil_no_answer_of_another(
    fresh_db: Database, fresh_client: Client, asked: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A caller who says both gets either, and who asks plainly afterwards gets what they can read."""
    monkeypatch.setattr(readcache, "SECONDS", 3_600)
    with fresh_db.transaction() as session:
        seller = accounts.a_seller(session).principal
        for _ in range(3):
            catalog.a_listing(session, seller)

    async def ask(*encodings: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(fresh_client.app), base_url="http://here") as raw:
            headers = [("accept-encoding", each) for each in encodings]
            return await raw.get("/v1/listings?limit=3", headers=headers)

    async def both() -> tuple[httpx.Response, httpx.Response]:
        try:
            return await ask(*asked), await ask("identity")
        finally:
            await fresh_db.stop_fetching()

    _, plain = asyncio.run(both())
    assert "content-encoding" not in plain.headers
    assert len(plain.json()["items"]) == 3


def test_answers_without_content_do_not_fill_the_memory(
    fresh_db: Database, fresh_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks for ever other words that nothing matches has few of the answers kept."""
    kept: list[int] = []
    keep = ReadCache.keep

    def watched(cache: ReadCache, key: Key, answer: Kept) -> None:
        keep(cache, key, answer)
        kept.append(len(cache._kept))  # pyright: ignore[reportPrivateUsage]

    monkeypatch.setattr(ReadCache, "keep", watched)
    monkeypatch.setattr(readcache, "BYTES", 20_000)
    for number in range(15):
        assert fresh_client.get("/v1/listings", params={"q": f"nothing{number}"}).json()["items"] == []
    assert len(kept) == 15
    assert max(kept) < 10
