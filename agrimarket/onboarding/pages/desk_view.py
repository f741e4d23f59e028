"""What the review desk shows of one application: its answers in words, its documents as pictures, its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlmodel import Session

from agrimarket.accounts.rules import masked_phone
from agrimarket.accounts.service import audit, people
from agrimarket.accounts.types import Contact
from agrimarket.kernel import ids
from agrimarket.kernel.i18n import catalogue, render, t
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding.forms import Step
from agrimarket.onboarding.models import Document
from agrimarket.onboarding.numbers import appeal_number
from agrimarket.onboarding.pages.reading import weight_words
from agrimarket.onboarding.service import documents
from agrimarket.onboarding.service.applications import Full
from agrimarket.onboarding.service.review import Reviewed
from agrimarket.regions.service import places

HISTORY = 50


@dataclass(frozen=True, slots=True)
class Picture:
    """A document beside the answers."""

    id: str
    label: str
    pages: int


def answers(session: Session, found: Reviewed, language: str) -> list[dict[str, Any]]:
    """Every step with its answers in words; which are secret. Documents are shown as pictures instead."""
    full = found.full
    return [
        {
            "title": t(f"form.step.{step.name}", language),
            "rows": [
                {
                    "name": name,
                    "label": t(f"form.field.{name}", language),
                    "value": _words(session, step, name, value, language),
                    "secret": name in full.secrets,
                }
                for name, value in full.answers(step).items()
                if step.definitions[name].get("format") != "document"
            ],
        }
        for step in full.form.steps
    ]


def _words(session: Session, step: Step, name: str, value: Any, language: str) -> str:
    definition = step.definitions[name]
    match definition.get("x-input"):
        case "weight":
            return weight_words(str(value), language)
        case "region":
            return places.get(session, str(value)).full_name
        case "date":
            return render(date.fromisoformat(str(value)), language)
        case _:
            pass
    if isinstance(value, list):
        chosen = cast("list[Any]", value)
        return t("list.separator", language).join(t(f"form.choice.{name}.{each}", language) for each in chosen)
    if value is True:
        return t("review.yes", language)
    key = f"form.choice.{name}.{value}"
    return t(key, language) if key in catalogue(language) else str(value)


def pictures(session: Session, found: Reviewed, language: str) -> list[Picture]:
    """The documents that are answers, then what else was uploaded, then the photos of the appeals."""
    full = found.full
    stored = {ids.encode("doc", each.id): each for each in documents.of_application(session, full.application.id)}
    named = {
        str(value): t(f"form.field.{name}", language)
        for step in full.form.steps
        for name, value in full.answers(step).items()
        if step.definitions[name].get("format") == "document" and str(value) in stored
    }
    rest = sorted(stored.keys() - named.keys(), key=lambda each: (stored[each].appeal_id is not None, each))
    labels = named | {each: _label(stored[each], full, language) for each in rest}
    return [Picture(each, label, stored[each].pages) for each, label in labels.items()]


def _label(document: Document, full: Full, language: str) -> str:
    appeal = next((each for each in full.appeals if each.id == document.appeal_id), None)
    return t("review.appeal_photo", language, number=appeal_number(appeal.number)) if appeal else document.name


def history(session: Session, found: Reviewed, language: str) -> Sequence[dict[str, Any]]:
    """Who did what, newest first, for a timeline."""
    lines = audit.entries(session, subject=ids.encode("app", found.full.application.id), limit=HISTORY)
    theirs = people.contacts(session, {line.person_id for line in lines if line.person_id})
    return [
        {
            "at": line.at,
            "words": t(f"history.{line.action}", language),
            "more": _by(theirs.get(line.person_id)) if line.person_id else "",
            "tone": "bad" if line.action == "application.rejected" else "",
        }
        for line in lines
    ]


def _by(contact: Contact | None) -> str:
    return (contact.display_name or masked_phone(contact.phone or "")) if contact else ""


def headline(session: Session, found: Reviewed, language: str) -> str:
    """What it is about: name, produce, weight, place."""
    row = found.full.application
    name = next((step["farm_name"] for step in row.answers.values() if step.get("farm_name")), "")
    place = places.get(session, row.region_code).full_name if row.region_code else ""
    weight = weight_words(str(row.answers.get("produce", {}).get("quantity", "")), language)
    return " · ".join(filter(None, (str(name), row.product, weight, place)))


def holder(session: Session, found: Reviewed, operator: Principal, now: datetime) -> str:
    """Which colleague has it now; "" where none has."""
    row = found.full.application
    held = row.state == "in_review" and row.held_until is not None and row.held_until > now
    if not held or row.reviewer_id is None or row.reviewer_id == operator.person_id:
        return ""
    return _by(people.contact(session, row.reviewer_id))


def is_held(found: Reviewed, operator: Principal) -> bool:
    """Whether this operator's claim on it stands."""
    application = found.full.application
    mine = application.state == "in_review" and application.reviewer_id == operator.person_id
    return mine and bool(application.held_until)
