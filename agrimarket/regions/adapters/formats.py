"""The formats that notices come in, told apart by what a file holds."""

from collections.abc import Iterable, Sequence

from agrimarket.kernel.errors import InvalidFields
from agrimarket.regions.adapters.cap import CapAlerts
from agrimarket.regions.adapters.oxcgrt import OxcgrtIndex
from agrimarket.regions.adapters.risk_level import RiskLevelNotices
from agrimarket.regions.notices import Adapter, Notice

FORMATS: Sequence[Adapter] = (RiskLevelNotices(), OxcgrtIndex(), CapAlerts())
SUFFIXES = frozenset({".json", ".csv", ".xml"})


def notices(raw: bytes) -> Iterable[Notice]:
    """The notices of a file of any known format, oldest first; `InvalidFields` if it is of none, or malformed."""
    for adapter in FORMATS:
        if adapter.reads(raw):
            return adapter.notices(raw)
    raise InvalidFields([("/", "notice_format", {})])
