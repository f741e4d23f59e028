"""Parts of a dossier on the review desk: its answers in words, its documents as pictures, its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlmodel import Session

from agrimarket.accounts.rules import masked_phone
from agrimarket.accounts.service import audit, people
from agrimarket.accounts.types import Contact
from agrimarket.http import weights
from agrimarket.kernel import clock
from agrimarket.kernel.i18n import catalogue, named_day, t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.onboarding import rules
from agrimarket.onboarding.forms.definitions import Step
from agrimarket.onboarding.models.documents import Document
from agrimarket.onboarding.service import documents
from agrimarket.onboarding.states import ApplicationState
from agrimarket.onboarding.types import Dossier
from agrimarket.regions.service import places

HISTORY = 50
"""Entries of the audit log that are shown."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A document beside the answers."""

    id: str
    label: str
    pages: int


def answers(session: Session, dossier: Dossier, language: str) -> list[dict[str, Any]]:
    """Every step with its answers in words, and which of them are secret. Documents are shown as pictures instead."""
    return [
        {
            "title": t(f"form.step.{step.name}", language),
            "rows": [
                {
                    "name": name,
                    "label": t(f"form.field.{name}", language),
                    "value": _words(session, step, name, value, language),
                    "secret": name in dossier.secrets,
                }
                for name, value in dossier.answers(step).items()
                if not step.document(name)
            ],
        }
        for step in dossier.form.steps
    ]


def _words(session: Session, step: Step, name: str, value: Any, language: str) -> str:
    definition = step.definitions[name]
    match definition.get("x-input"):
        case "weight":
            return weights.words(str(value), language)
        case "region":
            return places.get(session, str(value)).in_full(language)
        case "date":
            return named_day(date.fromisoformat(str(value)), language)
        case _:
            pass
    if isinstance(value, list):
        chosen = cast("list[Any]", value)
        return t("list.separator", language).join(t(f"form.choice.{name}.{each}", language) for each in chosen)
    if value is True:
        return t("review.yes", language)
    key = f"form.choice.{name}.{value}"
    return t(key, language) if key in catalogue(language) else str(value)


def pictures(session: Session, dossier: Dossier, language: str) -> list[Picture]:
    """The documents that are answers, then other uploads, then the photos of the appeals."""
    kept = {reference("document", each.id): each for each in documents.stored(session, dossier.application.id)}
    named = {
        str(value): t(f"form.field.{name}", language)
        for step in dossier.form.steps
        for name, value in dossier.answers(step).items()
        if step.document(name) and str(value) in kept
    }
    rest = sorted(kept.keys() - named.keys(), key=lambda each: (kept[each].appeal_id is not None, each))
    labels = named | {each: _label(kept[each], dossier, language) for each in rest}
    return [Picture(each, label, kept[each].pages) for each, label in labels.items()]


def _label(document: Document, dossier: Dossier, language: str) -> str:
    appeal = next((each for each in dossier.appeals if each.id == document.appeal_id), None)
    return t("review.appeal_photo", language, number=rules.appeal_number(appeal.number)) if appeal else document.name


def history(session: Session, dossier: Dossier, language: str) -> Sequence[dict[str, Any]]:
    """Timeline of who did what, newest first."""
    lines = audit.entries(session, subject=reference("application", dossier.application.id), limit=HISTORY)
    known = people.contacts(session, {line.person_id for line in lines if line.person_id})
    return [
        {
            "at": line.at,
            "words": t(f"history.{line.action}", language),
            "more": _by(known.get(line.person_id)) if line.person_id else "",
            "tone": "bad" if line.action == "application.rejected" else "",
        }
        for line in lines
    ]


def _by(contact: Contact | None) -> str:
    return (contact.display_name or masked_phone(contact.phone or "")) if contact else ""


def headline(session: Session, dossier: Dossier, language: str) -> str:
    """Subject of the application: name, produce, weight, place."""
    row = dossier.application
    name = next((step["farm_name"] for step in row.answers.values() if step.get("farm_name")), "")
    place = places.get(session, row.region_code).in_full(language) if row.region_code else ""
    weight = weights.words(str(row.answers.get("produce", {}).get("quantity", "")), language)
    return " · ".join(filter(None, (str(name), row.product, weight, place)))


def holder(session: Session, dossier: Dossier, operator: Principal) -> str:
    """Name of the colleague who holds the application now; "" if none does."""
    row, now = dossier.application, clock.read(session)
    held = row.state == ApplicationState.IN_REVIEW and row.held_until is not None and row.held_until > now
    if not held or row.reviewer_id is None or row.reviewer_id == operator.person_id:
        return ""
    return _by(people.contact(session, row.reviewer_id))
