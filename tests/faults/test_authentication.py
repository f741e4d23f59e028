"""Row 33: a purchase whose buyer is sent to the bank's page ends, wherever it is left: paid once, or free again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest

from agrimarket.drive import drive
from agrimarket.payments.flows import webhooks
from tests.faults.buying import LEASE, REPEATS, Buying
from tests.faults.figures import bound, figure

ASKS: dict[str, Any] = {"payment_method": "pm_card_authenticationRequired"}
ALIPAY: dict[str, Any] = {"method": "alipay", "payment_method": None}


class Leaving:
    """Buyers who are sent to their bank, and what they do then."""

    def __init__(self, buying: Buying) -> None:
        self.buying, self.till = buying, buying.till

    def send(self) -> UUID:
        """A purchase whose buyer is at the bank's page."""
        cart = self.buying.begin()
        answer: Any = self.buying.check_out(cart, **ASKS)
        assert answer.payment.next_step == "authenticate"
        return cart

    def page(self, cart: UUID) -> str | None:
        """Address of the bank's page for that purchase."""
        return self.till.one(
            "SELECT redirect_url FROM payment WHERE id = (SELECT payment_id FROM order_group WHERE cart_id = :cart)",
            cart=cart,
        ).redirect_url

    def press(self, url: str, outcome: str = "succeed") -> None:
        """Press the button on the bank's page, whether that still counts or not."""
        assert httpx.post(url, data={"outcome": outcome}, trust_env=False).status_code == 303

    def replaced(self) -> int:
        """How many cards another took the place of, so far."""
        return self.till.one(
            "SELECT count(*) AS n FROM provider_call WHERE operation = 'confirm_payment' AND state = 'done' "
            "AND request ->> 'instead_of' IS NOT NULL"
        ).n

    def end(self) -> None:
        """All that the workers do until every window is over: calls looked up, events taken in, sweeps."""
        for window in (LEASE, drive().windows.payment, drive().windows.late_payment):
            self.till.pass_time(window)
            self.till.resolve()
            webhooks.poll(self.till.db, self.till.gateway)
            self.till.settle_down()
            self.buying.unpaid()

    def tell(self, fault: str, *, paid: int, **more: object) -> None:
        """Print the row and hold it to what must be."""
        self.end()
        stuck = self.till.one(
            "SELECT count(*) AS n FROM payment WHERE state NOT IN ('authorised', 'captured', 'settled', 'cancelled')"
        ).n
        dead = self.till.one("SELECT count(*) AS n FROM delivery WHERE state = 'dead'").n
        placed = len(self.buying.carts) - self.buying.lost()
        doubled, drift = self.buying.doubled(), self.buying.drift()
        told = {"purchases": len(self.buying.carts), "kills": self.buying.kills, "placed": placed, "doubled": doubled}
        figure(33, fault, **told, stuck=stuck, drift=drift, **more, bound=bound(len(self.buying.carts)))
        assert (placed, doubled, drift, stuck, dead) == (paid, 0, 0, 0, 0)
        self.till.agrees()


@pytest.fixture
def leaving(buying: Buying) -> Leaving:
    return Leaving(buying)


@pytest.mark.parametrize("where", ["payments.after_create_payment", "orders.recording", "orders.recorded"])
def test_row_33_killed_before_the_buyer_is_sent_to_the_bank(leaving: Leaving, where: str) -> None:
    for _ in range(REPEATS):
        leaving.buying.die(leaving.buying.begin(), where, **ASKS)
    leaving.tell(f"3-D Secure, killed before the redirect at {where}; nobody comes back", paid=0)


def test_row_33_left_at_the_banks_page(leaving: Leaving) -> None:
    for _ in range(REPEATS):
        leaving.send()
    leaving.tell("3-D Secure, left at the bank's page", paid=0)


def test_row_33_failed_at_the_banks_page(leaving: Leaving) -> None:
    for _ in range(REPEATS):
        leaving.press(leaving.page(leaving.send()), "fail")
    leaving.tell("3-D Secure, failed there and left", paid=0)


def test_row_33_authenticated_and_killed_on_the_way_back(leaving: Leaving) -> None:
    for _ in range(REPEATS):
        cart = leaving.send()
        leaving.press(leaving.page(cart))
        leaving.buying.die(cart, "payments.refreshed", **ASKS, again="return")
    leaving.tell("3-D Secure, authenticated, killed on the way back", paid=REPEATS)


def test_row_33_authenticated_and_nobody_comes_back(leaving: Leaving) -> None:
    for _ in range(REPEATS):
        leaving.press(leaving.page(leaving.send()))
    leaving.tell("3-D Secure, authenticated, neither return nor webhook; the poll finds it", paid=REPEATS)


@pytest.mark.parametrize("where", ["payments.before_confirm_payment", "payments.after_confirm_payment"])
def test_row_33_killed_as_the_card_is_replaced(leaving: Leaving, where: str) -> None:
    for _ in range(REPEATS):
        cart = leaving.send()
        leaving.buying.die(cart, where, payment_method="pm_card_visa")
    leaving.tell(f"3-D Secure, killed as the card is replaced at {where}", paid=REPEATS)


OTHERS: dict[str, dict[str, Any]] = {
    "a card that pays": {"payment_method": "pm_card_visa"},
    "a card that is refused": {"payment_method": "pm_card_chargeDeclined"},
    "a card that asks too": {"payment_method": "pm_card_threeDSecure2Required"},
    "Alipay": ALIPAY,
}


@pytest.mark.parametrize("other", OTHERS)
def test_row_33_replaced_at_the_moment_at_which_it_succeeds(leaving: Leaving, other: str) -> None:
    begun = leaving.replaced()
    for n in range(REPEATS):
        cart = leaving.send()
        page = leaving.page(cart)
        acts: list[Callable[[], Any]] = [
            partial(leaving.press, page),
            partial(leaving.buying.check_out, cart, **OTHERS[other]),
        ]
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(act) for act in (acts if n % 2 else acts[::-1])]:
                done.result()
        leaving.press(page)  # where another took its place it counts no more
        if (now := leaving.page(cart)) is not None:
            leaving.press(now)
        else:
            leaving.buying.check_out(cart, payment_method="pm_card_mastercard")
    replaced = leaving.replaced() - begun
    leaving.tell(f"3-D Secure, replaced by {other} at the moment of success", paid=REPEATS, replaced=replaced)
