"""Row 31: an idempotency storm. Ten requests under one key within milliseconds, twenty thousand times, by HTTP."""

import asyncio
import json
from collections import Counter

from agrimarket.kernel.ids import encode
from tests.factories import catalog
from tests.factories.accounts import a_seller
from tests.faults.figures import bound, figure, times
from tests.faults.looking import scalar
from tests.support.load import http_request
from tests.support.running import Running

KEYS = times(20_000)
AT_ONCE = 10
LANES = 4
"""Keys that are tried side by side."""


async def _asked(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes) -> int:
    """The status of one answer on a connection that stays open."""
    reader, writer = connection
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.partition(b":")[2]))
    return int(head[9:12])


async def _lane(port: int, numbers: range, body: bytes, token: str, seen: Counter[int]) -> None:
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(AT_ONCE)]
    for number in numbers:
        headers = {"Authorization": token, "Idempotency_Key": f"storm-{number}"}
        request = http_request("POST", "/v1/lots", body, **headers)
        seen.update(await asyncio.gather(*(_asked(each, request) for each in connections)))
    for _, writer in connections:
        writer.close()


async def _storm(port: int, body: bytes, token: str) -> Counter[int]:
    seen: Counter[int] = Counter()
    lanes = (_lane(port, range(lane, KEYS, LANES), body, token, seen) for lane in range(LANES))
    await asyncio.gather(*lanes)
    return seen


def test_row_31_idempotency_storm(system: Running) -> None:
    with system.db.transaction() as session:
        seller = a_seller(session)
        product, today = catalog.product(session), catalog.today(session)
    lot = {"product_id": encode("prd", product.id), "region_code": "420525", "quantity": "2斤"}
    body = json.dumps(lot | {"harvested_on": today.isoformat()}).encode()
    system.api(2)
    seen = asyncio.run(_storm(system.port, body, next(iter(seller.headers.values()))))
    made = scalar(system, "SELECT count(*) FROM harvest_lot")
    answered = scalar(system, "SELECT count(*) FROM idempotency_key WHERE answer IS NOT NULL")
    figure(
        31,
        "an idempotency storm",
        keys=KEYS,
        requests=sum(seen.values()),
        doubled=made - answered,
        lost=KEYS - answered,
        told_to_wait=seen[409],
        bound=bound(KEYS),
    )
    assert (made, answered) == (KEYS, KEYS)
    assert set(seen) <= {201, 409}
