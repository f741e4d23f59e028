"""Sentences as people read them: one word a thing, numbers that stay whole, days that end when people say they do."""

import re
from datetime import UTC, date, datetime

import pytest

from agrimarket.drive import drive
from agrimarket.kernel.i18n import LANGUAGES, catalogue, last_day

_OTHER_COACHES = {
    "zh-Hant": "教練|輔導老師|顧問|導師",
    "zh-Hans": "教练|辅导老师|顾问|导师|輔",
    "en": r"\b(?:mentor|tutor|adviser|advisor)",
}
_REACHED = r"(?i)\b(?:ask|contact|call|ring) (?:the drive's |our |the )?staff|聯絡.{0,5}工作人員|联系.{0,5}工作人员"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_coach_has_one_name(language: str) -> None:
    wrong = {key: said for key, said in catalogue(language).items() if re.search(_OTHER_COACHES[language], said)}
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_told_to_reach_the_staff_has_their_number_and_hours(language: str) -> None:
    here = drive().contact
    number = here.telephone.replace(" ", "\N{NO-BREAK SPACE}")
    told = {key: said for key, said in catalogue(language).items() if re.search(_REACHED, said)}
    assert len(told) > 5
    assert [key for key, said in told.items() if number not in said or here.hours.in_(language) not in said] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_telephone_number_breaks_on_no_page(language: str) -> None:
    broken = [key for key, said in catalogue(language).items() if drive().contact.telephone in said]
    assert all(key.startswith(("sms.", "signed.")) for key in broken)


@pytest.mark.parametrize(
    ("end", "day"),
    [
        (datetime(2020, 12, 3, 16, tzinfo=UTC), date(2020, 12, 3)),
        (datetime(2020, 12, 3, 15, 59, tzinfo=UTC), date(2020, 12, 3)),
        (datetime(2020, 12, 3, 16, 0, 1, tzinfo=UTC), date(2020, 12, 4)),
    ],
)
def test_the_last_day_is_the_last_day(end: datetime, day: date) -> None:
    assert last_day(end) == day
