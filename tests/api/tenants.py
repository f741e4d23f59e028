"""Strangers at every door: what they are told and not told; and owners, for whom the doors open."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from httpx import Response
from pypdf import PdfReader

from tests.api.doors import PUBLIC, Door, House, Knock, knock, knocks, strange_ids, told, undone, written
from tests.api.estate import TUS, Estate, tus_metadata
from tests.factories.accounts import Somebody
from tests.factories.orders import ADDRESS

PARTY = "the purchase's other seller"
PARTY_KNOWS = (ADDRESS.recipient, ADDRESS.street, "group_id", "grp")
"""Values that the other seller knows, who sends a part of the same purchase to the same address; no leak."""
LOOKED = (409, 412, "coaching.coach_not_eligible")
"""Refusals that an owner gets after the id was accepted, for another reason."""


@dataclass
class Found:
    """Number of pairs of a route and a tenant that were tried, and the faults."""

    pairs: int = 0
    wrong: list[str] = field(default_factory=list)


def doors(house: House) -> list[Door]:
    """Doors that take an id and are not open to everybody."""
    every = [*house.operations(), *house.pages(), *house.bodies()]
    return [door for door in every if (door.method, door.path) not in PUBLIC]


def try_doors(estate: Estate, house: House) -> Found:
    """Try every stranger with others' ids at every door: refused as if there were nothing, and nothing is written."""
    found = Found()
    strange = strange_ids(estate)
    for door in doors(house):
        with undone(estate) as connection:
            for at in knocks(door):
                nothing: dict[tuple[int, bool], tuple[int, str]] = {}
                for name, who in estate.strangers.items():
                    before = written(connection)
                    answer = knock(estate, house, at, estate.ids, who)
                    wrote = written(connection) - before
                    found.pairs += 1
                    problems = list(_leaks(estate, name, answer))
                    if answer.status_code not in door.expected(who):
                        problems.append(f"{answer.status_code} {answer.text[:200]}")
                    if answer.is_error and wrote:
                        problems.append(f"{wrote} rows written")
                    if answer.status_code not in (401, 403, 303):
                        key = answer.status_code, who is None  # a page shows a visitor the way to sign in
                        if key not in nothing:
                            nothing[key] = told(knock(estate, house, at, strange, who), strange)
                        if answer.status_code != 409 and told(answer, estate.ids) != nothing[key]:
                            problems.append(f"told apart from nothing: {nothing[key]}")
                    found.wrong += [f"{door} {dict(at.words)} by {name}: {problem}" for problem in problems]
    return found


def _leaks(estate: Estate, name: str, answer: Response, *, ids: bool = False) -> Iterator[str]:
    known = PARTY_KNOWS if name == PARTY else ()
    text = _text(answer)
    for secret in estate.secrets:
        if secret not in known and secret in text:
            yield f"tells {secret}"
    for parameter, value in estate.ids.items() if ids else ():
        if parameter not in (*_PUBLIC_IDS, *known) and value in text:
            yield f"tells {parameter}"


def _text(answer: Response) -> str:
    """What somebody reads in the answer."""
    if answer.headers.get("content-type") == "application/pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    return answer.text


_PUBLIC_IDS = {
    "product_id",
    "prd",
    "bulletin_id",
    "bul",
    "rumour_id",
    "rum",
    "rebuttal_id",
    "reb",
    "requirement_id",
    "psr",
    "lot_id",
    "lot",
    "seller_id",
    "sel",
    "listing_in_cart",
    "listing_photo_id",
    "lph",
}
"""Ids that anybody may know: produce, notices, rumours and where passes are asked for; a listing names its lot."""


def try_lists(estate: Estate, house: House) -> Found:
    """Check that no list that a stranger reads has anything of the owners in it."""
    found = Found()
    for door in house.lists():
        with undone(estate):
            for name, who in estate.strangers.items():
                answer = knock(estate, house, Knock(door, {}), estate.ids, who)
                found.pairs += 1
                problems = list(_leaks(estate, name, answer, ids=True))
                if answer.status_code not in (200, 303, 401, 403, 404, 409, 422):  # 409: nothing to print
                    problems.append(f"{answer.status_code} {answer.text[:200]}")
                found.wrong += [f"{door} by {name}: {problem}" for problem in problems]
    return found


def try_asides(estate: Estate) -> Found:
    """Try ids where the OpenAPI cannot show them: an upload's metadata, a form's field, an answer by its own schema."""
    found = Found()
    strange = strange_ids(estate)
    for name, who in estate.strangers.items():
        for what, foreign, unknown in _asides(estate, who, strange):
            found.pairs += 1
            problems = list(_leaks(estate, name, foreign))
            if foreign.status_code not in ((401,) if who is None else (403, 404, 422)):
                problems.append(f"{foreign.status_code} {foreign.text[:200]}")
            if told(foreign, estate.ids) != told(unknown, strange):
                problems.append(f"told apart from nothing: {unknown.text[:200]}")
            found.wrong += [f"{what} by {name}: {problem}" for problem in problems]
    return found


def _asides(estate: Estate, who: Somebody | None, strange: dict[str, str]) -> Iterator[tuple[str, Response, Response]]:
    headers = who.headers if who else {}

    def upload(ids: Any) -> Response:
        begin = {**TUS, "Upload-Length": "10", "Upload-Metadata": tus_metadata(application=ids["application_id"])}
        return estate.client.post("/v1/documents", headers={**headers, **begin})

    def photo(ids: Any) -> Response:
        begin = {**TUS, "Upload-Length": "10", "Upload-Metadata": tus_metadata(appeal=ids["appeal_id"])}
        return estate.client.post("/v1/documents", headers={**headers, **begin})

    def load(ids: Any) -> Response:
        file = {"file": ("members.csv", b"x")}
        behalf = {"on_behalf_of": ids["application_id"]}
        return estate.client.post("/v1/imports", files=file, data=behalf, headers=headers)

    asked = [
        ("an upload for an application", upload),
        ("a photo of an appeal", photo),
        ("a file on behalf of an applicant", load),
    ]
    mine = estate.client.get("/v1/applications", headers=headers).json().get("items")
    if mine:
        path = f"/v1/applications/{mine[0]['id']}/steps/documents"
        tagged = {**headers, "If-Match": f'"{mine[0]["version"]}"'}

        def answer(ids: Any) -> Response:
            return estate.client.patch(path, json={"id_photo": ids["document_id"]}, headers=tagged)

        asked.append(("a document as an answer of one's own", answer))
    for what, act in asked:
        with undone(estate):
            yield what, act(estate.ids), act(strange)


def shut(estate: Estate, house: House) -> list[str]:
    """Doors that open for no owner, so that a stranger's refusal there would prove nothing."""
    found: list[str] = []
    for at in (at for door in doors(house) for at in knocks(door)):
        answers: dict[str, int] = {}
        for name, who in estate.owners.items():
            with undone(estate):
                answer = knock(estate, house, at, estate.ids, who)
            answers[name] = answer.status_code
            shown_again = at.door.page and answer.status_code in (415, 422)  # the form, or a file that is not one
            if answer.is_success or answer.is_redirect or shown_again or _looked(answer):
                break
        else:
            found.append(f"{at.door} {dict(at.words)}: {answers}")
    return found


def _looked(answer: Response) -> bool:
    said = "json" in answer.headers.get("content-type", "") and answer.text
    return answer.status_code in LOOKED or bool(said and answer.json().get("code") in LOOKED)


def without_example(estate: Estate, house: House) -> set[str]:
    """Parameters of paths that `estate` has no id for."""
    return {name for door in doors(house) for name in door.names if name.endswith("_id")} - {*estate.ids}
