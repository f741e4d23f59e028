"""The acts of the story in their order, from a cry for help to a closed case."""

import json
from pathlib import Path

import httpx

from agrimarket.story import appeals, money, packing, sale, selling, supply
from agrimarket.story.stage import NotAsItShouldBe, Person, Stage
from agrimarket.story.supply import Drive
from seeds.people import PASSWORD, STAFF


def play(stage: Stage, notices: Path | None) -> int:
    """Play every act; returns 0 if all went as it should, else 1, after printing what did not."""
    try:
        drive = _gather(stage, notices)
        appeals.act_fourteen(drive)
        supply.act_appeal(drive)
        supply.act_coaching(drive)
        supply.act_listing(drive)
        selling.act_selling(drive)
        sale.act_notice(drive)
        sale.act_checkout(drive)
        sale.act_fulfilment(drive)
        packing.act_harvest(drive)
        packing.act_packing(drive)
        money.act_payouts(drive)
        money.act_outcome(drive)
    except NotAsItShouldBe as error:
        stage.console.print(f"\n[bold red]The story stopped:[/] {error}", markup=True)
        return 1
    except httpx.ConnectError:
        stage.console.print(f"[red]Nobody answers at {stage.base_url}.[/] Start the system first: make run")
        return 1
    stage.console.print(f"\n[bold green]The whole story, {stage.steps} steps, went as it should.[/]")
    return 0


def _gather(stage: Stage, notices: Path | None) -> Drive:
    operator, coach, other_coach = Person(stage, "operator"), Person(stage, "coach"), Person(stage, "other coach")
    farmer, neighbour, buyer = (
        Person(stage, "farmer", "zh-Hans"),
        Person(stage, "neighbour", "zh-Hans"),
        Person(stage, "buyer"),
    )
    drive = Drive(stage, operator, coach, other_coach, farmer, neighbour, buyer)
    with stage.step("staff, a neighbouring seller and a buyer sign in") as told:
        coaches = [one for one in STAFF if one.skills]
        for person, one in zip((operator, coach, other_coach), (STAFF[0], *coaches), strict=False):
            person.sign_in_as_staff(one.email, PASSWORD, one.totp_secret)
        supply.bring_neighbour(drive)
        drive.buyer.sign_in_by_phone(supply.new_phone())
        drive.buyer.post("/v1/buyers", {"kind": "household", "display_name": "刘女士", "region_code": "460203"})
        told.append("an operator, two coaches, a seller, a buyer")
    if notices is not None:
        _import_notices(drive, notices)
    return drive


def _import_notices(drive: Drive, folder: Path) -> None:
    for path in sorted(folder.glob(f"{sale.NOTICE}*.json")):
        with drive.stage.step(f"the operator puts {path.name} into force") as told:
            document = json.loads(path.read_text(encoding="utf-8"))
            query = {"source": "the official notice", "accept_counts": "true"}
            imported = drive.operator.post("/v1/bulletins", document, params=query)
            told.append(f"{imported['entries']} areas, {imported['unresolved']} without a code")
