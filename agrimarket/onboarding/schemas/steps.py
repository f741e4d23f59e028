"""Steps of an application over HTTP."""

from typing import Annotated

from pydantic import Field, JsonValue, RootModel

from agrimarket.kernel.i18n import t
from agrimarket.kernel.wire import Out, Several
from agrimarket.onboarding.forms.definitions import Step
from agrimarket.onboarding.types import Dossier


class StepIn(RootModel[dict[str, JsonValue]]):
    """Answers of one step by field, as its JSON Schema says; null takes an answer back."""


class StepOut(Out):
    """A step, its answers (secrets masked), and its missing answers."""

    name: str
    title: str
    open: Annotated[bool, Field(description="Whether it can be changed now.")]
    complete: bool
    missing: Annotated[list[str], Several]
    answers: dict[str, JsonValue]

    @classmethod
    def of(cls, dossier: Dossier, step: Step, language: str) -> "StepOut":
        """A step of an application as the applicant sees it."""
        missing = dossier.missing(step)
        return cls(
            name=step.name,
            title=t(f"form.step.{step.name}", language),
            open=step.name in dossier.open_steps(),
            complete=not missing,
            missing=missing,
            answers=dossier.answers(step),
        )
