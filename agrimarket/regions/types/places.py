"""Places of the code tree, and the names by which they are found."""

from dataclasses import dataclass
from enum import StrEnum

from agrimarket.regions.variants import traditional


class RegionLevel(StrEnum):
    """Levels of the tree of GB/T 2260."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


class PlaceText(str):
    """The full name of a division, which sentences write as their language does. To others it is the official one."""

    latin: str

    def __new__(cls, full_name: str, latin: str = "") -> "PlaceText":
        made = super().__new__(cls, full_name)
        made.latin = latin
        return made

    def in_language(self, language: str) -> str:
        """The name as people of that language read it; without `latin`, the Chinese one."""
        return in_script(self, language) if language.startswith("zh") or not self.latin else self.latin


@dataclass(frozen=True, slots=True)
class RegionInfo:
    """A division of GB/T 2260. `parts` have no codes of their own.

    `full_name` reads from the province down, `latin` from the division up: `Donggang, Dandong, Liaoning`.
    """

    code: str
    name: str
    level: RegionLevel
    parent_code: str | None
    full_name: str
    parts: tuple[str, ...] = ()
    latin: str = ""

    @property
    def text(self) -> PlaceText:
        """The full name, for sentences."""
        return PlaceText(self.full_name, self.latin)

    def in_full(self, language: str) -> str:
        """The name with all that it lies in, as people of that language read it."""
        return in_script(self.full_name, language) if language.startswith("zh") or not self.latin else self.latin

    def in_short(self, language: str) -> str:
        """The name alone."""
        if language.startswith("zh") or not self.latin:
            return in_script(self.name, language)
        return self.latin.partition(",")[0]


class NameKind(StrEnum):
    """Kinds of names by which a place is found.

    `own` is the official one, `short` that without its suffix, `other` one that people use beside it (沪, 兵团, Tibet),
    `part` one of a place in it that has no code, `former` one that it had, and `sound` how it is pronounced.
    """

    OWN = "own"
    SHORT = "short"
    OTHER = "other"
    LATIN = "latin"
    SOUND = "sound"
    INITIALS = "initials"
    PART = "part"
    FORMER = "former"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A name by which the division `code` is found.

    `key` is compared with what is typed (`finding.key_of`), `shown` is told; `near` are the keys with a character
    left out. `until` is the year in which a former name went. Of equal matches the higher `prominence` comes first.
    """

    code: str
    kind: NameKind
    key: str
    shown: str
    prominence: int
    until: int | None = None
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundRegion:
    """A division that fits what was typed. `exact`: by its names as they are, and not by sound or a slip of one letter.

    `former_name` was typed and went in `former_until`; it was that of `renamed`, which is `region` or what it lies in.
    `part` has no code of its own and lies in it. `score` is equal
    for those that fit equally well.
    """

    region: RegionInfo
    score: float = 0.0
    exact: bool = False
    former_name: str | None = None
    former_until: int | None = None
    renamed: RegionInfo | None = None
    part: str | None = None

    def former_in(self, language: str) -> str:
        """The former name in the characters of that language."""
        return in_script(self.former_name or "", language)

    def part_in(self, language: str) -> str:
        """The name of the part in the characters of that language."""
        return in_script(self.part or "", language)


def in_script(name: str, language: str) -> str:
    """A Chinese name of a place in the characters of that language."""
    return traditional(name) if language == "zh-Hant" else name
