"""One field through every door that it has: page, API, file and drive take and refuse the same, for the same reason."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from pydantic import ValidationError

from agrimarket.accounts.schemas.sign_in import CodeRequestIn
from agrimarket.catalog import rules
from agrimarket.catalog.errors import HarvestAhead, HarvestNotYet
from agrimarket.catalog.rules import MAX_EXPECTED
from agrimarket.http.formdata import read_form
from agrimarket.integrations.sheets import read, write_csv
from agrimarket.kernel import clock, ratelimit
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.resources import reference
from agrimarket.onboarding.forms import definitions, validation
from agrimarket.onboarding.imports import columns
from agrimarket.onboarding.imports import rows as member_rows
from agrimarket.onboarding.pages import answers
from agrimarket.onboarding.schemas.appeals import AppealIn
from agrimarket.orders.schemas.checkouts import AddressIn
from agrimarket.typed import identifiers
from agrimarket.typed.text import line
from tests.factories import onboarding as make
from tests.factories.imports import HEADER, csv_of
from tests.factories.imports import line as member
from tests.support.browser import Browser
from tests.support.rows import count

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text(
    st.sampled_from("\x07\x0b\x85\u00ad\u200b\u200d\u202e\u2066\ufeff\u3164 \t\n王a1\U0003158e\U0001fa77"), max_size=6
)
SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def _api(typed: str) -> str | None:
    """The name as the API keeps it; None if it is refused."""
    try:
        return AppealIn.model_validate({**make.appeal_body(), "name": typed}).name
    except ValidationError:
        return None


def _file(typed: str) -> str | None:
    row = member(1)
    row[HEADER.index("姓名")] = typed
    try:
        sheet = read(write_csv(HEADER, [row]), columns.known)
    except Exception:  # a NUL, or a cell that is none
        return None
    (checked,) = member_rows.check(columns.find(sheet.header), sheet.rows, {make.DONGGANG: make.DONGGANG})
    return checked.values["name"] if checked.values else None


def _page(typed: str) -> str | None:
    form = definitions.form("farmer")
    data: dict[str, Any] = read_form(urlencode({"legal_name": typed}).encode())
    said = answers.read(form.step("identity"), data, "zh-Hans").get("legal_name")
    try:
        return validation.check(form, form.step("identity"), {"legal_name": said})["legal_name"] if said else None
    except Exception:  # refused
        return None


@SETTINGS
@given(ANY)
@example("王𱖎")
@example("\ufeff王芳\u200e")
@example("王芳\x0b")
def test_page_api_and_file_keep_the_same_name_or_none(typed: str) -> None:
    by_api = _api(typed)
    assert _page(typed) == by_api
    if "\0" not in typed:  # no file with one is read
        assert _file(typed) == by_api


PHONES = [
    ("139OOO12345", "letters"),
    ("139abcdefgh", "letters"),
    ("1-800-FLOWERS", "letters"),
    ("1390001234Ⅴ", "letters"),
    ("13800138000x12", "extension"),
    ("13800138000转8", "extension"),
    ("13800138000/13900139000", "two"),
    ("+86 138", "unreadable"),
    ("1380013800.0", "unreadable"),
    ("138****8000", "unreadable"),
]


@pytest.mark.parametrize(("typed", "why"), PHONES)
def test_no_door_guesses_a_telephone(client: TestClient[Litestar], db: Database, typed: str, why: str) -> None:
    ratelimit._limiters.cache_clear()  # pyright: ignore[reportPrivateUsage]
    asked = client.post("/v1/auth/codes", json={"phone": typed})
    assert (asked.status_code, asked.json()["errors"][0]["code"]) == (422, f"phone_{why}")
    appeal = client.post("/v1/appeals", json={**make.appeal_body(), "phone": typed, "code": "123456"})
    assert (appeal.status_code, appeal.json()["errors"][0]["code"]) == (422, f"phone_{why}")
    browser = Browser(client)
    browser.get("/sign-in")
    page = browser.post("/sign-in/code", phone=typed)
    assert browser.status == 422
    assert 'id="phone-error"' in page
    (row,) = member_rows.check(columns.find(HEADER), [(2, member(1, phone=typed))], {make.DONGGANG: make.DONGGANG})
    assert [fault.code for fault in row.faults] == [f"phone_{why}"]
    with pytest.raises(ValidationError, match=f"phone_{why}"):
        AddressIn(recipient="王芳", phone=typed, region_code="310115", street="锦绣路 1 号")
    assert count(db, "sign_in_code") == 0


@pytest.mark.parametrize(
    "typed",
    [
        "１３８ ００１３ ８０００",
        "+86-138-0013-8000",
        "0086 13800138000",
        "'13800138000",
        "tel:13800138000",
        "+86 +86 138 0013 8000",
        "电话：13800138000，",
        "\u202d138\u00a00013\u00a08000\u202c",
        "13800138000.0",
    ],
)
def test_every_door_calls_the_digits_that_were_typed(typed: str) -> None:
    assert CodeRequestIn(phone=typed).phone == "+8613800138000"
    assert AddressIn(recipient="王芳", phone=typed, region_code="310115", street="1").phone == "+8613800138000"
    (row,) = member_rows.check(columns.find(HEADER), [(2, member(1, phone=typed))], {make.DONGGANG: make.DONGGANG})
    assert row.values is not None
    assert row.values["phone"] == "+8613800138000"


def _number(born: str) -> str:
    body = f"210681{born}001"
    return next(body + end for end in "0123456789X" if _adds_up(body + end))


def _adds_up(number: str) -> bool:
    try:
        return identifiers.id_number(number) == number
    except ValueError:
        return False


def _save(client: TestClient[Litestar], who: make.SignedIn, step: str, given_: dict[str, Any], kind: str) -> Any:
    begun = client.post("/v1/applications", json={"kind": kind}, headers=who.headers).json()
    headers = {**who.headers, "If-Match": f'"{begun["version"]}"'}
    return client.patch(f"/v1/applications/{begun['id']}/steps/{step}", json=given_, headers=headers)


@pytest.mark.parametrize(
    ("step", "given_", "pointer", "code"),
    [
        ("identity", {"id_number": "21068120990101001X"}, "/id_number", "id_not_born"),
        ("identity", {"id_number": _number("18000101")}, "/id_number", "id_too_long_ago"),
        ("identity", {"id_number": _number("20211120")}, "/id_number", "id_not_adult"),
        ("identity", {"id_number": "210681800101001"}, "/id_number", "cn_id_old"),
        ("identity", {"id_number": "H12345678"}, "/id_number", "cn_id_passport"),
        ("identity", {"credit_code": make.id_number_of(5)}, "/credit_code", "cn_credit_code_is_id"),
        ("identity", {"credit_code": "91350203M000IQKT19"}, "/credit_code", "cn_credit_code_letters"),
        ("produce", {"spoils_on": "2199-12-31"}, "/spoils_on", "date_too_far"),
        ("produce", {"spoils_on": "9999-12-31"}, "/spoils_on", "date_too_far"),
        ("produce", {"spoils_on": "0001-01-01"}, "/spoils_on", "date_past"),
        ("payout", {"account_number": "6214832018989180"}, "/account_number", "bank_number_unlike_card"),
    ],
)
def test_an_answer_that_cannot_be_says_why(
    client: TestClient[Litestar], farmer: make.SignedIn, step: str, given_: dict[str, Any], pointer: str, code: str
) -> None:
    answer = _save(client, farmer, step, given_, "cooperative")
    assert answer.status_code == 422, answer.text
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]
    assert "{" not in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("step", "given_"),
    [
        ("identity", {"legal_name": "王𱖎"}),
        ("identity", {"legal_name": "佤"}),
        ("identity", {"credit_code": "91350203M0001QKT19"}),
        ("identity", {"credit_code": "'N221 0681 MA01—234567"}),
        ("identity", {"id_number": make.id_number_of(3).replace("X", "×")}),
        ("needs", {"needs_note": "请帮忙👩\u200d🌾\r\n谢谢🩷"}),
        ("payout", {"account_number": "6214832018989180", "account_number_confirmed": True}),
        ("payout", {"account_number": "12345678"}),
        ("produce", {"spoils_on": make.SPOILS_ON.replace("-", "/")}),
    ],
)
def test_a_good_answer_is_taken(
    client: TestClient[Litestar], farmer: make.SignedIn, step: str, given_: dict[str, Any]
) -> None:
    answer = _save(client, farmer, step, given_, "cooperative")
    assert answer.status_code == 200, answer.text
    assert "account_number_confirmed" not in answer.text


def test_a_page_asks_once_more_about_a_number_unlike_a_cards(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn
) -> None:
    with placed.transaction() as session:
        application = make.draft(session, farmer.principal, make.farmer_answers(3)).application
    browser = Browser(client, session=farmer.token)
    path = f"/applications/{reference('application', application.id)}/payout"
    typed = {
        "payout_method": "manual",
        "bank_name": "农业银行",
        "account_holder": "王秀英",
        "account_number": "6214832018989180",
    }
    assert "account_number_confirmed" not in browser.get(path)
    asked = browser.post(path, **typed)
    assert browser.status == 422
    assert 'name="account_number_confirmed"' in asked
    assert 'value="6214832018989180"' in asked
    browser.post(path, **typed, account_number_confirmed="yes")
    assert browser.status == 200
    assert count(placed, "application_secret WHERE field = 'account_number'") == 1


def test_a_credit_code_that_does_not_add_up_is_a_line_of_the_reviewers_checklist(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    given_ = {"company_name": "东港草莓合作社", "credit_code": "91350203M0001QKT19"}
    begun = _save(client, farmer, "identity", given_, "cooperative").json()
    path = f"/v1/review/applications/{begun['id']}"
    checklist = client.get(path, headers=reviewer.headers).json()["checklist"]
    assert ("credit_code_seen", "verified", False) in [(row["name"], row["proof"], row["met"]) for row in checklist]


@pytest.mark.parametrize("ahead", [1, 30, 60, 61, 26_000])
def test_a_day_of_birth_or_harvest_is_measured_by_the_databases_clock(placed: Database, ahead: int) -> None:
    with placed.reading() as session:
        now = clock.read(session)
    today = now.astimezone(PEOPLES_ZONE).date()
    assert rules.china_day(now) == today
    rules.check_harvested(today, today)
    with pytest.raises(HarvestNotYet):
        rules.check_harvested(today + timedelta(days=ahead), today)
    if ahead <= MAX_EXPECTED.days:
        assert rules.expected_share(today + timedelta(days=ahead), today, None, 8_000) == 8_000
    else:
        with pytest.raises(HarvestAhead) as refused:
            rules.expected_share(today + timedelta(days=ahead), today, None, 8_000)
        assert refused.value.values["days"] == MAX_EXPECTED.days


def test_a_name_in_an_old_encoding_is_read_as_it_is_written_today() -> None:
    content = csv_of([member(1, name="龴芳")], encoding="gb18030")
    sheet = read(content.replace("龴".encode("gb18030"), bytes.fromhex("FE59")), columns.known)
    assert sheet.rows[0][1][0] == line("\u9fb4芳")
