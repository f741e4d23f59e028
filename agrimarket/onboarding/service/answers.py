"""Storage of an application's answers: plain ones in its row, secret ones sealed in rows of their own."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel.crypto import blind_index, decrypt, encrypt
from agrimarket.kernel.quantity import parse_weight
from agrimarket.onboarding import rules
from agrimarket.onboarding.forms.definitions import Step
from agrimarket.onboarding.forms.formats import masked
from agrimarket.onboarding.models.applications import Application, Secret
from agrimarket.onboarding.queries import applications as queries


def store(application: Application, step: Step, answers: dict[str, Any]) -> None:
    """Replace the step's plain answers in the locked application, and the columns that queues sort and filter by."""
    application.answers = {**application.answers, step.name: answers}
    if "region_code" in step.fields:
        application.region_code = answers.get("region_code")
    if "product" in step.fields:
        application.product = answers.get("product", "")
        application.grams = parse_weight(answers["quantity"]).grams if answers.get("quantity") else None
        day = answers.get("spoils_on")
        application.spoils_at = rules.spoils_by(date.fromisoformat(day)) if day else None


def seal(session: Session, application: Application, step: Step, answers: dict[str, str]) -> None:
    """Keep secret answers to the step of the locked application."""
    rows = [
        {
            "application_id": application.id,
            "field": field,
            "step": step.name,
            "sealed": encrypt(value, context=context(field, application.id)),
            "lookup": blind_index(value, context=f"application_secret.{field}"),
            "masked": masked(value, step.secret(field) or "number"),
        }
        for field, value in answers.items()
    ]
    if rows:
        queries.put_secrets(session, rows)


def unseal(secret: Secret) -> str:
    """A secret answer in plain text."""
    return decrypt(secret.sealed, context=context(secret.field, secret.application_id))


def context(field: str, application_id: UUID) -> str:
    """Context that a sealed answer is bound to, so that it opens nowhere else."""
    return f"application_secret.{field}.{application_id}"
