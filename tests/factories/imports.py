"""Files of members, cooperatives that upload them, and the results."""

from collections.abc import Iterable, Mapping
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts.service import sellers, sign_in
from agrimarket.accounts.states import SellerKind
from agrimarket.integrations import sheets
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from tests.factories import onboarding as make

HEADER = ("姓名", "手机号码", "产地", "农产品", "数量", "还能放几天", "备注")
FIRST = 20_000_000
"""First phone of the members, away from those that tests sign in with."""


def line(number: int, **changes: str) -> list[str]:
    """A row of a member, correct in every cell except for `changes`, by the columns of `columns.COLUMNS`."""
    cells = {
        "name": f"社员{number}",
        "phone": make.phone_of(FIRST + number).removeprefix("+86"),
        "region": make.DONGGANG,
        "produce": "草莓",
        "quantity": "500斤",
        "spoils_in_days": "3",
        "note": "",
    }
    return list({**cells, **changes}.values())


def lines(count: int, **wrong: Mapping[str, str]) -> list[list[str]]:
    """Rows of `count` members; `row_7={"phone": "1"}` changes the seventh member's row."""
    return [line(number, **wrong.get(f"row_{number}", {})) for number in range(1, count + 1)]


def csv_of(rows: Iterable[list[str]], header: Iterable[str] = HEADER, encoding: str = "utf-8") -> bytes:
    """A plain CSV, as a program writes it."""
    text = "\n".join(",".join(cells) for cells in [list(header), *rows])
    return (text + "\n").encode(encoding)


def cooperative(db: Database, number: int = 3, name: str = "东港草莓合作社") -> make.SignedIn:
    """A cooperative that sells, signed in."""
    who = make.sign_in(db, number)
    with db.transaction() as session:
        sellers.register(session, who.principal.person_id, SellerKind.COOPERATIVE, name, make.DONGGANG)
        token, principal = sign_in.open_session(session, who.principal.person_id)
    return make.SignedIn(principal, token, who.phone)


def operator(db: Database, number: int = 4) -> make.SignedIn:
    """An operator."""
    return make.sign_in(db, number, Role.OPERATOR)


def upload(
    client: TestClient[Litestar], who: make.SignedIn, content: bytes, name: str = "members.csv", **fields: str
) -> Any:
    """The answer to posting a file."""
    return client.post("/v1/imports", headers=who.headers, files={"file": (name, content)}, data=fields)


def read_back(content: bytes) -> sheets.Sheet:
    """An export, read again."""
    from agrimarket.onboarding.imports import columns

    return sheets.read(content, columns.known)
