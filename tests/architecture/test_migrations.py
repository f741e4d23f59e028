"""Migrations that have landed stay as they are: a data folder made by any of them must come up after a pull."""

from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ROOT / "agrimarket" / "migrations" / "versions"
LANDED = Path(__file__).with_name("landed_migrations.txt")


def test_landed_migrations_are_never_edited() -> None:
    lines = (line.split() for line in LANDED.read_text(encoding="utf-8").splitlines())
    landed = {name: digest for digest, name in lines}
    present = {path.name: sha256(path.read_bytes()).hexdigest() for path in VERSIONS.glob("0*.py")}
    changed = [name for name, digest in landed.items() if present.get(name) != digest]
    assert changed == [], "write a new migration instead"
    new = [f"{present[name]}  {name}" for name in sorted(present.keys() - landed.keys())]
    assert new == [], f"add these lines to {LANDED.name} in the commit that lands them"
