"""How many bank accounts and bank transfers wait for operators, and for how long."""

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.kernel.waiting import Waiting


def waiting(session: Session) -> tuple[Waiting, Waiting]:
    """Bank accounts to vouch for and bank transfers to make; one statement."""
    row = session.connection().execute(_WAITING).one()
    return Waiting(row.accounts, row.oldest_account), Waiting(row.transfers, row.oldest_transfer)


_WAITING = text("""
    WITH accounts AS (
        SELECT count(*) AS n, min(created_at) AS oldest FROM bank_account WHERE state IN ('given', 'checked')
    ), transfers AS (
        SELECT count(*) AS n, min(p.created_at) AS oldest
        FROM payout AS p JOIN bank_account AS b ON b.payout_account_id = p.payout_account_id
        WHERE p.state = 'scheduled' AND b.state = 'verified'
    )
    SELECT accounts.n AS accounts, accounts.oldest AS oldest_account,
        transfers.n AS transfers, transfers.oldest AS oldest_transfer
    FROM accounts, transfers
""")
