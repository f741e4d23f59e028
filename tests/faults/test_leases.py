"""Row 25: a client sleeps past its claim or lease, another takes over, the first goes on, and nothing is accepted."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from agrimarket.coaching.service import matching, tasks
from agrimarket.drive import drive
from agrimarket.kernel.ids import encode
from agrimarket.kernel.principal import Role
from tests.factories import onboarding as make
from tests.factories.accounts import a_person
from tests.factories.coaching import a_case, a_coach
from tests.factories.regions import load_tree
from tests.faults.figures import bound, figure, times
from tests.faults.looking import advance
from tests.support.running import Running

TRIALS = times(50)
SECOND = timedelta(seconds=1)
DECISIONS: Mapping[str, tuple[str, str, dict[str, Any]]] = {
    "approve": ("POST", "approve", {}),
    "reject": ("POST", "reject", {"reason": "看不清"}),
    "ask": ("POST", "ask", {"items": [{"step": "identity", "reason": "id_unreadable"}]}),
    "check off": ("PUT", "checks", {"requirement": "identity_seen", "seen": True}),
    "open a secret": ("POST", "reveal", {"field": "id_number"}),
}
WORK: Mapping[str, dict[str, Any]] = {
    "heartbeat": {},
    "complete": {"result": "Agreed."},
    "release": {},
    "escalate": {"reason": "Nobody answers."},
}


class Late:
    """Writes that come too late, and the numbers of those that were accepted or left a trace."""

    def __init__(self, system: Running, tables: tuple[str, ...]) -> None:
        self.system, self.tables = system, tables
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{system.port}/v1", timeout=30)
        self.sent = self.accepted = 0

    def traces(self) -> list[Any]:
        """Rows that a late write would change or add to."""
        rows = "SELECT md5(string_agg(CAST(t.* AS text), '' ORDER BY CAST(t.* AS text))) FROM {} AS t"
        with self.system.db.reading() as session:
            return [session.connection().execute(text(rows.format(table))).scalar() for table in self.tables]

    def ask(self, method: str, path: str, who: Any, body: dict[str, Any], expect: int = 200) -> Any:
        """Send a request that is in time."""
        answer = self.http.request(method, path, json=body, headers=who.headers)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def send(self, method: str, path: str, who: Any, body: dict[str, Any]) -> None:
        """Send a request that is too late."""
        before = self.traces()
        answer = self.http.request(method, path, json=body, headers=who.headers)
        self.sent += 1
        self.accepted += answer.status_code != 409 or self.traces() != before


def _submitted(system: Running, number: int) -> UUID:
    who = make.sign_in(system.db, 1_000 + number).principal
    with system.db.transaction() as session:
        return make.submitted(session, who, number).application.id


def test_row_25_a_reviewer_sleeps_past_the_claim(system: Running) -> None:
    with system.db.transaction() as session:
        load_tree(session)
    system.api()
    first, other = (make.sign_in(system.db, n, Role.OPERATOR) for n in (1, 2))
    late = Late(system, ("application", "application_check", "info_request", "audit_entry", "seller", "outbox_message"))
    for trial in range(TRIALS):
        path = f"/review/applications/{encode('app', _submitted(system, trial))}"
        fence = late.ask("POST", f"{path}/claim", first, {})["fence"]
        advance(system, drive().windows.hold + SECOND)
        late.ask("POST", f"{path}/claim", other, {})
        if mine := trial % 2 == 0:  # the other took it, and the first claimed it again from another device
            advance(system, drive().windows.hold + SECOND)
            late.ask("POST", f"{path}/claim", first, {})
        for method, act, body in DECISIONS.values():
            late.send(method, f"{path}/{act}", first, {**body, "fence": fence})
            if not mine:  # a client without a fence is known by its name alone
                late.send(method, f"{path}/{act}", first, body)
    both = sum(_both_win(system, late, first, other, TRIALS + trial) for trial in range(TRIALS))
    figure(
        25,
        "a reviewer sleeps past the claim",
        trials=TRIALS,
        stale_writes=late.sent,
        accepted=late.accepted,
        bound=bound(TRIALS),
        approved_and_claimed_at_once=f"{both} of {TRIALS}",
    )
    assert (late.accepted, both) == (0, 0)
    assert late.sent >= TRIALS * len(DECISIONS)


def _both_win(system: Running, late: Late, first: make.SignedIn, other: make.SignedIn, number: int) -> bool:
    """Let the first approve at the very moment at which the other claims; exactly one of them may."""
    path = f"/review/applications/{encode('app', _submitted(system, number))}"
    fence = late.ask("POST", f"{path}/claim", first, {})["fence"]
    advance(system, drive().windows.hold + SECOND)
    together = Barrier(2)

    def act(who: make.SignedIn, name: str, body: dict[str, Any]) -> int:
        together.wait(30)
        return late.http.post(f"{path}/{name}", json=body, headers=who.headers).status_code

    with ThreadPoolExecutor(2) as pool:
        approving = pool.submit(act, first, "approve", {"fence": fence})
        claiming = pool.submit(act, other, "claim", {})
        statuses = [approving.result(), claiming.result()]
    assert sorted(statuses) in ([200, 200], [200, 409]), statuses
    return statuses == [200, 200]


def test_row_25_a_coach_sleeps_past_the_lease(system: Running) -> None:
    with system.db.transaction() as session:
        load_tree(session)
        coach = a_coach(session)
        case = a_case(session, a_person(session).person_id)
        assert matching.match(session, case.id) == coach.person_id
    system.api()
    late = Late(system, ("coaching_task", "coaching_case", "coaching_event", "coach", "outbox_message"))
    for _ in range(TRIALS):
        task = late.ask("POST", "/coaching/tasks/claim", coach, {})
        path = f"/coaching/tasks/{task['id']}"
        advance(system, drive().windows.lease + SECOND)
        _go_on(late, path, coach, task["fence"])  # the lapse has not been swept yet
        with system.db.transaction() as session:
            assert tasks.sweep_leases(session) == 1
        held = late.ask("POST", f"{path}/claim", coach, {})  # from another device
        assert held["fence"] == task["fence"] + 1
        _go_on(late, path, coach, task["fence"])
        late.ask("POST", f"{path}/release", coach, {"fence": held["fence"]})
    told = {"trials": TRIALS, "stale_writes": late.sent, "accepted": late.accepted, "bound": bound(TRIALS)}
    figure(25, "a coach sleeps past the lease", **told)
    assert late.accepted == 0
    assert late.sent == TRIALS * 2 * len(WORK)


def _go_on(late: Late, path: str, coach: Any, fence: int) -> None:
    for act, body in WORK.items():
        late.send("POST", f"{path}/{act}", coach, {**body, "fence": fence})
