"""Answers in words, each with the address where it is changed, to be checked before they are sent."""

from collections.abc import Callable
from typing import NamedTuple

from sqlmodel import Session

from agrimarket.http import weights
from agrimarket.kernel import clock
from agrimarket.kernel.i18n import last_day, named_day, t, unbroken
from agrimarket.onboarding import rules
from agrimarket.onboarding.pages import dossiers
from agrimarket.onboarding.schemas.appeals import AppealIn
from agrimarket.onboarding.service.drafts import Answers
from agrimarket.onboarding.types import Dossier
from agrimarket.regions.service import places

ANOTHERS = "anothers"
"""Answer of who files an appeal for somebody else."""


class Row(NamedTuple):
    """An answer; an empty one was not given."""

    question: str
    answer: str
    href: str


def appeal(session: Session, typed: Answers, data: AppealIn, language: str, where: Callable[[str], str]) -> list[Row]:
    """Answers of an appeal that is `typed` and read as `data`; `where` gives the address of a question."""
    theirs = "_theirs" if typed.get("whose") == ANOTHERS else ""
    day = last_day(rules.spoils_after(clock.read(session), data.spoils_in_days))
    quantity = weights.words(data.quantity.text if data.quantity else "", language)
    said = {
        "product": ("form.field.product", data.product),
        "quantity": ("form.field.quantity", quantity or t("appeal.not_said", language)),
        "spoils_in_days": ("appeal.last_day", named_day(day, language)),
        "region_code": ("form.field.region_code", places.get(session, typed["region_code"]).in_full(language)),
        "truck_access": ("form.field.truck_access", t(f"form.choice.truck_access.{data.truck_access}", language)),
        "note": ("appeal.note", data.note or ""),
        "whose": ("appeal.whose", t("appeal.whose.anothers", language) if theirs else ""),
        "name": (f"appeal.name{theirs}", data.name),
        "phone": (f"appeal.phone{theirs}", unbroken(typed["phone"])),
    }
    return [Row(t(key, language), answer, where(name)) for name, (key, answer) in said.items() if answer]


def application(session: Session, dossier: Dossier, language: str, base: str) -> list[tuple[str, str, list[Row]]]:
    """Title, address and answers of every step that can be changed now; what is needed and missing has no answer."""
    found: list[tuple[str, str, list[Row]]] = []
    for step, told in zip(dossier.form.steps, dossiers.answers(session, dossier, language), strict=True):
        if step.name not in dossier.open_steps():
            continue
        there = f"{base}/{step.name}?check=1"
        words = {row["name"]: row["value"] for row in told["rows"]}
        given = dossier.answers(step)
        sent = {
            name: t("application.file_sent", language) for name in step.fields if step.document(name) and name in given
        }
        missing = dict.fromkeys(dossier.missing(step), "")
        said = {**missing, **words, **sent}
        rows = [
            Row(t(f"form.field.{name}", language), said[name], f"{there}#{name}")
            for name in step.fields
            if name in said
        ]
        found.append((told["title"], there, rows))
    return found
