"""Acts 2 to 4: an appeal, a coach, and goods on sale."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from agrimarket.story.stage import Person, Stage

DONGGANG = "210681"
GRAMS = 500_000
"""The farmer's harvest."""
BOX = 2_500
"""Grams in a box."""
PRICE = 6_000
"""Fen for a box: Donggang's strawberries fetched CNY 40/kg before the roads closed, and CNY 6/kg after."""


@dataclass
class Drive:
    """People of the story, and ids of the things that they made."""

    stage: Stage
    operator: Person
    coach: Person
    other_coach: Person
    farmer: Person
    neighbour: Person
    buyer: Person
    farmer_phone: str = ""
    case_id: str = ""
    listing_id: str = ""
    lot_id: str = ""
    neighbour_listing_id: str = ""
    open_county: str = ""
    falling_id: str = ""
    agents_id: str = ""
    early_lot: str = ""
    early: list[tuple[Person, Any]] = field(default_factory=list[tuple[Person, Any]])
    groups: dict[str, Any] = field(default_factory=dict[str, Any])


def new_phone() -> str:
    """Random mainland mobile number, most likely unknown to the system."""
    return f"+86139{random.randrange(10**8):08}"  # noqa: S311


def id_number(region_code: str = DONGGANG) -> str:
    """Invented identity number with a correct check digit (GB 11643: ISO 7064, MOD 11-2)."""
    body = f"{region_code}{random.randrange(1960, 1995)}{random.randrange(1, 13):02}15{random.randrange(1000):03}"  # noqa: S311
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def move_clock(drive: Drive, seconds: int) -> None:
    """Move agrimarket's clock and the sandbox's."""
    drive.operator.post("/v1/clock", {"advance_seconds": seconds})
    drive.stage.sandbox.post("/sandbox/clock", json={"advance_seconds": seconds}).raise_for_status()


def time_there(drive: Drive) -> datetime:
    """Time on agrimarket's clock."""
    return datetime.fromisoformat(drive.operator.post("/v1/clock", {"advance_seconds": 0})["now"])


def act_appeal(drive: Drive) -> None:
    """Play act 2: a grower with 500 kg that spoil in three days becomes a seller who can be paid."""
    stage, farmer = drive.stage, drive.farmer
    stage.begin_act("A strawberry grower in Donggang has 500 kg that spoil in three days")
    with stage.step("files an appeal with a phone number and a code") as told:
        drive.farmer_phone = new_phone()
        code = stage.code_for(farmer, drive.farmer_phone)
        appeal = farmer.post(
            "/v1/appeals",
            {
                "phone": drive.farmer_phone,
                "code": code,
                "name": "王大姐",
                "region_code": DONGGANG,
                "product": "草莓",
                "quantity": "1000斤",
                "spoils_in_days": 3,
                "truck_access": "small",
            },
        )
        stage.check(appeal["quantity"]["grams"] == GRAMS, "1,000 jin to be 500 kg")
        told.append(f"{appeal['number']}, region {appeal['region']['verdict']}; next: {appeal['next']['text']}")
    with stage.step("a minute later, signs in and applies as a farmer") as told:
        move_clock(drive, 61)
        farmer.sign_in_by_phone(drive.farmer_phone)
        application = _apply(farmer, appeal["id"], time_there(drive) + timedelta(days=3))
        told.append(f"{application['done']} of {len(application['steps'])} steps answered, {application['state']}")
    with stage.step("an operator reviews and approves it") as told:
        approve(drive, application["id"])
        seller = farmer.get("/v1/me")["seller"]
        stage.check(seller["standing"] in {"limited", "approved"}, "a seller who may sell")
        told.append(f"seller {seller['id'][:12]}…, {seller['standing']}")
    with stage.step("sets up the payout account at the provider") as told:
        told.append(set_up_payouts(drive, farmer))


def approve(drive: Drive, application_id: str) -> None:
    """Hold an application, as the operator, and approve it with an exposure limit of CNY 50,000."""
    path = f"/v1/review/applications/{application_id}"
    held = drive.operator.post(f"{path}/claim")
    drive.operator.post(f"{path}/approve", {"fence": held["fence"], "exposure_limit": {"amount": 5_000_000}})


def _apply(farmer: Person, appeal_id: str, spoils: datetime, needs: Sequence[str] = ("packaging", "cold_chain")) -> Any:
    application = farmer.post("/v1/applications", {"kind": "farmer", "appeal_id": appeal_id})
    answers = {
        "identity": {"legal_name": "王秀兰", "id_number": id_number()},
        "farm": {"farm_name": "王大姐草莓园", "region_code": DONGGANG},
        "produce": {
            "product": "草莓",
            "quantity": "1000斤",
            "spoils_on": spoils.date().isoformat(),
            "right_to_sell": True,
        },
        "needs": {"needs": list(needs)},
        "payout": {"payout_method": "stripe"},
    }
    for step, values in answers.items():
        path = f"/v1/applications/{application['id']}/steps/{step}"
        application = farmer.patch(path, values, headers={"If-Match": application.etag})
    return farmer.post(f"/v1/applications/{application['id']}/submit")


def set_up_payouts(drive: Drive, seller: Person) -> str:
    """Open a payout account, press the button of the provider's page, and wait until its webhook has enabled it."""
    here = drive.stage.base_url
    link = seller.post("/v1/payout-account", {"return_url": here, "refresh_url": here})["url"]
    drive.stage.sandbox.get(link).raise_for_status()
    drive.stage.check(drive.stage.sandbox.post(link).has_redirect_location, "the way back from the provider's page")
    drive.stage.until(lambda: seller.get("/v1/payout-account")["state"] == "enabled", "an enabled payout account")
    return "transfers and payouts enabled, told by webhook"


def bring_neighbour(drive: Drive) -> None:
    """Make a second seller, who asks for no coach."""
    neighbour = drive.neighbour
    neighbour.sign_in_by_phone(new_phone())
    report = {"name": "李大哥", "region_code": DONGGANG, "product": "草莓", "quantity": "15斤", "spoils_in_days": 3}
    appeal = neighbour.post("/v1/appeals", report)
    approve(drive, _apply(neighbour, appeal["id"], time_there(drive) + timedelta(days=3), needs=[])["id"])
    set_up_payouts(drive, neighbour)


def act_coaching(drive: Drive) -> None:
    """Play act 3: the seller's case is matched with a reason; its coach leases tasks, which another coach cannot."""
    stage = drive.stage
    stage.begin_act("A coach takes the case")
    with stage.step("the case is opened and matched") as told:
        case = stage.until(lambda: _case_with_coach(drive), "a matched case")
        drive.case_id = case["id"]
        told.append(case["why"]["sentence"])
    with stage.step("both coaches see their queues; the matched one leases the first task") as told:
        drive.coach, drive.other_coach = _matched_first(drive)
        task = drive.coach.post("/v1/coaching/tasks/claim")
        while task["case_id"] != drive.case_id:  # a task of an earlier case was due first
            drive.coach.post(f"/v1/coaching/tasks/{task['id']}/complete", _finished(task))
            task = drive.coach.post("/v1/coaching/tasks/claim")
        told.append(f"{task['title']}, leased until {task['lease_until'][11:16]} UTC, fence {task['fence']}")
    with stage.step("a second coach who tries the same task is refused") as told:
        refused = drive.other_coach.post(f"/v1/coaching/tasks/{task['id']}/claim", expect=409)
        told.append(f"409 {refused['code']}: {refused['detail']}")
    with stage.step("the coach completes the tasks of the plan") as told:
        done = [task["title"]]
        drive.coach.post(f"/v1/coaching/tasks/{task['id']}/heartbeat", {"fence": task["fence"]})
        drive.coach.post(f"/v1/coaching/tasks/{task['id']}/complete", _finished(task))
        for _ in range(len(case["tasks"]) - 2):
            task = drive.coach.post("/v1/coaching/tasks/claim")
            drive.coach.post(f"/v1/coaching/tasks/{task['id']}/complete", _finished(task))
            done.append(task["title"])
        told.append(f"{len(done)} done: {'; '.join(done)}")


def _finished(task: Any) -> dict[str, Any]:
    return {"fence": task["fence"], "result": "Agreed with the grower: boxes of 2.5 kg, first truck tomorrow."}


def _case_with_coach(drive: Drive) -> Any:
    cases = drive.farmer.get("/v1/coaching/cases")["items"]
    case = drive.farmer.get(f"/v1/coaching/cases/{cases[0]['id']}") if cases else None
    return case if case and case["coach_id"] else None


def _matched_first(drive: Drive) -> Sequence[Person]:
    coaches = [drive.coach, drive.other_coach]
    mine = [drive.case_id in {case["id"] for case in coach.get("/v1/coaching/cases")["items"]} for coach in coaches]
    drive.stage.check(any(mine), "the case with one of the demo's coaches")
    return coaches if mine[0] else coaches[::-1]


def act_listing(drive: Drive) -> None:
    """Play act 4: the farmer sells boxes of 2.5 kg from a lot, priced by weight; the neighbour has three boxes."""
    stage = drive.stage
    stage.begin_act("The listing goes live")
    with stage.step("a lot of 500 kg, and boxes of 2.5 kg from it, priced by weight") as told:
        made = lot(drive, drive.farmer, "草莓", DONGGANG, GRAMS)
        drive.lot_id, drive.listing_id = made["id"], publish(drive, drive.farmer, made["id"], "东港草莓 5 斤装", PRICE)
        told.append(f"perishes by {made['perish_by'][:16]} UTC, CNY {PRICE / 100:.2f} a box at most")
    with stage.step("a neighbour sells too; one lot is down to its last box") as told:
        few = lot(drive, drive.neighbour, "草莓", DONGGANG, BOX * 3)
        drive.neighbour_listing_id = publish(drive, drive.neighbour, few["id"], "草莓（余量）", PRICE - 800, "pack")
        told.append("3 boxes")
    with stage.step("buyers find it") as told:
        found = drive.buyer.get("/v1/listings", params={"q": "草莓"})["items"]
        stage.check(drive.listing_id in {entry["id"] for entry in found}, "the listing in the market")
        told.append(f"{len(found)} listings of 草莓")


def lot(drive: Drive, seller: Person, product: str, region: str, grams: int, in_days: int = 0) -> Any:
    """Record a lot that spoils three days after its harvest, today or `in_days`; returns the API's answer."""
    products = drive.buyer.get("/v1/products")["items"]
    product_id = next(entry["id"] for entry in products if product in entry["names"].values())
    now = time_there(drive) + timedelta(days=in_days)
    body = {
        "product_id": product_id,
        "region_code": region,
        "harvested_on": now.date().isoformat(),
        "quantity": {"grams": grams},
        "perish_by": (now + timedelta(days=3)).isoformat(),
    }
    return seller.post("/v1/lots", body)


def publish(drive: Drive, seller: Person, lot_id: str, title: str, price: int, priced_by: str = "weight") -> str:
    """Publish a listing of boxes; returns its id."""
    body = {
        "lot_id": lot_id,
        "title": title,
        "pack": {"grams": BOX},
        "price": {"amount": price, "currency": "CNY"},
        "priced_by": priced_by,
    }
    listing = seller.post("/v1/listings", body)
    published = seller.post(f"/v1/listings/{listing['id']}/publish")
    drive.stage.check(published["state"] == "published", "a published listing")
    return listing["id"]
