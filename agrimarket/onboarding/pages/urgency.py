"""Why somebody stands where they stand in an operators' queue, in words."""

from agrimarket.kernel.i18n import t
from agrimarket.onboarding import rules
from agrimarket.onboarding.types import WaitingAppeal, WaitingApplication


def why(row: WaitingAppeal | WaitingApplication, language: str) -> str:
    """The urgency from 0 to 100, and what it is made of beside the weight, which the title tells."""
    facts = {"days": f"{row.days_left:.1f}", "hours": f"{row.hours_waited:.1f}", "urgency": rules.score(row.urgency)}
    return t("review.why", language, **facts)
