"""Numbers and weights as people type them, through pages, API and files alike."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.http import weights
from agrimarket.integrations import sheets
from agrimarket.integrations.sheet_errors import ColumnTwice
from agrimarket.kernel.db import Database
from agrimarket.onboarding.errors import WeightUnclear
from agrimarket.onboarding.imports import columns
from agrimarket.onboarding.imports import rows as member_rows
from agrimarket.onboarding.imports.rows import CheckedRow
from tests.factories import imports as member_files
from tests.factories import onboarding as make
from tests.factories.imports import HEADER, line
from tests.factories.onboarding import DONGGANG
from tests.support.browser import Browser

Client = TestClient[Litestar]
WRITTEN = [
    ("1,5吨", 1_500_000),
    ("1,200kg", 1_200_000),
    ("1，200公斤", 1_200_000),
    ("12,000", 12_000_000),
    ("三百斤", 150_000),
    ("5百公斤", 500_000),
    ("一吨半", 1_500_000),
    ("半吨", 500_000),
    ("1万2千斤", 6_000_000),
    ("500斤左右", 250_000),
    ("约500斤", 250_000),
    ("1.5w斤", 7_500_000),
    ("兩千斤", 1_000_000),
    ("1½吨", 1_500_000),
    ("共500斤整", 250_000),
    ("5 MT", 5_000_000),
]
"""Weights with their grams; a bare number is in kilograms."""


def answers_of(db: Database) -> dict[str, Any]:
    with db.reading() as session:
        return session.connection().execute(text("SELECT answers FROM application")).scalar_one()


def grams_of(db: Database, table: str = "application") -> int:
    with db.reading() as session:
        return session.connection().execute(text(f"SELECT grams FROM {table}")).scalar_one()


def of_file(content: bytes) -> list[CheckedRow]:
    """Rows of a file, as the dry run judges them."""
    sheet = sheets.read(content, columns.known)
    return member_rows.check(columns.find(sheet.header, sheet.delimiter), sheet.rows, {DONGGANG: DONGGANG})


def quantity_under(header: str, cell: str, beside: str = "") -> tuple[int | None, str]:
    """Grams of a cell under that header, with `beside` in a column 单位; and the code of its fault."""
    head = [header if name == "数量" else name for name in HEADER]
    row = line(1, quantity=cell)
    if beside:
        head, row = [*head, "单位"], [*row, beside]
    (checked,) = member_rows.check(columns.find(head), [(2, row)], {DONGGANG: DONGGANG})
    fault = next((fault.code for fault in checked.faults), "")
    return (checked.values["grams"] if checked.values else None), fault


@pytest.mark.parametrize(("typed", "grams"), WRITTEN)
def test_an_appeal_over_the_api_has_the_weight_that_is_meant(
    client: Client, farmer: make.SignedIn, typed: str, grams: int
) -> None:
    filed = client.post("/v1/appeals", json=make.appeal_body(quantity=typed), headers=farmer.headers).json()
    assert (filed["quantity"], filed["quantity_text"]) == ({"grams": grams}, typed)


@pytest.mark.parametrize(("typed", "grams"), WRITTEN)
def test_a_cell_of_a_file_has_the_weight_that_is_meant(typed: str, grams: int) -> None:
    assert quantity_under("数量", typed) == (grams, "")


@pytest.mark.parametrize(
    ("typed", "unit", "grams"),
    [
        ("1.2万", "jin", 6_000_000),
        ("1.2万", "t", 12_000_000_000),
        ("三百", "jin", 150_000),
        ("半", "t", 500_000),
        ("1,5", "t", 1_500_000),
        ("约500", "jin", 250_000),
        ("500斤", "kg", 250_000),
        ("500斤", "jin", 250_000),
        ("一吨半", "kg", 1_500_000),
        ("2w", "jin", 10_000_000),
        ("一千二", "jin", 600_000),
        ("1½", "t", 1_500_000),
    ],
)
def test_on_a_page_the_unit_that_is_written_or_chosen_holds(
    browser: Browser, farmer: make.SignedIn, placed: Database, typed: str, unit: str, grams: int
) -> None:
    browser.become(farmer.token).get("/apply")
    browser.post("/apply", kind="farmer")
    base = browser.path
    browser.get(f"{base}/produce")
    browser.post(f"{base}/produce", product="草莓", quantity=typed, quantity_unit=unit, spoils_on="")
    assert grams_of(placed) == grams
    assert "=" in weights.conversion(weights.typed({"q": typed, "q_unit": unit}, "q", "en"), "en")


def test_on_a_page_two_units_are_refused_and_given_back(browser: Browser) -> None:
    browser.get("/appeal/produce")
    shown = browser.post("/appeal/produce", product="草莓", quantity="500斤", quantity_unit="t", spoils_in_days="三天")
    assert browser.status == 422
    assert 'value="500斤"' in shown
    assert '<option value="t" selected>' in shown
    assert 'value="三天"' in shown
    assert 'href="#spoils_in_days"' not in shown, "that is read"
    shown = browser.post("/appeal/produce", product="草莓", quantity="10-20", quantity_unit="t", spoils_in_days="3天")
    assert (browser.status, 'value="10-20"' in shown) == (422, True)
    assert "例如 20 t" in shown


@pytest.mark.parametrize(
    ("typed", "kept"), [("1,5", 1.5), ("１．５", 1.5), ("三亩", 3), ("1亩半", 1.5), ("1,200亩", 1200)]
)
def test_land_is_read_on_its_page(
    browser: Browser, farmer: make.SignedIn, placed: Database, typed: str, kept: float
) -> None:
    browser.become(farmer.token).get("/apply")
    browser.post("/apply", kind="farmer")
    base = browser.path
    browser.get(f"{base}/farm")
    browser.post(f"{base}/farm", farm_name="王家草莓", region="丹东 东港", village="", land_mu=typed)
    assert answers_of(placed)["farm"]["land_mu"] == kept


@pytest.mark.parametrize(
    ("typed", "kept", "says"),
    [
        ("一百二十户", 120, ""),
        ("1,200人", 1200, ""),
        ("100,5", None, "整数"),
        ("1_0", None, "整数"),
        ("10-20", None, "最接近"),
        ("1e3", None, "整数"),
    ],
)
def test_members_are_whole_people(
    browser: Browser, farmer: make.SignedIn, placed: Database, typed: str, kept: int | None, says: str
) -> None:
    browser.become(farmer.token).get("/apply")
    browser.post("/apply", kind="cooperative")
    base = browser.path
    browser.get(f"{base}/business")
    shown = browser.post(f"{base}/business", farm_name="合作社", region="丹东 东港", members=typed, land_mu="")
    assert answers_of(placed)["business"].get("members") == kept
    if kept is None:
        assert (browser.status, f'value="{typed}"' in shown) == (422, True)
        assert says in shown


@pytest.mark.parametrize(
    ("typed", "days"), [("３", 3), ("3天", 3), ("三天", 3), (" 3 日 ", 3), ("十天左右", 10), (3, 3)]
)
def test_days_are_read_wherever_they_are_asked(
    client: Client, farmer: make.SignedIn, browser: Browser, typed: str | int, days: int
) -> None:
    body = make.appeal_body(spoils_in_days=typed)
    filed = client.post("/v1/appeals", json=body, headers=farmer.headers)
    sure = client.post("/v1/appeals", json=make.appeal_body(spoils_in_days=days), headers=farmer.headers)
    assert filed.status_code == 201, filed.text
    assert filed.json()["spoils_at"][:16] == sure.json()["spoils_at"][:16]
    (row,) = member_rows.check(columns.find(HEADER), [(2, line(1, spoils_in_days=str(typed)))], {DONGGANG: DONGGANG})
    assert row.values is not None
    assert row.values["spoils_in_days"] == days
    browser.get("/appeal/produce")
    browser.post("/appeal/produce", product="草莓", quantity="", spoils_in_days=str(typed))
    assert browser.path == "/appeal/place"


@pytest.mark.parametrize("typed", ["1_0", "1.5天", "3周", "三五天", "3-5天", "", "很久", True, 2.5])
def test_what_is_no_number_of_days_is_refused(client: Client, farmer: make.SignedIn, typed: Any) -> None:
    answer = client.post("/v1/appeals", json=make.appeal_body(spoils_in_days=typed), headers=farmer.headers)
    assert answer.status_code == 422
    assert [entry["pointer"] for entry in answer.json()["errors"]] == ["/spoils_in_days"]


@pytest.mark.parametrize(("typed", "example"), [("10-20吨", "20吨"), ("一车斤", "500斤"), ("lots of jin", "500 jin")])
def test_a_refusal_has_the_nearest_example(client: Client, farmer: make.SignedIn, typed: str, example: str) -> None:
    answer = client.post("/v1/appeals", json=make.appeal_body(quantity=typed), headers=farmer.headers)
    assert answer.status_code == 422
    (problem,) = answer.json()["errors"]
    assert problem["pointer"] == "/quantity"
    assert example in problem["detail"]


@pytest.mark.parametrize(
    ("header", "cell", "grams"),
    [
        ("数量（斤，约）", "500", 250_000),
        ("Quantity (jin, est.)", "500", 250_000),
        ("Weight (metric tons)", "500", 500_000_000),
        ("数量/斤", "500", 250_000),
        ("数量：公斤", "500", 500_000),
        ("重量kg", "500", 500_000),
        ("Quantity in kg", "500", 500_000),
        ("预计产量（万斤）", "1.2", 6_000_000),
        ("斤数", "约500", 250_000),
        ("数量（必填）", "500", 500_000),
        ("数量（筐）", "500斤", 250_000),
    ],
)
def test_the_unit_of_a_header_holds(header: str, cell: str, grams: int) -> None:
    assert quantity_under(header, cell) == (grams, "")


@pytest.mark.parametrize(
    ("header", "cell", "beside", "found"),
    [
        ("数量", "500", "斤", (250_000, "")),
        ("数量", "500斤", "斤", (250_000, "")),
        ("数量", "500", "吨", (500_000_000, "")),
        ("数量", "500斤", "吨", (None, "quantity_two_units")),
        ("数量", "500", "箱", (None, "bulk_unit_unknown")),
        ("数量（斤）", "500", "东港合作社", (250_000, "")),
        ("数量（筐）", "500", "", (None, "bulk_unit_unknown")),
        ("数量（斤）", "10-20", "", (None, "number_vague")),
        ("数量（万斤）", "1.2万", "", (None, "quantity_unreadable")),
    ],
)
def test_a_unit_is_never_dropped(header: str, cell: str, beside: str, found: tuple[int | None, str]) -> None:
    assert quantity_under(header, cell, beside) == found


@pytest.mark.parametrize("header", ["每箱重量（斤）", "可供（吨）", "数量/单位", "Total weight per box"])
def test_a_column_that_looks_like_a_weight_is_not_dropped_without_a_word(header: str) -> None:
    with pytest.raises(WeightUnclear) as refusal:
        columns.find([header if name == "数量" else name for name in HEADER])
    assert refusal.value.values["header"] == header
    assert columns.find([*HEADER, "每箱重量（斤）"]).at["quantity"] == 4


def test_prices_are_no_weights_and_units_stand_once() -> None:
    without = [name for name in HEADER if name != "数量"]
    assert "quantity" not in columns.find([*without, "单价（元/斤）", "Price per kg"]).at
    with pytest.raises(ColumnTwice):
        columns.find([*HEADER, "单位", "计量单位"])


@pytest.mark.parametrize(
    ("cell", "found"),
    [("0,75 t", 750_000), ("1.234,5 kg", 1_234_500), ("1,200 t", "number_ambiguous"), ("1.200 t", "number_ambiguous")],
)
def test_a_file_with_semicolons_has_decimal_commas(cell: str, found: int | str) -> None:
    content = "\n".join(";".join(cells) for cells in (HEADER, line(1, quantity=cell))).encode()
    (row,) = of_file(content)
    assert (row.values["grams"] if row.values else row.faults[0].code) == found


def test_an_unclear_column_is_told_over_the_api(client: Client, coop: make.SignedIn) -> None:
    head = ["每箱重量（斤）" if name == "数量" else name for name in HEADER]
    answer = member_files.upload(client, coop, member_files.csv_of([line(1)], head))
    assert (answer.status_code, answer.json()["code"]) == (422, "bulk.weight_unclear")
    assert "每箱重量（斤）" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-Hans", "500 斤 = 250 公斤"), ("zh-Hant", "500 斤 = 250 公斤"), ("en", "500 jin = 250 kg")],
)
def test_a_conversion_is_shown_in_the_readers_language(language: str, said: str) -> None:
    assert weights.conversion("500jin", language) == said
    assert weights.conversion("许多", language) == ""
