"""Rows of imports, with everything that can be right or wrong in them."""

import pytest

from agrimarket.integrations.sheet_errors import ColumnsMissing, ColumnTwice
from agrimarket.integrations.sheet_rows import Fault
from agrimarket.onboarding.imports import columns
from agrimarket.onboarding.imports import rows as member_rows
from agrimarket.onboarding.imports.rows import CheckedRow
from tests.factories.imports import HEADER, line
from tests.factories.onboarding import DONGGANG

REGIONS = {
    DONGGANG: DONGGANG,
    "东港": Fault("region", "bulk_region_ambiguous", {"candidates": "…"}),
    "东港市": DONGGANG,
}


def check(*rows: list[str], header: tuple[str, ...] = HEADER) -> list[CheckedRow]:
    return member_rows.check(columns.find(header), list(enumerate(rows, 2)), REGIONS)


def faults(*rows: list[str], header: tuple[str, ...] = HEADER) -> list[tuple[int, str, str]]:
    return [(row.number, fault.column, fault.code) for row in check(*rows, header=header) for fault in row.faults]


def test_a_right_row_is_read() -> None:
    (row,) = check(
        line(1, region="东港市", quantity="1.2万斤", spoils_in_days="３ 天", phone="138-2000 0001", note="路通")
    )
    assert row.faults == []
    assert row.values == {
        "name": "社员1",
        "phone": "+8613820000001",
        "region_code": DONGGANG,
        "product": "草莓",
        "spoils_in_days": 3,
        "note": "路通",
        "grams": 6_000_000,
        "quantity_text": "1.2万斤",
    }


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"name": ""}, "name", "missing"),
        ({"name": "王" * 61}, "name", "string_too_long"),
        ({"name": "王\u202e英"}, "name", "text_invisible"),
        ({"name": "王\x07"}, "name", "text_unprintable"),
        ({"phone": ""}, "phone", "missing"),
        ({"phone": "1380013800"}, "phone", "phone_unreadable"),
        ({"phone": "010-62345678"}, "phone", "phone_unreadable"),
        ({"phone": "1.38E+10"}, "phone", "bulk_phone_rounded"),
        ({"phone": "=A1"}, "phone", "bulk_formula"),
        ({"region": ""}, "region", "missing"),
        ({"region": "东港"}, "region", "bulk_region_ambiguous"),
        ({"region": '=HYPERLINK("x")'}, "region", "bulk_formula"),
        ({"produce": ""}, "produce", "missing"),
        ({"quantity": "许多"}, "quantity", "quantity_unreadable"),
        ({"quantity": "0斤"}, "quantity", "quantity_out_of_range"),
        ({"quantity": "-5斤"}, "quantity", "quantity_unreadable"),
        ({"quantity": "=1+1"}, "quantity", "bulk_formula"),
        ({"quantity": "9" * 30 + "吨"}, "quantity", "quantity_out_of_range"),
        ({"spoils_in_days": ""}, "spoils_in_days", "missing"),
        ({"spoils_in_days": "好多天"}, "spoils_in_days", "bulk_days"),
        ({"spoils_in_days": "1_0"}, "spoils_in_days", "bulk_days"),
        ({"spoils_in_days": "3-5天"}, "spoils_in_days", "number_vague"),
        ({"spoils_in_days": "1.5"}, "spoils_in_days", "bulk_days"),
        ({"spoils_in_days": "-1"}, "spoils_in_days", "greater_than_equal"),
        ({"spoils_in_days": "400"}, "spoils_in_days", "less_than_equal"),
        ({"note": "长" * 4_001}, "note", "string_too_long"),
    ],
)
def test_each_wrong_cell_is_told_in_its_column(changes: dict[str, str], column: str, code: str) -> None:
    assert faults(line(1, **changes)) == [(2, column, code)]


def test_all_that_is_wrong_is_told_at_once_in_the_columns_order() -> None:
    bad = line(1, name="", phone="x", quantity="许多", spoils_in_days="?")
    assert [column for _, column, _ in faults(line(2), bad, line(3))] == ["name", "phone", "quantity", "spoils_in_days"]


def test_what_nobody_can_say_yet_may_be_left_out() -> None:
    (row,) = check(line(1, quantity="", note=""))
    assert row.values is not None
    assert (row.values["grams"], row.values["quantity_text"], row.values["note"]) == (None, "", None)


def test_the_same_member_and_produce_twice_is_told_at_the_later_row() -> None:
    again = line(1, produce="草 莓", phone="+86 138 2000 0001")
    assert faults(line(1), line(1, produce="苹果"), again) == [(4, "phone", "bulk_repeated")]


def test_a_formula_in_a_name_is_a_name() -> None:
    (row,) = check(line(1, name='=HYPERLINK("http://x")', note="+1"))
    assert row.values is not None
    assert (row.values["name"], row.values["note"]) == ('=HYPERLINK("http://x")', "+1")


def test_cells_beyond_the_header_are_told() -> None:
    assert faults([*line(1, note="a"), "b"]) == [(2, "", "bulk_cells_extra")]


@pytest.mark.parametrize(
    ("head", "grams"),
    [("数量（斤）", 250_000), ("数量(单位:吨)", 500_000_000), ("Quantity [kg]", 500_000), ("重量", 500_000)],
)
def test_a_unit_in_the_header_holds_for_bare_numbers(head: str, grams: int) -> None:
    header = tuple(head if cell == "数量" else cell for cell in HEADER)
    bare, written = check(line(1, quantity="500"), line(2, quantity="1kg"), header=header)
    assert bare.values is not None
    assert written.values is not None
    assert (bare.values["grams"], written.values["grams"]) == (grams, 1_000)


def test_headers_in_any_order_and_language_with_others_between() -> None:
    header = ("Note", "SPOILS_IN_DAYS", "序号", "農產品", "Phone number", "姓名 ", "产地（县）")
    (row,) = check(["x", "2", "1", "草莓", "13820000001", "王秀英", DONGGANG], header=header)
    assert row.values is not None
    assert (row.values["name"], row.values["spoils_in_days"]) == ("王秀英", 2)


def test_a_header_that_lacks_or_doubles_a_column_is_refused() -> None:
    with pytest.raises(ColumnsMissing) as missing:
        columns.find(["姓名", "产地", "农产品"])
    assert missing.value.values["missing"] == ["phone", "spoils_in_days"]
    with pytest.raises(ColumnTwice):
        columns.find([*HEADER, "手机"])
