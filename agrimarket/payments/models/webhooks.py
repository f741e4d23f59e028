"""How far the provider's events have been listed."""

from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import amount_field


class ProviderCursor(SQLModel, table=True):
    """Up to which moment, in the provider's Unix seconds, its events have been listed."""

    __tablename__ = "provider_cursor"  # pyright: ignore[reportAssignmentType]

    source: str = Field(primary_key=True)
    position: int = amount_field()
