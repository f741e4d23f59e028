"""A separate market, signed-in people of each kind, and the ids of everything in it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from sqlmodel import Session

from agrimarket.accounts.service import people, sign_in
from agrimarket.app import create_app
from agrimarket.embedded.stripe_sandbox.testing import running_sandbox
from agrimarket.kernel import ratelimit
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from agrimarket.settings import Settings, get_settings
from seeds import load_all
from seeds.people import BUYERS, SELLERS, STAFF, Staff
from tests.api.page_stage import a_stage
from tests.api.page_world import Pages
from tests.factories.onboarding import file_appeal, submitted
from tests.support.current import CurrentDatabase
from workers.inline import drain

TABLES = {
    "apl": "appeal",
    "app": "application",
    "bka": "bank_account",
    "blk": "bulk_file",
    "bul": "bulletin",
    "cas": "coaching_case",
    "alr": "order_alert",
    "rum": "rumour",
    "reb": "rebuttal",
    "fol": "region_follow",
    "mdt": "mandate",
    "hnd": "hand_restriction",
    "dlv": "delivery",
    "dph": "delivery_photo",
    "clm": "claim",
    "crt": "cart",
    "doc": "document",
    "fil": "member_filing",
    "grp": "order_group",
    "imp": "member_import",
    "key": "api_key",
    "lot": "harvest_lot",
    "lph": "listing_photo",
    "lst": "listing",
    "lpr": "listing_proposal",
    "ntf": "notification",
    "pay": "payment",
    "per": "person",
    "pyo": "payout",
    "pho": "claim_photo",
    "psr": "pass_requirement",
    "rcl": "recall_drill",
    "ses": "sign_in_session",
    "sor": "seller_order",
    "tsk": "coaching_task",
}
"""Table of the ids of each prefix."""


@dataclass(frozen=True)
class World:
    """World that the tests of the API's contract act on."""

    app: Litestar
    db: Database
    people: dict[str, dict[str, str]]
    """Headers of an operator, a seller, a buyer and a coach of the demo market, and of a visitor (none)."""

    def signed_in(self, who: str) -> dict[str, str]:
        """Headers of somebody of `people` who has just signed in: tests end the sign-ins that are there."""
        with self.db.transaction() as session:
            match who:
                case "operator":
                    return _staff(session, STAFF[0])
                case "seller":
                    return _trader(session, SELLERS[0].phone)
                case _:
                    return _trader(session, BUYERS[0].phone)

    def ids(self, prefix: str, limit: int = 3) -> list[str]:
        """Ids on the wire of things that exist."""
        with self.db.reading() as session:
            rows = session.connection().execute(text(f"SELECT id FROM {TABLES[prefix]} ORDER BY id LIMIT {limit}"))
            return [encode(prefix, row.id) for row in rows]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The tests' settings, with a Stripe sandbox behind them and files of their own."""
    with running_sandbox() as sandbox:
        yield get_settings().model_copy(
            update={"stripe_api_base": sandbox.url, "data_dir": tmp_path_factory.mktemp("files")}
        )


@pytest.fixture(scope="module")
def world(module_database: Database, settings: Settings) -> Iterator[World]:
    """The demo market, in this module's database, with real commits."""
    db = module_database
    load_all(lambda _: None, db=db, settings=settings)
    with db.transaction() as session:
        signed_in = {
            "operator": _staff(session, STAFF[0]),
            "coach": _staff(session, STAFF[2]),
            "seller": _trader(session, SELLERS[0].phone),
            "buyer": _trader(session, BUYERS[0].phone),
            "nobody": {},
        }
        applicant = people.with_phone(session, SELLERS[1].phone, "zh-Hans")
        file_appeal(session, applicant)
        submitted(session, sign_in.open_session(session, applicant)[1])
    drain(db)
    yield World(create_app(settings, db), db, signed_in)


@pytest.fixture(scope="module")
def pages(module_database: Database, settings: Settings) -> Iterator[Pages]:
    """The pages on one stage for all tests of a module, with a Stripe sandbox behind them."""
    current = CurrentDatabase()
    current.current = module_database
    stage = a_stage(module_database)
    same = settings.model_copy(update={"data_dir": get_settings().data_dir})  # the stage's files are there
    with TestClient(create_app(same, current), raise_server_exceptions=False) as client:
        yield Pages(client, stage, current, module_database)
    ratelimit._limiters.cache_clear()  # pyright: ignore[reportPrivateUsage]


def _staff(session: Session, one: Staff) -> dict[str, str]:
    person = session.connection().execute(text("SELECT id FROM person WHERE email = :email"), {"email": one.email})
    return {"authorization": f"Bearer {sign_in.open_session(session, person.scalar_one())[0]}"}


def _trader(session: Session, phone: str) -> dict[str, str]:
    person_id = people.with_phone(session, phone, "zh-Hans")
    return {"authorization": f"Bearer {sign_in.open_session(session, person_id)[0]}"}
