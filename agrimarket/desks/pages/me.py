"""A person's home: a line for each thing that waits, in the words of the message about it, each with one button."""

from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.desks.service import me
from agrimarket.http.handlers import page
from agrimarket.http.pages import render_page
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import last_day, render, t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.waiting import Line
from agrimarket.notifications.rules import TEMPLATES

_VERBS = {
    "appeal_reached": "apply",
    "appeal_given_up": "apply",
    "application_draft": "go_on",
    "application_begun": "go_on",
    "application_info_requested": "add",
    "application_approved": "go_on",
    "application_rejected": "read_why",
    "filing_waiting": "answer",
    "import_checked": "start",
    "selling_start": "begin",
    "listing_draft": "go_on",
    "listing_declined": "read_why",
    "order_unpaid": "look",
    "order_placed": "answer",
    "order_to_pack": "pack",
    "order_to_send": "send",
    "order_delivered": "complain",
    "harvest_due": "answer",
    "claim_evidence_requested": "answer",
    "claim_rejected": "read_why",
    "payout_account_missing": "say_where",
    "payout_account_unfinished": "go_on",
    "payout_held": "go_on",
    "case_asked": "answer",
}
"""Kind of line → word on its button, `home.do.…`; the others are looked at."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line in the reader's language. `role` is named where they both buy and sell."""

    title: str
    about: str
    sentence: str
    asks: tuple[str, ...]
    path: str
    button: str
    role: str


def in_words(line: Line, language: str, *, both: bool) -> Row:
    """A line as people read it: the sentence is that of the message about it, if there is one."""
    key = f"sms.{line.kind}" if line.kind in TEMPLATES else f"home.line.{line.kind}"
    return Row(
        title=line.title(language),
        about=" · ".join(render(each, language) for each in line.about),
        sentence=t(key, language, **{**line.params, "due": line.due, "last_day": line.due and last_day(line.due)}),
        asks=tuple(_asked(*ask, language=language) for ask in line.params.get("asks", ())),
        path=line.path,
        button=t(f"home.do.{_VERBS.get(line.kind, 'look')}", language),
        role=t(f"home.role.{line.role}", language) if both and line.role else "",
    )


def _asked(step: str, reason: str, note: str, *, language: str) -> str:
    """A reviewer's question: the step that it is about, and what is asked of it."""
    said = t("home.ask", language, step=t(f"form.step.{step}", language), text=t(f"ask.{reason}", language))
    return f"{said} {note}".strip()


@page("/me")
def show_mine(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    db: NamedDependency[Database],
    language: NamedDependency[str],
) -> Template:
    """The home of whoever is signed in."""
    with db.reading() as session:
        mine = me.home_of(session, principal)
    both = principal.seller_id is not None and principal.buyer_id is not None
    return render_page(
        request,
        "me.html",
        visitor=principal,
        yours=[in_words(line, language, both=both) for line in mine.yours],
        others=[in_words(line, language, both=both) for line in mine.others],
        next_at=mine.next_at,
        unread=mine.unread,
    )


HANDLERS: list[ControllerRouterHandler] = [show_mine]
