"""Rows 3, 12 and 13: acknowledged writes survive, and committed work goes on, whatever dies."""

import itertools
import json
import random
import time
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from tests.faults.figures import bound, figure, times
from tests.faults.looking import advance, scalar, wait_for_all
from tests.support.load import Load, http_request
from tests.support.running import Running, wait_until

REPEATS = times(50)
CRASHES = times(5)
CODES = "/v1/auth/codes"


class Codes:
    """Requests for a sign-in code: each writes a code and a message under a request id of its own."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def next(self, _: int = 0) -> tuple[bytes, str]:
        """The next request and its id."""
        path, body, headers = self.parts()
        request = http_request("POST", path, json.dumps(body).encode(), **headers)
        return request, headers["X_Request_Id"]

    def parts(self) -> tuple[str, dict[str, str], dict[str, str]]:
        """Path, body and headers of one request, each from another phone and another network."""
        n = next(self._numbers)
        network = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
        return CODES, {"phone": f"+86137{n:08}"}, {"X_Request_Id": f"fault-{n:08}", "X_Forwarded_For": network}


def _missing(system: Running, acknowledged: set[str]) -> int:
    """Number of acknowledged requests whose message, and so whose code, is not in the database."""
    with system.db.reading() as session:
        rows = session.connection().execute(text("SELECT request_id FROM outbox_message"))
        return len(acknowledged - {row.request_id for row in rows})


def _half_written(system: Running) -> int:
    """Number of codes without a message, and of messages without a code; one transaction writes both."""
    codes = "SELECT id::text AS code FROM sign_in_code"
    messages = "SELECT payload ->> 'code_id' AS code FROM outbox_message WHERE topic = 'accounts.code_requested'"
    return scalar(
        system,
        f"SELECT count(*) FROM ({codes}) AS c FULL JOIN ({messages}) AS m USING (code) "
        "WHERE c.code IS NULL OR m.code IS NULL",
    )


def _unhandled(system: Running) -> tuple[int, int]:
    """Numbers of messages without an effect, and of effects too many."""
    sent = scalar(system, "SELECT count(*) FROM outbox_message WHERE topic = 'accounts.code_requested'")
    distinct = scalar(system, "SELECT count(DISTINCT code_id) FROM fault_code")
    return sent - distinct, scalar(system, "SELECT count(*) FROM fault_code") - distinct


def test_row_3_api_killed_after_commit(system: Running) -> None:
    system.worker()
    system.relay()
    codes = Codes()
    armed = {"AGRIMARKET_FAILPOINT": "db.committed"}
    api = system.api(**armed)
    for _ in range(REPEATS):
        path, body, headers = codes.parts()
        with pytest.raises(httpx.TransportError):
            httpx.post(f"http://127.0.0.1:{system.port}{path}", json=body, headers=_dashed(headers))
        wait_until(lambda api=api: api.process.poll() is not None or system.answers(), 30, "the next process")
        if (
            api.process.poll() is not None
        ):  # granian gives up on a process that dies twice in 5.5 s: the supervisor's turn
            api = system.api(**armed)
    wait_for_all(system)
    lost, doubled = _unhandled(system)
    committed = scalar(system, "SELECT count(*) FROM outbox_message WHERE topic = 'accounts.code_requested'")
    p99 = scalar(
        system,
        "SELECT percentile_disc(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM f.at - o.created_at)) "
        "FROM fault_code AS f JOIN outbox_message AS o ON o.payload ->> 'code_id' = f.code_id::text",
    )
    told = {"repeats": REPEATS, "committed": committed, "lost": lost, "doubled": doubled, "p99_delay": f"{p99:.2f} s"}
    figure(3, "API killed after commit, before publish", **told, bound=bound(REPEATS))
    assert (committed, lost, doubled) == (REPEATS, 0, 0)


def test_row_12_postgres_crashes_under_load(system: Running) -> None:
    luck = random.Random(12)
    for start in (system.worker, system.relay, system.api):
        start()
    recovery: list[float] = []
    healing: list[float] = []
    with Load(system.port, Codes().next, clients=8, pause=0.02) as load:
        wait_until(load.healed, 30, "load")
        for _ in range(CRASHES):
            time.sleep(luck.uniform(0.3, 1.0))  # the moment of the crash is what varies
            crashed = time.perf_counter()
            system.crash_postgres()
            time.sleep(luck.uniform(0.2, 0.8))  # down for a while, so that the pool also meets a closed port
            recovery.append(system.restart_postgres())
            started = time.perf_counter()
            wait_until(lambda since=crashed: time.perf_counter() - since > 1 and load.healed(), 60, "99 % OK")
            # healed() looks back over one whole second of good answers
            healing.append(max(0.0, time.perf_counter() - 1 - started))
    advance(system, timedelta(minutes=5))  # interrupted deliveries fall due again
    wait_for_all(system)
    acknowledged = {outcome.tag for outcome in load.outcomes if outcome.status == 202}
    lost, half, statuses = _missing(system, acknowledged), _half_written(system), load.statuses()
    unhandled, doubled = _unhandled(system)
    figure(
        12,
        "PostgreSQL crashes under load",
        crashes=CRASHES,
        acknowledged=len(acknowledged),
        lost_acknowledgements=lost,
        half_written=half,
        jobs_lost=unhandled,
        jobs_doubled=doubled,
        recovery=f"{max(recovery):.2f} s at worst",
        to_99_percent_OK=f"{max(healing):.2f} s at worst after that",
        answers=dict(statuses),
    )
    assert (lost, half, unhandled, doubled) == (0, 0, 0, 0)
    assert set(statuses) == {202, 503}


def test_row_13_sessions_killed(system: Running) -> None:
    luck = random.Random(13)
    for start in (system.worker, system.relay, system.api):
        start()
    kills = busy = 0
    with Load(system.port, Codes().next, clients=8, pause=0.01) as load:
        wait_until(load.healed, 30, "load")
        while kills < 2 * REPEATS:
            time.sleep(luck.uniform(0, 0.1))  # the moment of the kill is what varies
            killed, active = _terminate_one(system, luck)
            kills, busy = kills + killed, busy + active
        last = time.perf_counter()
        wait_until(lambda: time.perf_counter() - last > 1 and load.healed(), 60, "99 % OK")
        healing = max(0.0, time.perf_counter() - 1 - last)
    advance(system, timedelta(minutes=5))
    wait_for_all(system)
    acknowledged = {outcome.tag for outcome in load.outcomes if outcome.status == 202}
    lost, half, statuses = _missing(system, acknowledged), _half_written(system), load.statuses()
    unhandled, doubled = _unhandled(system)
    refused = sum(n for status, n in statuses.items() if status >= 500)
    figure(
        13,
        "database sessions killed",
        kills=f"{kills} ({busy} at work)",
        requests=len(load.outcomes),
        answers_5xx=f"{refused} ({refused / len(load.outcomes):.2%}), each a 503",
        seconds_to_99_percent_OK=f"{healing:.2f}",
        lost_acknowledgements=lost,
        half_written=half,
        jobs_lost=unhandled,
        jobs_doubled=doubled,
    )
    assert (lost, half, unhandled, doubled) == (0, 0, 0, 0)
    assert set(statuses) <= {202, 503}
    assert refused <= kills


def _terminate_one(system: Running, luck: random.Random) -> tuple[int, int]:
    """Kill one session of ours, a working one if `luck` wants it and there is any; returns (killed, killed at work)."""
    sessions = text(
        "SELECT pid, state <> 'idle' AS busy FROM pg_stat_activity "
        "WHERE application_name LIKE 'agrimarket-%' AND pid <> pg_backend_pid() ORDER BY pid"
    )
    with system.db.reading() as session:
        found = session.connection().execute(sessions).all()
        at_work = [row for row in found if row.busy]
        chosen = luck.choice(at_work if at_work and luck.random() < 0.7 else found)
        killed = session.connection().execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": chosen.pid})
        return int(killed.scalar_one()), int(chosen.busy)


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
