"""Links of invitations, and how their bearers use them."""

from uuid import UUID

import pyotp
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.accounts.service import invitations
from agrimarket.kernel.db import Database
from tests.support.page import submit

PASSWORD = "a long enough password"


def person_of(db: Database, email: str) -> UUID:
    """Whoever has that e-mail address."""
    with db.reading() as session:
        return session.connection().execute(text("SELECT id FROM person WHERE email = :e"), {"e": email}).scalar_one()


def link_of(db: Database, person_id: UUID) -> str:
    """The link that was last sent to that member of staff."""
    with db.reading() as session:
        row = session.connection().execute(
            text("SELECT id FROM staff_invitation WHERE person_id = :p"), {"p": person_id}
        )
        sent = invitations.message(session, row.scalar_one())
    assert sent is not None
    return sent.link


def token_of(link: str) -> str:
    """The secret part of a link."""
    return link.partition("token=")[2]


def app_of(db: Database, link: str) -> pyotp.TOTP:
    """An authenticator app with the secret that the link's page shows."""
    with db.reading() as session:
        return pyotp.TOTP(invitations.read(session, token_of(link)).totp_secret)


def accept(client: TestClient[Litestar], db: Database, link: str, password: str = PASSWORD) -> pyotp.TOTP:
    """Use the link; returns the app, whose code of the moment is used up."""
    app = app_of(db, link)
    answer = submit(client, invitations.PATH, token=token_of(link), password=password, totp=app.now())
    assert (answer.status_code, answer.headers.get("location")) in [(303, "/desk"), (303, "/coach"), (303, "/me")]
    return app
