"""Notice that a new database begins with: the real one if its file is there, else the sample."""

import json
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from sqlmodel import Session

from agrimarket.regions.service import bulletins
from agrimarket.settings import Settings

NUMBER = "2022120208"
SAMPLE: Traversable = files("seeds").joinpath("data", "bulletins", f"sample-{NUMBER}.json")
TABLES = [
    *(files("agrimarket.regions").joinpath(name) for name in ("gazetteer.py", "names.py", "zones.py")),
    *(files("agrimarket.regions").joinpath("data", name) for name in ("aliases.csv", "zones.csv", "divisions.csv")),
]
"""What names in the notice are read with: where one changes, it is imported again and its rows move."""
SAMPLE_SOURCE = "agrimarket sample notice: written for the demo, not official"
REAL_SOURCE = "State Council client, notice of 2 December 2022, 08:00; collected at github.com/panghaibin/RiskLevelAPI"


def chosen(settings: Settings) -> tuple[Path | Traversable, str]:
    """The notice's file and its source. The real one is looked for in `reference_data_dir` and beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    for folder in filter(None, (settings.reference_data_dir, beside)):
        found = sorted((folder / "bulletins" / "risk-level").glob(f"{NUMBER}-*.json"))
        if found:
            return found[0], REAL_SOURCE
    return SAMPLE, SAMPLE_SOURCE


def put_in_force(session: Session, notice: Path | Traversable, source: str) -> str:
    """Import a notice, unless a newer one is in force; returns a line that tells what was done."""
    newest = next(iter(bulletins.newest_first(session, before=None, limit=1)), None)
    if newest is not None and newest.number > NUMBER:
        return f"left alone, notice {newest.number} is newer"
    summary = bulletins.import_notice(session, json.loads(notice.read_text(encoding="utf-8")), source=source)
    communities = sum(parsed for _, parsed in summary.counts.values())
    kind = "sample " if source == SAMPLE_SOURCE else ""
    return f"{kind}notice {summary.number}, {communities:,} communities, {summary.unresolved} names for operators"
