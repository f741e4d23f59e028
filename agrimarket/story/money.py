"""Acts 8 and 9: everyone is paid, every cent is accounted for, and the case closes."""

from typing import Any

from agrimarket.story.supply import Drive, move_clock


def act_payouts(drive: Drive) -> None:
    """Play act 8: after the claim window transfers and payouts go out, and the ledger agrees with the provider."""
    stage = drive.stage
    stage.begin_act("The sellers are paid")
    claim_window = drive.operator.get("/v1/drive")["windows"]["claim"]
    with stage.step(f"the claim window passes: the clock is moved by {claim_window // 3600} hours") as told:
        move_clock(drive, claim_window + 60)
        for person in (drive.operator, drive.coach):
            person.sign_in_again()
        told.append("agrimarket's and the provider's; staff, whose sign-ins are short, signed in again")
    with stage.step("orders complete, transfers go out") as told:
        sellers = (drive.farmer, drive.neighbour)
        for seller in sellers:
            stage.until(lambda s=seller: _completed(drive, s), "completed orders")
        told.append("every delivered order is completed")
    with stage.step("payouts arrive at the sellers' banks") as told:
        paid = [stage.until(lambda s=seller: _paid_out(drive, s), "a paid payout") for seller in sellers]
        told.append(" and ".join(f"CNY {sum(amounts) / 100:,.2f}" for amounts in paid))
    with stage.step("the ledger sums to zero and agrees with the sandbox") as told:
        report = stage.until(lambda: _reconciled(drive), "a reconciliation without differences")
        told.append(f"{report['accounts']} balances compared, no difference")
    _print_ledger(drive)


def _completed(drive: Drive, seller: Any) -> bool:
    mine = {group["id"] for group in drive.groups.values()}
    orders = seller.get("/v1/seller-orders", params={"limit": 50})["items"]
    return all(order["state"] == "completed" for order in orders if order["order_group_id"] in mine)


def _paid_out(drive: Drive, seller: Any) -> list[int]:
    drive.stage.sandbox.post("/sandbox/clock", json={"advance_seconds": 86_400}).raise_for_status()
    payouts = seller.get("/v1/payouts")["items"]
    return [payout["amount"]["amount"] for payout in payouts if payout["state"] == "paid"]


def _reconciled(drive: Drive) -> Any:
    report = drive.operator.post("/v1/reconciliations")
    return report if report["balanced"] else None


def _print_ledger(drive: Drive) -> None:
    stage = drive.stage
    lines = drive.operator.get("/v1/ledger")["accounts"]
    rows = [
        [line["kind"], str(line["accounts"]), *(f"{line[side] / 100:,.2f}" for side in ("debit", "credit", "balance"))]
        for line in lines
    ]
    total = sum(line["balance"] for line in lines)
    stage.check(total == 0, f"a ledger that sums to zero, and not {total}")
    sums = [f"{sum(line[side] for line in lines) / 100:,.2f}" for side in ("debit", "credit", "balance")]
    stage.table("The ledger, CNY", ["account", "of", "debit", "credit", "balance"], [*rows, ["sum", "", *sums]])


def act_outcome(drive: Drive) -> None:
    """Play act 9: the coach closes the case, whose outcome comes from the orders."""
    stage = drive.stage
    stage.begin_act("The case closes")
    with stage.step("with its outcome, from the orders and not from anybody's word") as told:
        body = {"outcome": "partly_sold", "note": "First boxes sold; the buyers ordered again."}
        outcome = drive.coach.post(f"/v1/coaching/cases/{drive.case_id}/close", body)["outcome"]
        stage.check(outcome["sold"]["grams"] > 0, "kilograms sold")
        stage.check(outcome["earned"]["amount"] > 0, "money earned")
        sold, earned = outcome["sold"]["grams"] / 1000, outcome["earned"]["amount"] / 100
        told.append(f"{sold:,.1f} kg sold, CNY {earned:,.2f} earned, {outcome['days_saved']} days saved")
