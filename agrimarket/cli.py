"""The command line. Imports are late, so that help is quick."""

import importlib
import json
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

import click


class _Lazy(click.Group):
    """Group whose commands from other modules are imported only when they are called, or asked for their help."""

    elsewhere = {
        "bulletins": ("agrimarket.commands.bulletins", "bulletins", "Import notices from files, or check them."),
        "doctor": ("agrimarket.doctor", "doctor", "Say what is missing in this system."),
        "staff": ("agrimarket.commands.staff", "staff", "Add, list, reset and remove members of staff."),
        "story": ("agrimarket.story", "story", "Play the drive's whole story against a running system."),
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, those from other modules included."""
        return sorted([*super().list_commands(ctx), *self.elsewhere])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported if it is from another module."""
        if cmd_name not in self.elsewhere:
            return super().get_command(ctx, cmd_name)
        module, name, _ = self.elsewhere[cmd_name]
        return getattr(importlib.import_module(module), name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing any."""
        own = {name: command.get_short_help_str() for name, command in self.commands.items()}
        rows = own | {name: text for name, (_, _, text) in self.elsewhere.items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted(rows.items()))


@click.group(cls=_Lazy)
@click.pass_context
def main(context: click.Context) -> None:
    """agrimarket joins farmers with stranded harvests to buyers who can still be reached."""
    sys.excepthook = _uncaught
    if context.invoked_subcommand != "up":
        from agrimarket.embedded import environment

        environment.join()


@main.command()
def up() -> None:
    """Start everything that is not configured, and agrimarket's own processes. Ctrl-C stops them."""
    from agrimarket.embedded.up import up as run

    sys.exit(run())


@main.command()
def migrate() -> None:
    """Bring the configured (or running) database's schema to the newest revision."""
    from agrimarket.kernel.migrate import upgrade

    click.echo("brought up to date" if upgrade(_database_url()) else "up to date")


@main.command()
def seed() -> None:
    """Load the reference data and the demo market into the configured (or running) database; twice does no harm."""
    _database_url()
    _replace("seeds")


@main.command()
def openapi() -> None:
    """Print the OpenAPI document, as `/schema/openapi.json` serves it; needs no running system."""
    from pydantic import SecretStr

    from agrimarket.app import create_app
    from agrimarket.kernel.crypto import new_token
    from agrimarket.kernel.db import Database
    from agrimarket.settings import get_settings

    settings = get_settings().model_copy(update={"secret_key": SecretStr(new_token())})  # it never answers
    app = create_app(settings, db=Database("postgresql+psycopg://"))
    click.echo(json.dumps(app.openapi_schema.to_schema(), ensure_ascii=False, indent=1))


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def worker(options: tuple[str, ...]) -> None:
    """Run one more Celery worker beside a running system; options go to Celery."""
    _database_url()
    _replace("celery", "-A", "workers.celery_app", "worker", *options)


@main.command()
@click.argument("email")
def totp(email: str) -> None:
    """Print the present one-time password of a demo member of staff."""
    from seeds.people import one_time_password

    password = one_time_password(email)
    if password is None:
        raise click.ClickException(f"{email} is none of the demo accounts that `agrimarket up` lists.")
    click.echo(password)


@main.group("drive")
def drive_file() -> None:
    """The drive's own file: `drive.toml`."""


@drive_file.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Say what is wrong in FILE, each fault with its line; by default in the file that AGRIMARKET_DRIVE_FILE names."""
    from agrimarket.drive import SHIPPED, DriveFileWrong, load
    from agrimarket.guard import faults, readable_or_exit

    settings = readable_or_exit()
    chosen = file or settings.drive_file
    try:
        found = load(chosen)
    except DriveFileWrong as wrong:
        raise click.ClickException(str(wrong)) from wrong
    for fault in faults(settings):
        click.echo(f"✗ AGRIMARKET_{fault.setting.upper()} {fault.said}.\n  → {fault.todo}", err=True)
    share = f"{found.fees.commission_bps / 100:g} % commission"
    click.echo(f"{chosen or SHIPPED}: nothing is wrong. {found.name.en}: {share}, {', '.join(found.languages)}.")


def _database_url() -> str:
    from agrimarket.guard import readable_or_exit

    if url := readable_or_exit().database_url:
        return url
    raise click.ClickException("No database: run `agrimarket up` first, or set AGRIMARKET_DATABASE_URL.")


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say where something broke, without the values that the usual traceback quotes."""
    from agrimarket.kernel.masking import tell

    if not issubclass(kind, KeyboardInterrupt):
        click.echo(tell(error, trace), err=True)


def _replace(module: str, *arguments: Any) -> None:
    """Replace this process by `python -m module`, so that signals reach it."""
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606


if __name__ == "__main__":
    main()
