"""Formats of notices beside the official one: OxCGRT's series and alerts of CAP 1.2. They inform and close nothing."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlmodel import Session

from agrimarket.commands.bulletins import bulletins as command
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import InvalidFields
from agrimarket.regions.adapters import formats
from agrimarket.regions.service import bulletins, restrictions, serviceability
from agrimarket.regions.types.restrictions import Verdict
from agrimarket.settings import get_settings
from tests.factories import regions as factory

FROM, WUHAN, JIANGAN = "210681", "420100", "420102"
SERIES = """CountryCode,CountryName,RegionCode,RegionName,CityCode,CityName,Jurisdiction,22Jan2020,23Jan2020,24Jan2020
CHN,China,CHN_HB,Hubei,,,STATE_TOTAL,11.11,76.85,76.85
CHN,China,CHN_AH,Anhui,,,STATE_TOTAL,0,,30.5
CHN,China,,,,,NAT_TOTAL,20,20,20
"""
ALERT = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>{identifier}</identifier><sender>weather@example.org</sender><sent>{sent}</sent>
  <status>{status}</status><msgType>{kind}</msgType><scope>Public</scope>{references}
  <info><language>zh-CN</language><category>Met</category><event>暴雪</event><urgency>Expected</urgency>
    <severity>Severe</severity><certainty>Likely</certainty><onset>2022-02-07T06:00:00+08:00</onset>
    <expires>{expires}</expires><headline>暴雪橙色预警</headline>
    <area><areaDesc>武汉市江岸区</areaDesc><geocode><valueName>CN</valueName><value>420102000000</value></geocode></area>
    <area><areaDesc>湖北省武汉市武昌区</areaDesc></area>
    <area><areaDesc>无名山</areaDesc></area></info>
</alert>
"""


def _alert(
    identifier: str = "A1",
    *,
    sent: str = "2022-02-06T20:00:00+08:00",
    kind: str = "Alert",
    status: str = "Actual",
    of: str = "",
    expires: str = "2202-02-08T08:00:00+08:00",
) -> bytes:
    references = f"<references>weather@example.org,{of},2022-02-06T20:00:00+08:00</references>" if of else ""
    return ALERT.format(
        identifier=identifier, sent=sent, kind=kind, status=status, references=references, expires=expires
    ).encode()


def _put(session: Session, raw: bytes) -> None:
    for notice in formats.notices(raw):
        bulletins.import_notice(session, notice, source=notice.source)


def test_the_index_of_a_province_informs(region_session: Session) -> None:
    factory.close(region_session, "甲小区", hour="2020-01-23 08时")
    _put(region_session, SERIES.encode())
    imported = [b for b in bulletins.newest_first(region_session, before=None, limit=9) if b.series == "oxcgrt"]
    assert [(b.number, b.entries, b.licence) for b in imported] == [
        ("2020012500", 0, "CC BY 4.0"),
        ("2020012400", 2, "CC BY 4.0"),
        ("2020012300", 1, "CC BY 4.0"),
        ("2020012200", 1, "CC BY 4.0"),
    ]
    status = restrictions.status(region_session, JIANGAN)
    assert (status.verdict, status.bulletin_number) == (Verdict.PARTIAL, "2020012308")
    assert [entry.level for entry in status.restrictions] == ["high"]


def test_an_index_in_force_closes_nothing(region_session: Session) -> None:
    *days, _ = formats.notices(SERIES.encode())
    for notice in days:
        bulletins.import_notice(region_session, notice, source=notice.source)
    status = restrictions.status(region_session, JIANGAN)
    assert [(e.level, e.region_code, e.note) for e in status.restrictions] == [
        ("low", "420000", "stringency index 76.85")
    ]
    assert status.verdict is Verdict.OPEN
    assert serviceability.between(region_session, FROM, JIANGAN).verdict is Verdict.OPEN


def test_an_alert_informs_until_it_is_cancelled(region_session: Session) -> None:
    _put(region_session, _alert())
    (entry,) = restrictions.status(region_session, JIANGAN).restrictions
    assert (entry.level, entry.source, entry.note) == (
        "low",
        "weather@example.org",
        "暴雪; Severe; 暴雪橙色预警; from 2022-02-06 22:00 UTC",
    )
    assert [e.region_code for e in restrictions.status(region_session, "420106").restrictions] == ["420106"]
    assert [entry.place for entry in restrictions.unresolved(region_session)] == ["无名山"]
    _put(region_session, _alert("A2", kind="Cancel", of="A1", sent="2022-02-07T20:00:00+08:00"))
    assert restrictions.status(region_session, JIANGAN).restrictions == []


def test_an_update_takes_the_place_of_an_alert_also_where_it_came_first(region_session: Session) -> None:
    _put(region_session, _alert("A2", kind="Update", of="A1", sent="2022-02-07T20:00:00+08:00"))
    _put(region_session, _alert("A1"))
    (entry,) = restrictions.status(region_session, JIANGAN).restrictions
    assert entry.since == factory.moment("2022-02-06T12")


def test_an_alert_that_has_expired_is_history(region_session: Session) -> None:
    _put(region_session, _alert(expires="2022-02-08T08:00:00+08:00"))
    assert restrictions.status(region_session, JIANGAN).restrictions == []
    assert len(bulletins.newest_first(region_session, before=None, limit=9)) == 1


BOMB = b'<!DOCTYPE a [<!ENTITY b "x">]><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">&b;</alert>'


@pytest.mark.parametrize(
    "raw",
    [
        _alert(status="Exercise"),
        _alert(kind="Ack"),
        _alert(sent="2022-02-06T20:00:00"),
        _alert()[:-20],
        BOMB,
        b"CountryCode,CountryName\n",
        b"{",
        b"[]",
        b"",
        b"\x00\xff",
    ],
)
def test_what_is_no_notice_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidFields):
        list(formats.notices(raw))


def _silent(*_: object, **__: object) -> None:
    """Logs stay as the tests have them."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    import json

    inner = tmp_path / "inner"
    inner.mkdir()
    areas = {"湖北省 武汉市 江岸区": ["甲小区"], "四川省 成都市 高新区": ["乙小区"], "四川省 成都市 武候区": ["丙小区"]}
    for hour, name in (("2022-12-02 08时", "a"), ("2022-12-01 08时", "b")):
        (inner / f"{name}.json").write_text(json.dumps(factory.notice(hour, high=areas)), encoding="utf-8")
    (tmp_path / "alert.xml").write_bytes(_alert())
    (tmp_path / "notes.txt").write_text("no notice")
    return tmp_path


def test_checking_needs_no_database(folder: Path) -> None:
    import json

    result = CliRunner().invoke(command, ["check", str(folder / "inner"), "--json"])
    assert result.exit_code == 0, result.output
    said = json.loads(result.output)
    assert said["total"]["levels"] == {"county": 2, "zone": 2, "city": 0, "province": 0, "unresolved": 2}
    assert said["files"][0]["notices"][0]["unresolved"] == {"四川省 成都市 武候区": 1}
    told = CliRunner().invoke(command, ["check", str(folder)]).output
    assert "a.json: 2022120208: 3 entries: 1 county, 1 zone, 0 city, 0 province, 1 unresolved" in told
    assert "unresolved: 四川省 成都市 武候区 (1)" in told
    refused = CliRunner().invoke(command, ["check", str(folder / "notes.txt")])
    assert (refused.exit_code, "risk-level notice" in refused.output) == (1, True)


def test_a_folder_is_imported_in_any_order_and_again(
    fresh_db: Database, fresh_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_db.transaction() as session:
        factory.load_tree(session)
    settings = get_settings().model_copy(update={"database_url": fresh_url})
    monkeypatch.setattr("agrimarket.commands.bulletins.settings_or_exit", lambda: settings)
    monkeypatch.setattr("agrimarket.commands.bulletins.configure_logs", _silent)
    first = CliRunner().invoke(command, ["import", str(folder), "--source", "gov"])
    assert first.exit_code == 0, first.output
    assert "b.json: notice 2022120108, 3 entries, 0 opened, 2 closed, 1 unresolved" in first.output
    again = CliRunner().invoke(command, ["import", str(folder), str(folder / "notes.txt")])
    assert (again.exit_code, again.output.count("known")) == (1, 3)
    with fresh_db.reading() as session:
        (entry,) = [e for e in restrictions.status(session, JIANGAN).restrictions if e.level == "high"]
    assert (entry.since, entry.source) == (factory.moment("2022-12-01T00"), "gov")
