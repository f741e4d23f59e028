"""Bank accounts that sellers gave, and operators who verify them and send the money."""

from uuid import UUID

from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import found
from agrimarket.kernel.principal import Role
from agrimarket.kernel.resources import reference
from agrimarket.payments.service import bank_accounts, bank_transfers
from agrimarket.payments.service.bank_accounts import BankDetails
from tests.factories import accounts as people
from tests.factories.accounts import Somebody
from tests.factories.payments import Till, money_set_aside

NUMBER, OTHER = "6222021234567890128", "6228480000000000018"
DETAILS = BankDetails("中国农业银行", "李小梅", NUMBER)
FIELDS = {"bank_name": "中国农业银行", "account_holder": "李小梅", "account_number": "6222 0212 3456 7890 128"}
"""Fields of `DETAILS` as a form or a program sends them."""


BANKS, PAYOUTS = "/review/payout-accounts", "/review/payouts"
"""Addresses of the operators' desks for bank accounts and for bank transfers."""


def seller_id_of(who: Somebody) -> UUID:
    """Id of the seller account of a person who has one."""
    assert who.principal.seller_id is not None
    return who.principal.seller_id


def vouch(db: Database, seller: Somebody, times: int = 2) -> None:
    """Let that many operators verify the seller's bank account."""
    with db.transaction() as session:
        bank = found(bank_accounts.of_seller(session, seller_id_of(seller))).id
        for _ in range(times):
            bank_accounts.verify(session, people.a_person(session, Role.OPERATOR).principal, bank, "called the bank")


class Staff:
    """Two operators of a till."""

    def __init__(self, till: Till) -> None:
        with till.db.transaction() as session:
            self.first, self.second = (people.a_person(session, Role.OPERATOR).principal for _ in range(2))
        self.till = till

    def verify(self, seller_id: UUID) -> None:
        """Let both operators vouch for the seller's bank account."""
        with self.till.db.transaction() as session:
            bank = found(bank_accounts.of_seller(session, seller_id)).id
            bank_accounts.verify(session, self.first, bank, "called the bank")
            bank_accounts.verify(session, self.second, bank, "holder matches")

    def paid(self, reference: str = "REF-1") -> None:
        """Record that the newest payout was sent."""
        payout = self.till.one("SELECT id FROM payout ORDER BY id DESC LIMIT 1").id
        with self.till.db.transaction() as session:
            bank_transfers.mark_paid(session, self.first, payout, reference)

    def returned(self) -> None:
        """Record that the newest payout came back."""
        payout = self.till.one("SELECT id FROM payout ORDER BY id DESC LIMIT 1").id
        with self.till.db.transaction() as session:
            bank_transfers.mark_returned(session, self.first, payout, "account closed")


def a_seller_paid_by_bank(till: Till, staff: Staff, *, verified: bool = True) -> UUID:
    """A seller who gave a bank account, which both operators have verified unless `verified` is False."""
    with till.db.transaction() as session:
        seller_id = seller_id_of(people.a_seller(session))
        bank_accounts.give(session, None, seller_id, DETAILS)
    if verified:
        staff.verify(seller_id)
    return seller_id


def a_bank(db: Database, seller: Somebody, details: BankDetails = DETAILS) -> str:
    """The address at the desk of a bank account that the seller gave."""
    with db.transaction() as session:
        bank = bank_accounts.give(session, seller.principal, seller_id_of(seller), details)
        return f"{BANKS}/{reference('bank_account', bank.id)}"


def the_bank_of(db: Database, seller: Somebody) -> str:
    """The address at the desk of the bank account that the seller has."""
    with db.reading() as session:
        bank = found(bank_accounts.of_seller(session, seller_id_of(seller)))
        return f"{BANKS}/{reference('bank_account', bank.id)}"


def a_payout(db: Database, crew: dict[str, Somebody], amount: int = 9_500) -> str:
    """The address at the desk of a payout that waits to be sent to the seller's verified account."""
    with db.transaction() as session:
        seller_id = seller_id_of(crew["seller"])
        bank = bank_accounts.give(session, None, seller_id, DETAILS)
        if bank.state == "given":
            for name in ("first", "second"):
                bank_accounts.verify(session, crew[name].principal, bank.id, "called the bank")
        return f"{PAYOUTS}/{reference('payout', money_set_aside(session, seller_id, amount))}"
