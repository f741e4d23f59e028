"""Summary of the sandbox's state, for the index page and for tests that check the money."""

from agrimarket.embedded.stripe_sandbox import ledger
from agrimarket.embedded.stripe_sandbox.errors import Json
from agrimarket.embedded.stripe_sandbox.store import PLATFORM, Transaction


def summarise(tx: Transaction) -> Json:
    """Counts by kind, balances by account, money by currency, calls by operation, and deliveries by state."""
    rows = tx.db.execute("SELECT kind, count(*) FROM objects GROUP BY kind ORDER BY kind").fetchall()
    owners = [row[0] for row in tx.db.execute("SELECT DISTINCT account FROM balances ORDER BY account")]
    calls = tx.db.execute("SELECT method, path, calls, effects, replays, faults FROM calls ORDER BY path, method")
    states = tx.db.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall()
    return {
        "now": tx.now,
        "objects": dict(rows),
        "platform": PLATFORM,
        "balances": {owner: _balance(tx, owner) for owner in {PLATFORM, *owners}},
        "money": _money(tx),
        "calls": {
            f"{method} {path}": {"calls": made, "effects": effects, "replays": replays, "faults": faults}
            for method, path, made, effects, replays, faults in calls
        },
        "webhooks": {"paused": tx.settings["webhooks_paused"]} | dict(states),
    }


def _balance(tx: Transaction, account: str) -> Json:
    whole = ledger.balance(tx, account)
    return {part: {funds["currency"]: funds["amount"] for funds in whole[part]} for part in ("available", "pending")}


def _money(tx: Transaction) -> Json:
    """Money by currency, from the balance transactions: gross by type, fees, and the sum of all balances.

    Transfers and their arrivals cancel out, so `balances` = the sum of all `gross` less `fees`.
    """
    rows = tx.db.execute(
        "SELECT json_extract(body, '$.currency'), json_extract(body, '$.type'), sum(json_extract(body, '$.amount')),"
        " sum(json_extract(body, '$.fee')) FROM objects WHERE kind = 'balance_transaction' GROUP BY 1, 2"
    ).fetchall()
    left = tx.db.execute("SELECT currency, sum(available + pending) FROM balances GROUP BY currency").fetchall()
    money: Json = {currency: {"gross": {}, "fees": 0, "balances": total} for currency, total in left}
    for currency, kind, amount, fee in rows:
        money[currency]["gross"][kind] = amount
        money[currency]["fees"] += fee
    return money
