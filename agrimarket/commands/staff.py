"""`agrimarket staff`: who may sign in as staff, for whoever has a shell on the system; how the first operator is made.

What is done here is audited as the system's, with `cli user@host` for the request.
"""

import getpass
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

import click
import structlog

from agrimarket.accounts.errors import EmailTaken, PersonUnknown
from agrimarket.accounts.rules import INVITATION_LIFE, normal_email
from agrimarket.accounts.service import staff as service
from agrimarket.accounts.states import STAFF_ROLES
from agrimarket.accounts.types import Enrolment, StaffMember
from agrimarket.drive import drive
from agrimarket.guard import settings_or_exit
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import LANGUAGES, t
from agrimarket.kernel.logs import configure_logs
from agrimarket.kernel.principal import Role

Command = TypeVar("Command", bound=Callable[..., Any])
_EVERYBODY = 1_000
ROLES = click.Choice([role.value for role in STAFF_ROLES])


@click.group()
def staff() -> None:
    """Add, list, reset and remove members of staff."""


@staff.command()
@click.argument("email")
@click.option("--role", "roles", type=ROLES, multiple=True, help="May be repeated; operator unless given.")
@click.option("--name", default="", help="What colleagues see; the e-mail's beginning unless given.")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default=lambda: drive().languages[0],
    help="The drive's first unless given.",
)
def add(email: str, roles: tuple[str, ...], name: str, language: str) -> None:
    """Let somebody sign in as staff: they are sent a link. The very first operator's link is printed."""
    wanted = {Role(role) for role in roles} or {Role.OPERATOR}
    if "@" not in normal_email(email).strip("@"):
        raise click.BadParameter("is no e-mail address", param_hint="EMAIL")
    with _database() as db, db.transaction() as session:
        try:
            made = service.enrol(session, email, name or email.partition("@")[0], language, wanted)
        except EmailTaken as refusal:
            again = f"agrimarket staff reset {email} --role {' --role '.join(sorted(wanted))}"
            raise click.ClickException(f"{email} is enrolled already. Let them in again with: {again}") from refusal
    _tell(made)


@staff.command("list")
def list_() -> None:
    """Everybody with a role of staff or a password."""
    with _database() as db, db.reading() as session:
        members = service.members(session, limit=_EVERYBODY)
    for member in members:
        click.echo(_line(member))
    if not members:
        click.echo("Nobody yet. Make the first operator: agrimarket staff add EMAIL")


@staff.command()
@click.argument("email")
@click.option("--role", "roles", type=ROLES, multiple=True, help="A role to give as well; may be repeated.")
def reset(email: str, roles: tuple[str, ...]) -> None:
    """Send somebody a link to set a new password and authenticator; the old ones, sign-ins and keys end at once."""
    with _database() as db, db.transaction() as session:
        person_id = _find(session, email).person_id
        made = service.reset(session, None, person_id)
        for role in roles:
            service.appoint(session, None, person_id, Role(role))
    _tell(made)


@staff.command()
@click.argument("email")
@click.option("--reason", required=True, help="Why; it is kept in the audit log.")
def remove(email: str, reason: str) -> None:
    """Take every role of staff from somebody; sign-ins and API keys end at once. Never of the last operator."""
    with _database() as db, db.transaction() as session:
        service.disable(session, None, _find(session, email).person_id, reason)
    click.echo(f"{email} can do nothing here any more.")


def _find(session: Any, email: str) -> StaffMember:
    try:
        return service.with_email(session, email)
    except PersonUnknown as error:
        raise click.ClickException(f"Nobody of staff has the e-mail {email}; see: agrimarket staff list") from error


@contextmanager
def _database() -> Generator[Database]:
    """The configured, or the running, database; refusals are told in a sentence."""
    settings = settings_or_exit()
    configure_logs(settings, for_a_person=True)
    url = settings.database_url
    if not url:
        raise click.ClickException("No database: run `agrimarket up` first, or set AGRIMARKET_DATABASE_URL.")
    db = Database(url, pool_size=1, application_name="agrimarket-staff")
    try:
        with structlog.contextvars.bound_contextvars(request_id=f"cli {getpass.getuser()}@{socket.gethostname()}"):
            yield db
    except DomainError as refusal:
        raise click.ClickException(t(refusal.code, "en")) from refusal
    finally:
        db.close()


def _tell(made: Enrolment) -> None:
    hours = int(INVITATION_LIFE.total_seconds() // 3600)
    if made.link is None:
        click.echo(f"{made.email} is sent a link, good for {hours} hours, to set password and authenticator.")
        return
    click.echo(f"Link for {made.email}, good for {hours} hours and used once:")
    click.echo(made.link)
    click.echo("It is printed since this is the drive's first operator; all others are sent theirs.")


def _line(member: StaffMember) -> str:
    roles = ",".join(sorted(member.roles)) or "-"
    state = "disabled" if member.disabled_at else f"seen {member.seen_at:%Y-%m-%d %H:%M}" if member.seen_at else "new"
    return f"{member.email or member.phone or '-':<36} {roles:<28} {state:<22} {member.display_name}"
