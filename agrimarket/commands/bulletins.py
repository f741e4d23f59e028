"""`agrimarket bulletins`: notices from files, for whoever has a shell on the system.

Files are of any format that `regions.adapters.formats` knows, and come in any order.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from agrimarket.guard import settings_or_exit
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.i18n import t
from agrimarket.kernel.logs import configure_logs
from agrimarket.regions.adapters import formats
from agrimarket.regions.gazetteer import Gazetteer
from agrimarket.regions.notices import Notice
from agrimarket.regions.service import bulletins as service
from agrimarket.regions.service.checking import LEVELS, Report, check, together

PATHS = click.Path(exists=True, path_type=Path)


@click.group()
def bulletins() -> None:
    """Import notices from files, or see how well they are read."""


@bulletins.command("import")
@click.argument("paths", nargs=-1, required=True, type=PATHS)
@click.option("--source", default="", help="Where they were published; unless given, what the file says, or its name.")
@click.option("--accept-counts", is_flag=True, help="Accept lists that differ from the counts which a notice states.")
def import_(paths: tuple[Path, ...], source: str, accept_counts: bool) -> None:
    """Put the notices of files and folders where they belong by their hours, in whatever order they come.

    Each notice is a transaction of its own: what is interrupted can be run again, and leaves no half notice.
    """
    from agrimarket.migrations.tables import every_table

    every_table()
    settings = settings_or_exit()
    configure_logs(settings, for_a_person=True)
    if not settings.database_url:
        raise click.ClickException("No database: run `agrimarket up` first, or set AGRIMARKET_DATABASE_URL.")
    refused = 0
    database = Database(settings.database_url, pool_size=1, application_name="agrimarket-bulletins")
    console = Console(highlight=False)
    try:
        for path in track(_files(paths), "notices", console=console, disable=not console.is_terminal):
            refused += _import_file(database, path, source, accept_counts=accept_counts)
    finally:
        database.close()
    if refused:
        sys.exit(1)


def _import_file(database: Database, path: Path, source: str, *, accept_counts: bool) -> int:
    """Import the notices of a file, one line each; returns how many were refused."""
    refused = 0
    try:
        for notice in formats.notices(path.read_bytes()):
            said = source or notice.source or f"file {path.name}"
            try:
                with database.transaction() as session:
                    summary = service.import_notice(session, notice, source=said, accept_counts=accept_counts)
            except DomainError as refusal:
                refused += 1
                click.echo(f"{path.name}: refused: {_sentence(refusal)}", err=True)
                continue
            what = "known" if summary.repeated else f"{summary.opened} opened, {summary.closed} closed"
            aside = f", {len(notice.set_aside)} set aside" if notice.set_aside else ""
            unresolved = f", {summary.unresolved} unresolved" if summary.unresolved else ""
            click.echo(f"{path.name}: notice {summary.number}, {summary.entries} entries, {what}{unresolved}{aside}")
    except DomainError as refusal:
        refused += 1
        click.echo(f"{path.name}: refused: {_sentence(refusal)}", err=True)
    return refused


@bulletins.command("check")
@click.argument("paths", nargs=-1, required=True, type=PATHS)
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for programs.")
def check_(paths: tuple[Path, ...], as_json: bool) -> None:
    """Read notices without storing them, by the shipped code table; needs no database.

    Prints for each file its entries, how many resolve to a county (or finer), a zone, a city, a province, or not at
    all, what would be set aside, and every name that does not resolve.
    """
    from seeds.regions import read_tree

    reader = Gazetteer(read_tree())
    read = [(path, *_checked(reader, path)) for path in _files(paths)]
    if as_json:
        files = [
            {"file": str(path), "refused": why, "notices": [_plain(r) for r in found]} for path, found, why in read
        ]
        total = _plain(together(report for _, found, _ in read for report in found))
        click.echo(json.dumps({"files": files, "total": total}, ensure_ascii=False, indent=1))
    else:
        for path, found, why in read:
            _print(path, found, why)
        if len(read) > 1:
            click.echo(_line("all files", together(report for _, found, _ in read for report in found)))
    if any(why for _, _, why in read):
        sys.exit(1)


def _checked(reader: Gazetteer, path: Path) -> tuple[list[Report], str | None]:
    try:
        found: Iterable[Notice] = formats.notices(path.read_bytes())
        return [check(reader, notice) for notice in found], None
    except DomainError as refusal:
        return [], _sentence(refusal)


def _plain(report: Report) -> dict[str, Any]:
    return {
        "number": report.number,
        "series": report.series,
        "entries": report.entries,
        "communities": report.communities,
        "levels": {level: report.levels[level] for level in LEVELS},
        "county_or_finer": round(report.share, 6),
        "set_aside": [{"pointer": row.pointer, "said": row.said, "why": row.why} for row in report.set_aside],
        "unresolved": dict(report.unresolved),
        "city_or_province": dict(report.coarse),
    }


def _print(path: Path, reports: Sequence[Report], why: str | None) -> None:
    if why:
        click.echo(f"{path.name}: refused: {why}")
        return
    total = together(reports)
    called = f"{path.name}: {reports[0].number}" if len(reports) == 1 else f"{path.name}: {len(reports)} notices"
    click.echo(_line(called, total))
    for stated, entries in total.unresolved.most_common():
        click.echo(f"  unresolved: {stated} ({entries})")
    for row in total.set_aside:
        click.echo(f"  set aside: {row.pointer} ({row.why}): {row.said}")


def _line(called: str, report: Report) -> str:
    levels = ", ".join(f"{report.levels[level]} {level}" for level in LEVELS)
    aside = f", {len(report.set_aside)} set aside" if report.set_aside else ""
    return f"{called}: {report.entries} entries: {levels}{aside}; county or finer {report.share:.2%}"


def _files(paths: Iterable[Path]) -> list[Path]:
    """The files that are named, and those of known kinds in the folders that are named."""

    def inside() -> Iterator[Path]:
        for path in paths:
            if path.is_dir():
                yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in formats.SUFFIXES and p.is_file())
            else:
                yield path

    return list(inside())


def _sentence(refusal: DomainError) -> str:
    if isinstance(refusal, InvalidFields):
        said = (f"{pointer or '/'}: {t(f'field.{code}', 'en', **values)}" for pointer, code, values in refusal.fields)
        return "; ".join(said)
    return t(refusal.code, "en", **refusal.values)
