"""Delivery of signed webhooks, in order as far as possible, and again until they are accepted or three days old."""

import asyncio
import json
import time
from contextlib import suppress

import httpx
from stripe import WebhookSignature

from agrimarket.embedded.stripe_sandbox.errors import Json
from agrimarket.embedded.stripe_sandbox.store import Store

GIVE_UP_SECONDS = 3 * 86_400
"""Seconds after the event, by the sandbox's clock. Stripe retries for up to three days in live mode."""
LONGEST_WAIT_SECONDS = 30.0
BATCH = 20


class Courier:
    """Courier that posts queued events to one URL. The queue is in the store, so a restart continues it."""

    def __init__(self, store: Store, url: str, secret: str) -> None:
        self._store = store
        self._url = url
        self._secret = secret
        self._wakes = asyncio.Event()

    def wake(self) -> None:
        """Look at the queue, which may have new events."""
        self._wakes.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            while True:
                self._wakes.clear()
                if not await self._round(client):
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._wakes.wait(), 0.5)

    async def _round(self, client: httpx.AsyncClient) -> bool:
        due = self._due()
        for seq, event, attempts in due:
            if not self._waits(seq, event):  # a reset or a discard removed it meanwhile
                continue
            status = await self._post(client, event)
            self._record(seq, event, attempts + 1, status)
        return bool(due)

    def _due(self) -> list[tuple[int, Json, int]]:
        with self._store.transaction() as tx:
            if tx.settings["webhooks_paused"]:
                return []
            rows = tx.db.execute(
                "SELECT deliveries.seq, objects.body, attempts FROM deliveries JOIN objects ON objects.id = event_id"
                " WHERE deliveries.state = 'pending' AND next_at <= ? ORDER BY deliveries.seq LIMIT ?",
                (time.time(), BATCH),
            ).fetchall()
            due = [(seq, json.loads(body), attempts) for seq, body, attempts in rows]
            late = [seq for seq, event, _ in due if event["created"] <= tx.now - GIVE_UP_SECONDS]
            tx.db.executemany("UPDATE deliveries SET state = 'lost' WHERE seq = ?", [(seq,) for seq in late])
            return [item for item in due if item[0] not in late]

    def _waits(self, seq: int, event: Json) -> bool:
        with self._store.transaction() as tx:
            asked = "SELECT 1 FROM deliveries WHERE seq = ? AND event_id = ? AND state = 'pending'"
            return tx.db.execute(asked, (seq, event["id"])).fetchone() is not None

    async def _post(self, client: httpx.AsyncClient, event: Json) -> int | None:
        payload = json.dumps(event, ensure_ascii=False, indent=2)
        # The stamp is the real time, which the receiver compares with its own clock.
        signature = WebhookSignature.generate_signature_header(payload, self._secret)
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature}
        try:
            answer = await client.post(self._url, content=payload.encode(), headers=headers)
        except httpx.HTTPError:
            return None
        return answer.status_code

    def _record(self, seq: int, event: Json, attempts: int, status: int | None) -> None:
        taken = status is not None and 200 <= status < 300
        wait = min(0.5 * 2 ** (attempts - 1), LONGEST_WAIT_SECONDS)
        with self._store.transaction() as tx:
            tx.db.execute(
                "UPDATE deliveries SET state = ?, attempts = ?, next_at = ?, last_status = ?"
                " WHERE seq = ? AND event_id = ?",
                ("taken" if taken else "pending", attempts, time.time() + wait, status, seq, event["id"]),
            )
            record = tx.find(event["id"], "event")
            if taken and record is not None:
                record.body["pending_webhooks"] = 0
                tx.save(record)
