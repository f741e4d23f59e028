"""`agrimarket up`: everything embedded, under one supervisor, until Ctrl-C."""

import asyncio
import importlib
from collections.abc import Sequence

from rich.console import Console

from agrimarket.embedded import environment
from agrimarket.embedded.folder import DataFolder, FolderError
from agrimarket.embedded.plan import Plan
from agrimarket.embedded.screen import RichScreen
from agrimarket.embedded.supervisor import Supervisor
from agrimarket.settings import Settings


def up(settings: Settings) -> int:
    """Start what is not configured, agrimarket's own processes, and watch. Returns the exit code.

    1 if another supervisor has the data folder or the start failed. Whatever happens, no process is left behind.
    """
    console = Console(highlight=False, soft_wrap=True)
    folder = DataFolder(settings.data_dir)
    try:
        folder.hold()
    except FolderError as refusal:
        console.print(str(refusal), style="yellow", markup=False)
        return 1
    try:
        with RichScreen(console) as screen:
            return _run(settings, folder, screen)
    finally:
        environment.withdraw(folder.path)
        folder.release()


def _run(settings: Settings, folder: DataFolder, screen: RichScreen) -> int:
    if ended := folder.end_leftovers():
        screen.trouble(f"An earlier run was cut off; ended {len(ended)} processes that it left.")
    plan = Plan.make(settings, folder.path)
    for name, port in plan.ports.refused.items():
        screen.trouble(f"Port {port} is taken; the {name} is at {plan.site} this time.")
    supervisor = Supervisor(plan.parts, plan.steps(), plan.logs, screen)
    plan.supervisor = supervisor

    def on_ready(seconds: float) -> None:
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
        (
            "Stripe sandbox",
            f"{told['AGRIMARKET_STRIPE_API_BASE']}/sandbox" if "AGRIMARKET_STRIPE_API_BASE" in told else "",
        ),
    ]
    screen.table("Addresses", ("for", "at"), [row for row in addresses if row[1]])
    if not plan.settings.database_url:
        screen.table("Demo sign-ins", ("as", "sign in with", "then"), _demo_accounts())


def _demo_accounts() -> Sequence[tuple[str, str, str]]:
    """(kind of user, sign-in name, password or where the code appears), from the seeds."""
    # The seeds stand above this package, and their import is not needed before.
    return importlib.import_module("seeds").demo_accounts()
