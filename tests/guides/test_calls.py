"""The calls of the guides, run to the letter with bash and curl against a whole system."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from agrimarket.http.guides import MAILBOX, SITE, text_of
from tests.support.whole import System

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="starts and ends a whole system"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system with the demo market, as `make run` starts it."""
    system = System(tmp_path_factory.mktemp("guides") / "data")
    try:
        system.start()
        yield system
    finally:
        system.end()


def follow(system: System, guide: str, *last: str) -> list[str]:
    """What a shell prints that is given every block of the guide and then the lines `last`; one text a `last` line."""
    text = text_of(guide, system.told("PUBLIC_URL"), system.told("MAILBOX_URL"))
    blocks = BLOCK.findall(text)
    assert len(blocks) >= 4
    assert SITE not in text
    assert MAILBOX not in text
    mark = "-- the guide ends here --"
    script = "\n".join(["set -euo pipefail", *blocks, f"echo; echo '{mark}'", *last])
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        env={"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "LANG": "C.UTF-8"},
        check=False,
    )
    assert done.returncode == 0, (done.stderr, done.stdout[-3_000:])
    assert done.stderr == ""
    return done.stdout.partition(f"{mark}\n")[2].splitlines()


def _rows(system: System, statement: str, *values: str) -> list[tuple[object, ...]]:
    dsn = system.told("DATABASE_URL").replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(dsn) as connection:
        return connection.execute(statement, values).fetchall()


def test_from_a_code_to_a_paid_order(system: System, tmp_path: Path) -> None:
    group, again, phone = follow(system, "getting-started", 'echo "$GROUP"', 'echo "$AGAIN"', 'echo "$PHONE"')
    assert group.startswith("grp_")
    assert again.startswith("grp_")
    paid = _rows(
        system,
        """
        SELECT g.method, p.state, o.state FROM order_group AS g
        JOIN payment AS p ON p.id = g.payment_id JOIN seller_order AS o ON o.group_id = g.id
        JOIN buyer AS b ON b.id = g.buyer_id JOIN person AS x ON x.id = b.person_id
        WHERE x.phone = %s ORDER BY g.method
        """,
        phone,
    )
    assert paid == [("alipay", "captured", "placed"), ("card", "authorised", "placed")]


def test_a_key_is_made_used_and_revoked(system: System) -> None:
    key, refused = follow(
        system,
        "api-keys",
        'echo "$KEY"',
        'curl -sS -o /dev/null -w "%{http_code}\\n" -H "Authorization: Bearer $KEY" "$BASE/v1/me"',
    )
    assert key.startswith("agm_")
    assert refused == "401"
    (row,) = _rows(system, "SELECT name, revoked_at IS NOT NULL FROM api_key")
    assert row == ("weekly order", True)
    (granted,) = _rows(
        system,
        """
        SELECT a.details ->> 'role', x.email FROM audit_entry AS a JOIN person AS x ON x.id = a.person_id
        WHERE a.action = 'role.granted'
        """,
    )
    assert granted == ("integrator", "operator@demo.agrimarket.test")


def test_what_is_for_sale_is_read(system: System) -> None:
    days, page, context = follow(system, "feeds", 'echo "$DAYS"', 'echo "$PAGE"', 'echo "$CONTEXT"')
    assert "items" in json.loads(days)
    catalogue, *nodes = json.loads(page)["@graph"]
    assert catalogue["@type"] == "Catalog"
    assert {node["@type"] for node in nodes} == {"SuppliedProduct", "CatalogItem", "Offer", "Enterprise", "Address"}
    assert len(catalogue["lists"]) == 5
    assert {"SuppliedProduct", "hasPrice"} <= set(json.loads(context)["@context"])
