"""An embedded run, from the choice of ports to its end."""

import asyncio
import importlib
import sys
import time

from rich.console import Console

from agrimarket.drive import DriveFileWrong, drive
from agrimarket.embedded import environment
from agrimarket.embedded.folder import DataFolder
from agrimarket.embedded.nursery import Nursery
from agrimarket.embedded.plan import Plan
from agrimarket.embedded.screen import RichScreen
from agrimarket.embedded.supervisor import Supervisor
from agrimarket.guard import readable_or_exit
from agrimarket.kernel.logs import configure_logs

_NOT_IN_PRODUCTION = (
    "AGRIMARKET_ENVIRONMENT is production, and `agrimarket up` starts stand-ins: nothing is started.\n"
    "A production system is started as docs/guides/deploy.md says. To try things out, leave the variable out."
)


def run(folder: DataFolder, nursery: Nursery, leftovers: int, began: float) -> int:
    """Run in `folder`, which the caller holds, until told to stop; returns the exit code.

    `leftovers` of an earlier run were ended; the start began at `began` on the monotonic clock. Nothing is
    started, and the code is 1, in production and where the drive's file is wrong.
    """
    settings = readable_or_exit()
    configure_logs(settings, for_a_person=True)
    if "environment" in settings.model_fields_set and settings.environment == "production":
        print(_NOT_IN_PRODUCTION, file=sys.stderr)
        return 1
    try:
        drive()
    except DriveFileWrong as wrong:
        print(f"The drive's file is wrong, so nothing is started.\n{wrong}", file=sys.stderr)
        return 1
    with RichScreen(Console(highlight=False, soft_wrap=True)) as screen:
        if leftovers:
            screen.trouble(f"An earlier run was cut off; ended {leftovers} processes that it left.")
        plan = Plan.make(settings, folder.path, nursery)
        for name, port in plan.ports.refused.items():
            screen.trouble(f"Port {port} is taken; the {name} is at {plan.site} this time.")
        supervisor = Supervisor(plan.parts, plan.steps(), plan.logs, screen, pids=folder.path / "run")
        plan.supervisor = supervisor

        def on_ready(_: float) -> None:
            seconds = time.monotonic() - began
            environment.publish(folder.path, plan.environment)
            folder.say(plan.site)
            screen.calm()
            _show(plan, screen)
            screen.console.print(f"\nReady in {seconds:.1f} s. Everything is kept in {folder.path}. Ctrl-C stops it.")

        supervisor.on_ready = on_ready
        code = asyncio.run(supervisor.run())
        if code == 0:
            screen.console.print("Stopped.")
        return code


def _show(plan: Plan, screen: RichScreen) -> None:
    told = plan.environment
    addresses = [
        ("Site", plan.site),
        ("API reference", f"{plan.site}/schema"),
        ("Health", f"{plan.site}/health"),
        ("Sent texts and e-mail", told.get("AGRIMARKET_MAILBOX_URL", "")),
    ]
    if sandbox := told.get("AGRIMARKET_STRIPE_API_BASE"):
        addresses.append(("Stripe sandbox", f"{sandbox}/sandbox"))
    screen.table("Addresses", ("for", "at"), [row for row in addresses if row[1]])
    if not plan.settings.database_url:
        # The seeds are a layer above this package, and their import is not needed earlier.
        seeds = importlib.import_module("seeds")
        screen.table("Demo sign-ins", ("sign in with", "as", "then"), seeds.demo_accounts())
        screen.console.print(f"\n{seeds.how_to_sign_in()}", markup=False, highlight=False)
