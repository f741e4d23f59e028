"""`agrimarket doctor`: what a configured system lacks, a line each, with what to do about it."""

import sys

import click

from agrimarket.doctor.findings import Finding, Mark

_SIGNS = {Mark.GOOD: ("✓", "green"), Mark.WARNING: ("!", "yellow"), Mark.FAILURE: ("✗", "red")}


@click.command()
def doctor() -> None:
    """Say what is missing in this system; exits with 1 if anything failed."""
    from agrimarket.doctor.examination import examine
    from agrimarket.guard import readable_or_exit
    from agrimarket.kernel.logs import configure_logs

    settings = readable_or_exit()
    configure_logs(settings, for_a_person=True)
    failed = warned = 0
    for finding in examine(settings):
        click.echo(_line(finding))
        failed += finding.mark is Mark.FAILURE
        warned += finding.mark is Mark.WARNING
    click.echo(f"\n{failed} failed, {warned} to look at." if failed or warned else "\nAll is well.")
    sys.exit(1 if failed else 0)


def _line(finding: Finding) -> str:
    sign, colour = _SIGNS[finding.mark]
    line = f"{click.style(sign, fg=colour)} {finding.name:<14} {finding.said}"
    return f"{line}\n  {'':<14} → {finding.todo}" if finding.todo else line
