"""What imports tell."""

from typing import ClassVar
from uuid import UUID

from agrimarket.kernel.outbox import Event


class ImportLoading(Event):
    """The import has rows that are to be loaded."""

    topic: ClassVar[str] = "import.loading"
    import_id: UUID
