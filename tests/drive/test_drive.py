"""Drive files: one file makes a drive, and each fault is reported with its line."""

from datetime import timedelta
from pathlib import Path

import pytest

from agrimarket.drive import DriveFileWrong, load

SHIPPED = load()


def _file(folder: Path, text: str) -> Path:
    path = folder / "drive.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_drive_is_whole() -> None:
    assert (SHIPPED.fees.commission_bps, SHIPPED.windows.claim, SHIPPED.windows.lease) == (
        300, timedelta(hours=48), timedelta(minutes=15),
    )  # fmt: skip
    assert SHIPPED.regions.grown_in("210681")


def test_a_county_says_only_what_is_different(tmp_path: Path) -> None:
    mine = load(_file(tmp_path, """
name = { zh-Hant = "東港助農", zh-Hans = "东港助农", en = "Donggang" }
[regions]
growers = ["2106", "110000"]
[fees]
commission_percent = 1.5
[fees.delivery]
within_province = { base = 8.5, step = 1 }
"""))  # fmt: skip
    assert mine.name.in_("zh-Hans") == "东港助农"
    assert (mine.fees.commission_bps, mine.fees.delivery.within_province.base) == (150, 850)
    assert mine.fees.delivery.across_provinces == SHIPPED.fees.delivery.across_provinces
    assert [mine.regions.grown_in(code) for code in ("210681", "110105", "210200")] == [True, True, False]
    assert mine.windows == SHIPPED.windows


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[fees]\ncommission_percent = 3.005", "drive.toml:2: fees.commission_percent: has more than two decimals"),
        ("[fees]\n\n\ncommission_percent = 31", "drive.toml:4: fees.commission_percent: "),
        ("[windows]\nclaim_hours = 0", "drive.toml:2: windows.claim_hours: "),
        ("[windows]\nclaim_days = 2", "drive.toml:2: windows.claim_days: Extra inputs are not permitted"),
        ("[contact]\ntelephone = \"help\"", "drive.toml:2: contact.telephone: is no telephone number"),
        ("[regions]\ngrowers = [\"2106\", \"21068\"]", "drive.toml:2: regions.growers.1: "),
        ("languages = []", "drive.toml:1: languages: "),
        ("languages = [\"fr\"]", "drive.toml:1: languages.0: "),
        ("[limits]\nfirst_exposure = 300_000", "drive.toml:1: limits: first_exposure is above highest_exposure"),
        ("[limits]\ncodes_a_phone = [\"often\"]", "drive.toml:2: limits.codes_a_phone.0: is no rate"),
        ("[taxonomy]\nfile = \"absent.csv\"", "drive.toml:2: taxonomy.file: there is no file "),
        ("[taxonomy]\nfile = \"drive.toml\"", "drive.toml lacks the columns code, "),
        ("[fees]\ncommission_percent = nan", "drive.toml:2: fees.commission_percent: is no number from 0 to 30"),
        ("[windows]\nlease_minutes = 1.5", "drive.toml:2: windows.lease_minutes: is no whole number from 1 to "),
        ("[calling]\nfrom = 21:00:00", "drive.toml:1: calling: from is not before until"),
        ("name = { en = \"Only\", zh-Hant = \"\", zh-Hans = \"只\" }", "drive.toml:1: name.zh-Hant: "),
        ("[fees]\ncommission_percent = x\n", "drive.toml: Invalid value (at line 2"),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_line(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(DriveFileWrong) as wrong:
        load(_file(tmp_path, text))
    assert fault in str(wrong.value)


def test_all_faults_are_told_at_once_and_a_missing_file_too(tmp_path: Path) -> None:
    with pytest.raises(DriveFileWrong) as wrong:
        load(_file(tmp_path, "languages = []\n[fees]\ncommission_percent = -1\n"))
    assert [line.rpartition(":")[0].split(": ")[0].rsplit(":", 1)[1] for line in str(wrong.value).splitlines()] == [
        "1", "3",
    ]  # fmt: skip
    with pytest.raises(DriveFileWrong, match="No such file"):
        load(tmp_path / "absent.toml")
