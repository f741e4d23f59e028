"""Share cards: drawn with a photo from storage, and kept while what they say stays the same."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from agrimarket.catalog.flows import photos
from agrimarket.catalog.types.photos import PHOTO_SIZES
from agrimarket.kernel.db import Database
from agrimarket.kernel.keeping import Kept
from agrimarket.kernel.principal import Principal
from agrimarket.printing import posters
from agrimarket.printing.posters import Poster
from agrimarket.settings import Settings

_KEPT: Final = Kept(entries=32)
"""Cards that were drawn, about one megabyte each; a group opens the same one a hundred times."""


def png(
    db: Database,
    settings: Settings,
    visitor: Principal | None,
    listing_id: UUID,
    poster: Poster,
    photo_id: UUID | None,
    tag: str,
    language: str,
) -> bytes:
    """The card of a listing in that language; `tag` differs whenever it says something else."""

    def draw() -> tuple[str, bytes]:
        shown = photo_id and photos.content(db, settings, visitor, photo_id, PHOTO_SIZES[-1])[0]
        return tag, posters.png(replace(poster, photo=shown))

    return _KEPT.read((listing_id, language), lambda: tag, draw)
