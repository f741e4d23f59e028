"""Act 1: fourteen real reports of 2020, each from an appeal to a seller with a first exposure limit."""

import base64
import io
import random
from dataclasses import dataclass
from typing import Any

from PIL import Image
from stdnum.cn import uscc

from agrimarket.story.stage import Person
from agrimarket.story.supply import Drive, id_number, move_clock, new_phone
from seeds.appeals import Report, reports

LATER = 1_800
"""Seconds that pass before the review, so that urgencies, which count the hours of waiting, differ."""
COOPERATIVE_FROM = 1_000_000
"""Kilograms from which a cooperative applies instead of a single farm."""
FIRST_TONNE = "1 吨"
"""Quantity of a grower whose report names no weight."""
TUS = {"Tus-Resumable": "1.0.0"}


@dataclass
class Grower:
    """A grower out of the fourteen, with their report, the number of their appeal and their application."""

    person: Person
    report: Report
    number: str
    application: Any


def act_fourteen(drive: Drive) -> None:
    """Play act 1: fourteen growers appeal and apply; the operator approves them in the queue's order."""
    stage = drive.stage
    stage.begin_act("February and March 2020: fourteen real reports of unsold produce")
    with stage.step("each signs in with a phone's code, files the appeal, fills in the form and sends it in") as told:
        growers = [_apply(drive, report) for report in reports()]
        stage.check(len(growers) == 14, "fourteen reports")
        told.append(_told(growers))
    with stage.step("half an hour later: the review queue") as told:
        move_clock(drive, LATER)
        queue = _queue(drive, growers)
        told.append(f"first {_item(queue[0], growers)}, last {_item(queue[-1], growers)}")
    with stage.step("the operator takes and approves them in that order, up to the first limit") as told:
        limits = {_approve(drive, item["id"]) for item in queue}
        stage.check(len(limits) == 1, f"the same first limit for all, and not {limits}")
        told.append(
            f"{len(queue)} approved, each with at most CNY {limits.pop() / 100:,.0f} sold and not yet delivered"
        )
    with stage.step("all fourteen are sellers now") as told:
        states = {grower.application["id"]: _state(drive, grower) for grower in growers}
        told.append("each reads it in their own account")
    by_id = {grower.application["id"]: grower for grower in growers}
    rows = [_row(item, by_id[item["id"]], states[item["id"]]) for item in queue]
    columns = ["number", "place", "produce", "tonnes", "urgency", "state"]
    stage.table("The review queue: tonnes × hours waited ÷ days left", columns, rows)


def _row(item: Any, grower: Grower, state: str) -> list[str]:
    weights = [f"{item['tonnes']:,g}", f"{item['urgency']}"]
    return [grower.number, grower.report.region, grower.report.produce, *weights, state]


def _apply(drive: Drive, report: Report) -> Grower:
    person = Person(drive.stage, report.name, "zh-Hans")
    person.sign_in_by_phone(new_phone())
    appeal = person.post("/v1/appeals", report.appeal())
    kind = "cooperative" if (report.kilograms or 0) >= COOPERATIVE_FROM else "farmer"
    application = person.post("/v1/applications", {"kind": kind, "appeal_id": appeal["id"]})
    form = person.get(f"/v1/forms/{kind}", params={"version": application["form_version"]})
    for step in application["steps"]:
        if answers := _answers(person, application["id"], form["properties"][step["name"]], step["missing"], report):
            path = f"/v1/applications/{application['id']}/steps/{step['name']}"
            application = person.patch(path, answers, headers={"If-Match": application.etag})
    application = person.post(f"/v1/applications/{application['id']}/submit")
    drive.stage.check(application["state"] == "submitted", "a submitted application")
    return Grower(person, report, appeal["number"], application)


def _answers(
    person: Person, application_id: str, step: dict[str, Any], missing: list[str], report: Report
) -> dict[str, Any]:
    """Answers to the fields that a step still lacks, in the form's order; the appeal has filled in the others."""
    said = {
        "id_number": id_number(report.region_code),
        "credit_code": _credit_code(report.region_code),
        "company_name": f"{report.region[-3:]}{report.produce}专业合作社",
        "farm_name": f"{report.region[-3:]}{report.produce}园",
        "members": 120,
        "quantity": FIRST_TONNE,
    }
    answers: dict[str, Any] = {}
    for name in step["x-order"]:
        definition = step["properties"][name]
        if name in missing:
            if definition.get("x-input") == "file":
                answers[name] = _upload(person, application_id, f"{name}.jpg")
            else:
                answers[name] = definition["const"] if "const" in definition else said[name]
    return answers


def _credit_code(region_code: str) -> str:
    """Invented unified social credit code of a cooperative (GB 32100) with a correct check character."""
    body = f"93{region_code}{random.randrange(10**9):09}"  # noqa: S311
    return body + uscc.calc_check_digit(body)


def _upload(person: Person, application_id: str, name: str) -> str:
    """Upload a photo resumably (tus); returns the document's id."""
    picture = io.BytesIO()
    Image.new("RGB", (800, 600), (200, 190, 170)).save(picture, "JPEG")
    content = picture.getvalue()
    told = {"filename": name, "application": application_id}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
    begin = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": metadata}
    document = person.post("/v1/documents", headers=begin)["id"]
    send = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    person.call("PATCH", f"/v1/documents/{document}", content=content, headers=send, expect=204)
    return document


def _told(growers: list[Grower]) -> str:
    unnamed = sum(grower.report.kilograms is None for grower in growers)
    kinds = [grower.application["kind"] for grower in growers]
    return (
        f"{kinds.count('farmer')} farmers and {kinds.count('cooperative')} cooperatives; "
        f"{unnamed} reports name no weight, so those growers offer a first tonne"
    )


def _queue(drive: Drive, growers: list[Grower]) -> list[Any]:
    """Queue entries of the fourteen, in the order of the operator's queue, in which others may wait too."""
    ours = {grower.application["id"] for grower in growers}
    page = drive.operator.get("/v1/review/applications")
    found = page["items"]
    while page["next"]:
        page = drive.operator.get("/v1/review/applications", params={"cursor": page["next"]})
        found += page["items"]
    found = [item for item in found if item["id"] in ours]
    stage = drive.stage
    stage.check(len(found) == len(growers), f"all {len(growers)} in the queue, and not {len(found)}")
    urgencies = [item["urgency"] for item in found]
    stage.check(urgencies == sorted(urgencies, reverse=True), "the queue in order of urgency")
    report_of = {grower.application["id"]: grower.report for grower in growers}
    order = [(report_of[item["id"]].region_code, item["product"]) for item in found]
    pineapples, berries = ("440825", "菠萝"), ("222401", "草莓")
    stage.check(order.index(pineapples) < order.index(berries), "Xuwen's pineapples before Yanji's strawberries")
    return found


def _item(item: Any, growers: list[Grower]) -> str:
    report = next(grower.report for grower in growers if grower.application["id"] == item["id"])
    return f"{report.region[-3:]}{report.produce} ({item['tonnes']:,g} t, {item['days_left']:g} days left)"


def _approve(drive: Drive, application_id: str) -> int:
    """Hold an application and approve it without naming a limit; returns the first limit, in minor units."""
    path = f"/v1/review/applications/{application_id}"
    held = drive.operator.post(f"{path}/claim")
    done = drive.operator.post(f"{path}/approve", {"fence": held["fence"]})["application"]
    drive.stage.check(bool(done["exposure_limit"]), "an exposure limit before everything is verified")
    return done["exposure_limit"]["amount"]


def _state(drive: Drive, grower: Grower) -> str:
    """The application's state and the seller's standing, as the grower reads them in their account."""
    state = grower.person.get(f"/v1/applications/{grower.application['id']}")["state"]
    seller: dict[str, Any] | None = grower.person.get("/v1/me")["seller"]
    standing = seller["standing"] if seller else None
    drive.stage.check(state == "approved", f"an approved application, and not {state}")
    drive.stage.check(standing == "limited", f"a seller within a limit, and not {standing}")
    return f"{state}, {standing}"
