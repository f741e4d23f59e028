"""Positions up to which providers' events have been listed."""

from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import amount_field


class ProviderCursor(SQLModel, table=True):
    """Moment up to which a provider's events have been listed, in Unix seconds by the provider's clock."""

    __tablename__ = "provider_cursor"  # pyright: ignore[reportAssignmentType]

    source: str = Field(primary_key=True)
    position: int = amount_field()
