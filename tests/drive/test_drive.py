"""Drive files: one file makes a drive, and each fault is reported with its line."""

from datetime import timedelta
from pathlib import Path

import pytest

from agrimarket.catalog.service import products
from agrimarket.drive import KINDS, DriveFileWrong, load
from tests.support.drives import driving

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
        ("[fees]\ncommission_percent = 1e99999999999999999999", "drive.toml:2: fees.commission_percent: is no number"),
        ("[calling]\nfrom = 8\nuntil = 20", "drive.toml:2: calling.from: is no time of day"),
        ("[calling]\nfrom = \"08:00Z\"", "drive.toml:2: calling.from: is no time of day"),
        ("[calling]\nuntil = \"8 pm\"", "drive.toml:2: calling.until: is no time of day"),
        ("[calling]\nfrom = 21:00:00", "drive.toml:1: calling: from is not before until"),
        ("languages = [\"en\", \"en\"]", "drive.toml:1: languages: names a language twice"),
        ("name.en = \"Fair\\nBcc: a@b.c\"", "drive.toml:1: name.en: has a line break"),
        ("operator.en = \"Fair\\u202ename\"", "drive.toml:1: operator.en: has a line break or invisible"),
        ("[limits]\ncodes_a_phone = [\"0/10 hours\"]", "drive.toml:2: limits.codes_a_phone.0: is no rate"),
        ("[limits]\ncodes_a_phone = [\"5/hour;9/day\"]", "drive.toml:2: limits.codes_a_phone.0: is no rate"),
        ("[taxonomy]\nfile = 5", "drive.toml:2: taxonomy.file: is no name of a file"),
        ("[taxonomy]\nfile = \"" + "a" * 5_000 + "\"", "drive.toml:2: taxonomy.file: cannot be read: "),
        ("deep = " + "[" * 5_000, "drive.toml: "),
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


def test_files_as_windows_writes_them_are_read(tmp_path: Path) -> None:
    """Notepad and Excel begin a file with a byte order mark and end lines with CR LF."""
    (tmp_path / "mine.csv").write_bytes(b"\xef\xbb\xbf" + KINDS.read_bytes().replace(b"\n", b"\r\n"))
    file = tmp_path / "drive.toml"
    file.write_bytes(b"\xef\xbb\xbflanguages = ['en']\r\n[taxonomy]\r\nfile = 'mine.csv'\r\n")
    assert load(file).languages == ("en",)
    with driving(tmp_path, file.read_text(encoding="utf-8")):
        assert products.taxonomy()[0]["code"]
        own = products.taxonomy()
    assert own == products.taxonomy()


@pytest.mark.parametrize(
    "content", ["name = { en = 'x' }".encode("utf-16"), "name = { en = '东港' }".encode("gbk"), b"\0"]
)
def test_what_is_no_utf_8_is_told_and_not_read(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "drive.toml"
    file.write_bytes(content)
    with pytest.raises(DriveFileWrong, match=r"drive\.toml: "):
        load(file)


def test_a_folder_and_a_link_that_leads_nowhere_are_told(tmp_path: Path) -> None:
    (tmp_path / "link.toml").symlink_to(tmp_path / "absent.toml")
    for path in (tmp_path, tmp_path / "link.toml"):
        with pytest.raises(DriveFileWrong, match="directory"):
            load(path)
