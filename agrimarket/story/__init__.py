"""Command `agrimarket story`: the drive's whole story, played against a running system through HTTP only."""

import sys
from pathlib import Path

import click


@click.command()
@click.option("--base-url", help="The running service; by default the one that `agrimarket up` started here.")
@click.option(
    "--notices", type=click.Path(path_type=Path), help="A folder with real notices (`*.json`), else the sample's."
)
def story(base_url: str | None, notices: Path | None) -> None:
    """Play the drive's whole story against a running system; exits with 1 if any step fails."""
    from agrimarket.story.waiting import NothingRuns, join_when_ready

    try:
        join_when_ready(base_url, click.echo)
    except NothingRuns as error:
        raise click.ClickException(str(error)) from error

    from agrimarket.settings import get_settings
    from agrimarket.story.acts import play
    from agrimarket.story.stage import Stage

    settings = get_settings()
    stage = Stage(base_url or settings.base_url, settings.mailbox_url, settings.stripe_api_base)
    sys.exit(play(stage, notices))
