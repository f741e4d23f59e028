"""Sample of a region that asks vehicles for a transport pass: invented, so that the demo shows one, and marked so."""

from datetime import date

from sqlmodel import Session

from agrimarket.regions.service import passes
from agrimarket.regions.types.passes import NewPassRequirement

SAMPLE = NewPassRequirement(
    region_code="630000",
    since=date(2022, 11, 1),
    source="agrimarket sample: written for the demo, no region asks for this",
    issued_by="示范发证机关",
    apply_at="示范办证点",
    sample=True,
)


def load_sample(session: Session) -> str:
    """Write the sample down; returns a line that tells what was done."""
    return f"sample: {passes.add(session, None, SAMPLE).region_name} asks for transport passes"
