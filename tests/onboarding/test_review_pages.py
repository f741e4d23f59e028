"""The review desk, as an operator's browser without scripts uses it."""

import pytest
from sqlalchemy import text

from agrimarket.drive import drive
from agrimarket.kernel import clock, ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from agrimarket.onboarding.service import review
from tests.factories import onboarding as make
from tests.support.browser import Browser


def test_the_desk_from_hold_to_approval(
    browser: Browser, farmer: make.SignedIn, reviewer: make.SignedIn, placed: Database
) -> None:
    with placed.transaction() as session:
        found = make.submitted(session, farmer.principal)
    path = f"/review/{ids.encode('app', found.application.id)}"
    browser.become(reviewer.token).get("/review")
    assert path in browser.page
    browser.get(path)
    browser.post(f"{path}/approve", from_page=False)
    assert browser.status == 409
    browser.post(f"{path}/claim")
    assert browser.path == path
    assert make.id_number_of(0) not in browser.page
    assert make.id_number_of(0) in browser.post(f"{path}/reveal", field="id_number")
    browser.post(f"{path}/check", requirement="identity_seen", seen="yes")
    shown = browser.post(f"{path}/reject", reason=" ")
    assert (browser.status, 'href="#reason"' in shown) == (422, True)
    shown = browser.post(f"{path}/approve", limit="12.5")
    assert (browser.status, 'value="12.5"' in shown) == (422, True)
    browser.post(f"{path}/approve", limit="3000")
    assert browser.path == "/review"
    with placed.reading() as session:
        row = session.connection().execute(text("SELECT state, exposure_limit FROM application")).one()
    assert tuple(row) == ("approved", 300_000)


@pytest.mark.parametrize("fence", ["1", "", "1" * 5_000, "²"])
def test_a_page_of_an_older_hold_does_nothing(
    browser: Browser, farmer: make.SignedIn, reviewer: make.SignedIn, placed: Database, fence: str
) -> None:
    """The application is held, lost to someone else, and held again; another tab still shows the first hold."""
    other = make.sign_in(placed, 5, Role.OPERATOR).principal
    with placed.transaction() as session:
        application_id = make.submitted(session, farmer.principal).application.id
        for who in (reviewer.principal, other, reviewer.principal):
            review.hold(session, who, application_id)
            clock.advance(session, drive().windows.hold)
    path = f"/review/{ids.encode('app', application_id)}"
    forms = {
        "approve": {},
        "reject": {"reason": "照片看不清"},
        "ask": {"step": "identity", "ask": "id_unreadable"},
        "check": {"requirement": "identity_seen", "seen": "yes"},
        "reveal": {"field": "id_number"},
    }
    before = _traces(placed)
    browser.become(reviewer.token)
    for act, fields in forms.items():
        assert browser.get(path).count('name="fence" value="3"') >= len(forms)
        shown = browser.post(f"{path}/{act}", fence=fence, **fields)
        assert (browser.status, make.id_number_of(0) in shown) == (409, False), act
    assert _traces(placed) == before


def _traces(db: Database) -> list[object]:
    """Rows that a decision, a check or an opened secret would leave."""
    with db.reading() as session:
        connection = session.connection()
        tables = ("application_check", "info_request", "audit_entry", "seller", "outbox_message")
        counts = [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]
        return [*counts, *map(tuple, connection.execute(text("SELECT * FROM application")))]
