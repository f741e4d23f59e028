"""Files that are kept: their rows are sealed, and nobody finds one as a file of another kind."""

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.bulk.schemas.files import RowFault
from agrimarket.integrations.sheet_rows import Fault
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES
from tests.factories.accounts import a_seller
from tests.factories.bulk import files_of
from tests.factories.catalog import load_catalogue


def test_what_stands_in_a_row_cannot_be_read_in_the_table(db: Database) -> None:
    with db.transaction() as session:
        load_catalogue(session)
        seller = a_seller(session).principal
    files_of(db, seller)
    with db.reading() as session:
        kept = session.connection().execute(text("SELECT sealed FROM bulk_row")).scalars().all()
    assert len(kept) == 2
    assert not any("东港草莓".encode() in bytes(sealed) for sealed in kept)


def test_a_file_of_listings_is_no_file_of_orders(client: TestClient[Litestar], db: Database) -> None:
    with db.transaction() as session:
        load_catalogue(session)
        seller = a_seller(session)
    found = files_of(db, seller.principal)
    for path, name in (("/v1/listings/imports", "listing_file"), ("/v1/seller-orders/bulk/files", "order_file")):
        other = {"listing_file": "order_file", "order_file": "listing_file"}[name]
        assert client.get(f"{path}/{found[name]}", headers=seller.headers).status_code == 200
        assert client.get(f"{path}/{found[other]}", headers=seller.headers).status_code == 404


def test_a_refusal_of_a_service_is_told_by_its_own_sentence() -> None:
    told = {RowFault.of(Fault("", "seller.suspended", {}), language).detail for language in LANGUAGES}
    assert len(told) == len(LANGUAGES)
    assert not any("seller.suspended" in sentence for sentence in told)
